# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sound that slides in time: vibrato, and two tape machines that overtake each other.

Sources: J. Dattorro, JAES 45 (1997) 764; through zero means that the still copy is late as well, so that the
sliding one passes it (as with two tape machines, and a thumb on the flange of one).
"""

import numpy as np

from libc.math cimport M_PI, cos, exp2, sin
from libc.string cimport memset

from cext._types cimport RAMP, TICK
from cext.effects.delays._line cimport MIRROR, blend, line_keep, line_read, line_size
from cext.effects.modulation._sweep cimport sway, sweep_clear, sweep_tick
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    SPEED, DEPTH
cdef enum:
    Z_SPEED, Z_DEPTH, Z_SPREAD, Z_POLARITY, Z_MIX

cdef enum:
    NEAREST = 2            # frames: a cubic needs one sample on either side
_FARTHEST_MS = 5.0


cdef class Vibrato(Effect):
    """The pitch sways up and down by so many cents."""

    SOURCE = "J. Dattorro, JAES 45 (1997) 764"
    NEUTRAL = {"depth_cents": 0.0}
    PARAMETERS = (
        Parameter("speed_hz", "Hz", 0.5, 14.0, 5.5, "log"),
        Parameter("depth_cents", "cents", 0.0, 100.0, 30.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size = line_size(0.04 * rate_hz)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.delays(NEAREST)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        # A sine of reach A frames and speed f bends the pitch by 2 pi f A / rate at most.
        cdef double reached = self.reach
        sweep_tick(&self.sweep, self.end[SPEED], self.rate_hz)
        self.reach = (exp2(self.end[DEPTH] / 1200.0) - 1.0) * self.rate_hz / (2.0 * M_PI * self.end[SPEED])
        if self.is_fresh:
            reached = self.reach
        sway(&self.head, &self.sweep, 1.0, 0.0, NEAREST + self.reach, self.reach - reached,
             self.reach, self.reach - reached, self.is_fresh)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, j
        cdef float heard[TICK + 8]
        cdef float* sound
        for ear in range(2):
            sound = right if ear else left
            line_keep(&self.memory[ear, 0], self.mask, self.clock, sound, frames)
            memset(heard, 0, (TICK + 8) * sizeof(float))
            line_read(
                heard, &self.memory[ear, 0], self.mask, self.clock, &self.head.way, 1.0, 0.0, first, frames
            )
            for j in range(frames):
                sound[j] = heard[j]
        self.clock += frames

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 2 * self.memory.shape[1] * sizeof(float))
        self.clock = 0
        sweep_clear(&self.sweep, <unsigned long long> 3 << 62)
        self.is_fresh = True


cdef class ThroughZeroFlanger(Effect):
    """Two tape machines that overtake each other: at the meeting point the sound turns inside out."""

    SOURCE = "tape flanging; J. Dattorro, JAES 45 (1997) 764 for the sliding read"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("speed_hz", "Hz", 0.01, 5.0, 0.25, "log"),
        Parameter("depth_ms", "ms", 0.0, _FARTHEST_MS, 2.0),
        Parameter("spread", "", 0.0, 1.0, 0.0),
        switch("polarity", "minus", "plus"),
        Parameter("mix", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.middle = int(_FARTHEST_MS * rate_hz / 1000.0) + NEAREST + 1
        size = line_size(2 * self.middle)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.delays(self.middle)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double reached = self.reach, turn = M_PI * self.end[Z_SPREAD]
        sweep_tick(&self.sweep, self.end[Z_SPEED], self.rate_hz)
        self.reach = self.end[Z_DEPTH] * self.rate_hz / 1000.0
        if self.is_fresh:
            reached = self.reach
        sway(
            &self.head[0], &self.sweep, 1.0, 0.0, self.middle, 0.0, self.reach, self.reach - reached,
            self.is_fresh,
        )
        if self.end[Z_SPREAD] == 0.0:
            self.head[1] = self.head[0]
        else:
            sway(&self.head[1], &self.sweep, cos(turn), sin(turn), self.middle, 0.0,
                 self.reach, self.reach - reached, self.is_fresh)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, j
        cdef float heard[2][TICK + 8]
        cdef float sign = <float> (2.0 * self.begin[Z_POLARITY] - 1.0)
        cdef float sign_step = <float> (2.0 * self.step[Z_POLARITY])
        cdef const float* still
        cdef float* sound
        for ear in range(2):
            sound = right if ear else left
            line_keep(&self.memory[ear, 0], self.mask, self.clock, sound, frames)
            memset(heard[ear], 0, (TICK + 8) * sizeof(float))
            line_read(heard[ear], &self.memory[ear, 0], self.mask, self.clock, &self.head[ear].way,
                      sign, sign_step, first, frames)
            still = &self.memory[ear, (self.clock - self.middle) & self.mask]
            for j in range(frames):
                sound[j] = still[j]
        blend(left, right, heard[0], heard[1], RAMP + first, <float> (1.0 - self.begin[Z_MIX]),
              -<float> self.step[Z_MIX], <float> self.begin[Z_MIX], <float> self.step[Z_MIX], frames)
        self.clock += frames

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 2 * self.memory.shape[1] * sizeof(float))
        self.clock = 0
        sweep_clear(&self.sweep, 0)
        self.is_fresh = True
