# cython: boundscheck=False, wraparound=False, cdivision=True
"""The heart trace for the eye: drift taken out, thinned to at most 125 points a second.

A first-order high-pass at 0.5 Hz (NaN holds the last value, so a gap draws a straight line) and a mean
over neighbours; causal, and independent of how the samples are cut.
"""

from libc.math cimport M_PI, exp, isfinite

import numpy as np

cdef double DRIFT_HZ = 0.5
cdef double MOST_HZ = 125.0


cdef class Trace:
    """Cleans and thins one channel for the panel.

    rate_hz: of the samples that will be fed. `wave_rate_hz` is the rate of what comes out.
    """

    cdef readonly double wave_rate_hz
    cdef double drift, share, total
    cdef int thinning, held
    cdef bint has_started

    def __init__(self, double rate_hz):
        if not rate_hz > 0.0:
            raise ValueError(f"a rate of {rate_hz:g} Hz makes no trace; give samples a second")
        self.thinning = max(1, <int>(rate_hz / MOST_HZ + 0.999))
        self.wave_rate_hz = rate_hz / self.thinning
        self.share = 1.0 - exp(-2.0 * M_PI * DRIFT_HZ / rate_hz)
        self.held = 0
        self.total = self.drift = 0.0
        self.has_started = False

    def feed(self, values):
        """Take samples, return the thinned trace: float64, shape (points,)."""
        cdef const double[::1] x = np.ascontiguousarray(values, dtype=np.float64).reshape(-1)
        out = np.empty(x.shape[0] // self.thinning + 1)
        cdef double[::1] o = out
        cdef Py_ssize_t i, k = 0
        cdef double v
        for i in range(x.shape[0]):
            v = x[i]
            if isfinite(v):
                if not self.has_started:
                    self.drift = v
                    self.has_started = True
                self.drift += self.share * (v - self.drift)
                self.total += v - self.drift
            self.held += 1
            if self.held == self.thinning:
                o[k] = self.total / self.thinning
                k += 1
                self.held = 0
                self.total = 0.0
        return out[:k]
