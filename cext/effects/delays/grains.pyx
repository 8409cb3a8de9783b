# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Short pieces of the past: read backwards, or scattered as a cloud.

Backwards, two pieces always overlap, one rising as the other falls by sine squared and cosine squared, so the
loudness is even. In the cloud each grain has a raised-cosine window, a place, a pitch and a side of its own,
all from a counter through a scrambler: the same sound gives the same cloud. Source: C. Roads, Microsound (MIT
Press, 2001), chapters 3 and 5.
"""

import numpy as np

from libc.math cimport exp2, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from cext._types cimport RAMP, TICK, scatter, turn_of
from cext.effects.delays._line cimport MIRROR, blend, course_fit, feed, line_keep, line_read, line_size
from cext.effects.modulation._turns cimport turns
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    LENGTH, FEEDBACK, MIX
cdef enum:
    DELAY, JITTER, SIZE, DENSITY, PITCH, WIDTH, G_FEEDBACK, G_MIX

cdef double _NEAREST = 70.0        # frames: a tick is heard before it is kept
_LONGEST_S = 1.5
_FARTHEST_S = 2.0


cdef class ReverseDelay(Effect):
    """Plays what you just heard backwards, piece by piece."""

    SOURCE = "C. Roads, Microsound (2001); two overlapping pieces at constant sum"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("length_ms", "ms", 30.0, 1_000.0 * _LONGEST_S, 250.0, "log"),
        Parameter("feedback", "", 0.0, 0.9, 0.0),
        Parameter("mix", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        # A piece reads back as far as it is long, and it lasts for two lengths.
        size = line_size(4.0 * _LONGEST_S * rate_hz)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.clear()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, j, part
        cdef int64_t rising, falling
        cdef uint64_t turn
        cdef float heard[2][TICK]
        cdef float kept[TICK]
        cdef float sine[TICK]
        cdef float cosine[TICK]
        cdef const float* row
        while frames > 0:
            if self.gone == self.length:
                # The next piece; its length is what the knob says now.
                self.length = <int> (self.end[LENGTH] * self.rate_hz / 1000.0)
                self.gone = 0
                self.born_before = self.born
                self.born = self.clock
            part = min(frames, self.length - self.gone)
            # A quarter of a turn in the whole rise: sine squared and cosine squared are one together.
            turn = turn_of(0.25 / self.length)
            turns(sine, cosine, turn * <uint64_t> self.gone, turn, 0, 0, part)
            # Where the clock is n frames past the birth, a piece reads n frames before it.
            rising = 2 * self.born - self.clock - 1
            falling = 2 * self.born_before - self.clock - 1
            for ear in range(2):
                row = &self.memory[ear, 0]
                for j in range(part):
                    heard[ear][j] = (
                        sine[j] * sine[j] * row[(rising - j) & self.mask]
                        + cosine[j] * cosine[j] * row[(falling - j) & self.mask])
                feed(kept, right if ear else left, heard[ear], RAMP + first,
                     <float> self.begin[FEEDBACK], <float> self.step[FEEDBACK], part)
                line_keep(&self.memory[ear, 0], self.mask, self.clock, kept, part)
            blend(left, right, heard[0], heard[1], RAMP + first, <float> (1.0 - self.begin[MIX]),
                  -<float> self.step[MIX], <float> self.begin[MIX], <float> self.step[MIX], part)
            self.clock += part
            self.gone += part
            left += part
            right += part
            first += part
            frames -= part

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 2 * self.memory.shape[1] * sizeof(float))
        self.clock = self.born = self.born_before = 0
        self.length = self.gone = 0


cdef class GranularDelay(Effect):
    """A cloud of grains from the last seconds, each at its own place, pitch and side."""

    SOURCE = "C. Roads, Microsound (2001), asynchronous granular synthesis"
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    PARAMETERS = (
        Parameter("delay_ms", "ms", 5.0, 1_000.0 * _FARTHEST_S, 150.0, "log"),
        Parameter("jitter_ms", "ms", 0.0, 1_000.0, 100.0),
        Parameter("grain_ms", "ms", 10.0, 500.0, 90.0, "log"),
        Parameter("density_hz", "Hz", 1.0, 80.0, 30.0, "log"),
        Parameter("pitch", "semitones", -24.0, 24.0, 12.0),
        Parameter("width", "", 0.0, 1.0, 0.8),
        Parameter("feedback", "", 0.0, 0.9, 0.3),
        Parameter("mix", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        # The farthest grain, its jitter, and how far a low one falls behind or a high one must begin.
        size = line_size((_FARTHEST_S + 1.0 + 2.0) * rate_hz)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int k
        for k in range(GRAINS):
            if self.grain[k].ticks_left > 0:
                self.grain[k].ticks_left -= 1
                self.grain[k].late += self.grain[k].drift
                self.grain[k].phase += self.grain[k].turn * <uint64_t> TICK
        self.wait -= 1.0
        if self.wait <= 0.0:
            # Half to one and a half times the mean distance, so that the cloud has no pitch of its own.
            self.wait += (0.5 + self._chance()) * self.rate_hz / (self.end[DENSITY] * TICK)
            self.wait = max(self.wait, 0.0)
            for k in range(GRAINS):
                if self.grain[k].ticks_left == 0:
                    self._begin(&self.grain[k])
                    break
        for k in range(GRAINS):
            if self.grain[k].ticks_left > 0:
                course_fit(&self.way[k], self.grain[k].late, self.grain[k].late + self.grain[k].drift,
                           self.grain[k].drift, self.grain[k].drift)

    cdef double _chance(self) noexcept nogil:
        self.count += 1
        return <double> (scatter(self.count) >> 11) * (1.0 / 9007199254740992.0)

    cdef void _begin(self, Grain* grain) noexcept nogil:
        cdef double side, overlap, ratio = exp2(self.end[PITCH] / 12.0)
        grain.ticks_left = max(<int> (self.end[SIZE] * self.rate_hz / (1000.0 * TICK) + 0.5), 1)
        grain.drift = (1.0 - ratio) * TICK
        grain.late = (self.end[DELAY] + self.end[JITTER] * self._chance()) * self.rate_hz / 1000.0
        # A high grain overtakes: it must begin so far back that it never meets the present.
        grain.late = max(grain.late, _NEAREST - min(grain.drift, 0.0) * grain.ticks_left)
        grain.phase = 0
        grain.turn = turn_of(0.4999999999 / (grain.ticks_left * TICK))
        # As many grains sound at once as fit; together they are as loud as one.
        overlap = max(self.end[SIZE] * self.end[DENSITY] / 1000.0, 1.0)
        side = self.end[WIDTH] * (2.0 * self._chance() - 1.0)
        grain.gain[0] = min(1.0, 1.0 - side) / sqrt(overlap)
        grain.gain[1] = min(1.0, 1.0 + side) / sqrt(overlap)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, j, k
        cdef float wet[2][TICK]
        cdef float heard[TICK + 8]
        cdef float kept[TICK]
        cdef float sine[TICK]
        cdef float cosine[TICK]
        cdef float gain
        memset(wet, 0, sizeof(wet))
        for k in range(GRAINS):
            if self.grain[k].ticks_left > 0:
                # Half a turn in a life: the sine squared is the raised cosine.
                turns(sine, cosine, self.grain[k].phase, self.grain[k].turn, 0, first, frames)
                for ear in range(2):
                    memset(heard, 0, (TICK + 8) * sizeof(float))
                    line_read(heard, &self.memory[ear, 0], self.mask, self.clock, &self.way[k],
                              1.0, 0.0, first, frames)
                    gain = <float> self.grain[k].gain[ear]
                    for j in range(frames):
                        wet[ear][j] += gain * sine[j] * sine[j] * heard[j]
        for ear in range(2):
            feed(kept, right if ear else left, wet[ear], RAMP + first,
                 <float> self.begin[G_FEEDBACK], <float> self.step[G_FEEDBACK], frames)
            line_keep(&self.memory[ear, 0], self.mask, self.clock, kept, frames)
        blend(left, right, wet[0], wet[1], RAMP + first, <float> (1.0 - self.begin[G_MIX]),
              -<float> self.step[G_MIX], <float> self.begin[G_MIX], <float> self.step[G_MIX], frames)
        self.clock += frames

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 2 * self.memory.shape[1] * sizeof(float))
        memset(self.grain, 0, sizeof(self.grain))
        self.clock = 0
        self.wait = 0.0
        self.count = 0
