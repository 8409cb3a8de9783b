# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Pure tones.

The phase is a 64-bit integer that wraps by itself, so a tone keeps its frequency for hours without drift, and
the sine comes from a polynomial good to 1e-12: what is left of distortion is the rounding to float32.
"""

from libc.stdint cimport uint64_t

from cext._types cimport sine_of, turn_of
from cext.parts cimport Voice

from cext.parameters import Parameter

cdef enum:
    LEVEL, FREQUENCY


cdef class Sine(Voice):
    """One pure tone, the same in both ears."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.5),
        Parameter("frequency_hz", "Hz", 20.0, 2_000.0, 220.0, "log"),
    )

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef uint64_t phase = self.phase, turn
        cdef double level = self.begin[LEVEL], level_step = self.step[LEVEL]
        cdef double cycles = self.begin[FREQUENCY] / self.rate_hz, step = self.step[FREQUENCY] / self.rate_hz
        cdef float value
        if step == 0.0:
            turn = turn_of(cycles)
            if level != 0.0 or level_step != 0.0:
                for j in range(frames):
                    level = self.begin[LEVEL] + level_step * (first + j)
                    value = <float> (level * sine_of(phase + turn * <uint64_t> j))
                    left[j] += value
                    right[j] += value
            self.phase = phase + turn * <uint64_t> frames
            return
        for j in range(first, first + frames):
            value = <float> ((level + level_step * j) * sine_of(phase))
            left[j - first] += value
            right[j - first] += value
            phase += turn_of(cycles + step * j)
        self.phase = phase
