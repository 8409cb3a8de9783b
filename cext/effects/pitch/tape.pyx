# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A tape machine switched off and on: pitch and time sink together, and rise again.

The head reads from a ring at a speed that falls or rises evenly, with a windowed sinc of 32 frames between
the frames. When the machine starts again it begins so far behind that it is live at the moment it has its
full speed. Source: J. O. Smith, Digital Audio Resampling (CCRMA, 2002), for the reading in between.
"""

import numpy as np

from libc.string cimport memset

from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    MACHINE, STOP_S, START_S, PAUSE_S

cdef enum:
    TAPS = 32
    PLACES = 256


cdef class TapeStop(Effect):
    """Switches the tape machine off: everything slows down and sinks until it stands."""

    SOURCE = "J. O. Smith, Digital Audio Resampling (CCRMA, 2002): variable-rate reading with a windowed sinc"
    NEUTRAL = {"machine": 0}
    PARAMETERS = (
        switch("machine", "runs", "stops", "cycles", default=2),
        Parameter("stop_s", "s", 0.05, 5.0, 0.3, "log"),
        Parameter("start_s", "s", 0.05, 5.0, 0.12, "log"),
        Parameter("pause_s", "s", 0.02, 10.0, 0.1, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size = 1 << int(2.6 * rate_hz + 4 * TAPS).bit_length()
        self.tape = np.zeros((2, size), np.float32)
        place = np.arange(PLACES + 1)[:, None] / PLACES
        away = np.arange(TAPS)[None, :] - (TAPS // 2 - 1) - place
        window = np.i0(9.0 * np.sqrt(np.maximum(0.0, 1 - (away / (TAPS // 2)) ** 2))) / np.i0(9.0)
        table = np.sinc(away) * window
        self.table = (table / table.sum(axis=1, keepdims=True)).astype(np.float32)
        self.table[0, :] = 0.0
        self.table[0, TAPS // 2 - 1] = 1.0
        self.delays(TAPS // 2)
        self.clear()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, i, row
        cdef long mask = self.tape.shape[1] - 1, whole
        cdef double at, place
        cdef float share, tap, x, y
        cdef bint is_stopping
        cdef double pause = self.end[PAUSE_S] * self.rate_hz
        cdef double fall = 1.0 / (self.end[STOP_S] * self.rate_hz)
        cdef double rise = 1.0 / (self.end[START_S] * self.rate_hz)
        for j in range(frames):
            self.tape[0, self.clock & mask] = left[j]
            self.tape[1, self.clock & mask] = right[j]
            if self.end[MACHINE] == 2.0:
                # In a cycle it stands as long as it runs between two stops.
                if self.speed == 0.0 or self.speed == 1.0:
                    self.waited += 1
                    if self.waited >= pause:
                        self.waited = 0
                        self.is_stopping = self.speed == 1.0
            else:
                self.is_stopping = self.end[MACHINE] == 1.0
            is_stopping = self.is_stopping
            if is_stopping:
                self.speed = max(0.0, self.speed - fall)
            else:
                if self.speed == 0.0:
                    # So far behind that it arrives at full speed at the right moment.
                    self.lag = 0.5 / rise
                if self.speed < 1.0:
                    self.speed = min(1.0, self.speed + rise)
                    if self.speed == 1.0:
                        self.lag = 0.0
            if self.speed > 0.0:
                self.lag = max(0.0, self.lag + 1.0 - self.speed)
            at = self.lag
            whole = <long> at
            place = at - whole
            # Read `lag` frames before the frame that is TAPS / 2 old: the sinc's middle.
            x = y = 0.0
            if self.speed > 0.0:
                whole = self.clock - TAPS // 2 - whole - (1 if place > 0.0 else 0)
                place = (1.0 - place) * PLACES if place > 0.0 else 0.0
                row = <int> place
                share = <float> (place - row)
                for i in range(TAPS):
                    tap = self.table[row, i] + (
                        share * (self.table[row + 1, i] - self.table[row, i]) if share > 0.0 else <float> 0.0
                    )
                    x += tap * self.tape[0, (whole + i - (TAPS // 2 - 1)) & mask]
                    y += tap * self.tape[1, (whole + i - (TAPS // 2 - 1)) & mask]
            # The last turns of a tape are too slow to make a sound: they fade with it.
            share = <float> min(1.0, 8.0 * self.speed)
            left[j] = share * x
            right[j] = share * y
            self.clock += 1

    cdef void clear(self) noexcept nogil:
        self.clock = 0
        self.speed = 1.0
        self.lag = 0.0
        self.waited = 0
        self.is_stopping = False
        memset(&self.tape[0, 0], 0, 2 * self.tape.shape[1] * sizeof(float))
