# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A limiter that sees what is coming: the sound is held back by 64 frames, and the gain is down in time."""

from libc.math cimport exp2

from cext._types cimport RAMP, TICK
from cext.effects.dynamics.levels cimport OCTAVE_DB
from cext.effects.dynamics.limiting cimport brake, clear_brake, set_recovery
from cext.parts cimport Effect

import numpy as np

from cext.parameters import Parameter

cdef enum:
    DRIVE, CEILING, RELEASE


cdef class Limiter(Effect):
    """Keeps every sample under the ceiling without being heard at work."""

    SOURCE = "M. van Herk, Pattern Recognition Letters 13 (1992) 517; hold-and-average gain"
    NEUTRAL = {"drive_db": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", 0.0, 24.0, 0.0),
        Parameter("ceiling_dbfs", "dBFS", -24.0, -1.0, -1.0),
        Parameter("release_ms", "ms", 10.0, 1_000.0, 150.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.delays(TICK)
        self.drive = self.drive_end = 1.0
        self.clear()

    def readings(self):
        """How far the sound is turned down now: gain_db."""
        return {"gain_db": 20.0 * np.log10(self.brake.sum / (TICK * 2.0**24))}

    cdef void prepare(self) noexcept nogil:
        set_recovery(&self.brake, self.end[RELEASE], self.rate_hz)
        if self.end[CEILING] != self.known[0]:
            self.known[0] = self.end[CEILING]
            self.ceiling = exp2(self.end[CEILING] / OCTAVE_DB)
        if self.end[DRIVE] != self.known[1] or self.step[DRIVE] != 0.0 or self.drive != self.drive_end:
            self.known[1] = self.end[DRIVE]
            self.drive = <float> exp2(self.begin[DRIVE] / OCTAVE_DB)
            self.drive_end = <float> exp2(self.end[DRIVE] / OCTAVE_DB)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef float step = (self.drive_end - self.drive) / TICK
        if self.drive != 1.0 or step != 0.0:
            for j in range(frames):
                left[j] *= self.drive + step * RAMP[first + j]
                right[j] *= self.drive + step * RAMP[first + j]
        brake(&self.brake, left, right, self.ceiling, first, frames)

    cdef void clear(self) noexcept nogil:
        clear_brake(&self.brake)
