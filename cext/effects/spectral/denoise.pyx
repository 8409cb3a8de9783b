# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Steady noise out of speech and music: each bin's gain is the one that errs least in decibels.

How far a bin stands above the noise is estimated twice: now (a posteriori) and from what was left of the
last window (a priori, "decision-directed"), which keeps the residue from twittering. The noise itself is
the least that the smoothed power of a bin has been in the last two seconds, times what a least of so many
falls short of the mean. Both ears share one gain, so that a sound stays in its place. Sources: Y. Ephraim
and D. Malah, IEEE Trans. ASSP 33 (1985) 443; the least as noise from R. Martin, IEEE Trans. SAP 9 (2001)
504.
"""

import numpy as np

from libc.math cimport log2, pow
from libc.string cimport memset

from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter

cdef enum:
    REDUCTION, SENSITIVITY, SMOOTHING

cdef enum:
    # The table of gains: both ratios from -40 to +40 dB in steps of 0.75 dB (a quarter of an octave).
    STEPS = 109


cdef class NoiseReduction(Spectral):
    """Lowers steady noise, such as hiss, fans and rooms, and leaves voice and music alone."""

    SOURCE = "Y. Ephraim and D. Malah, IEEE Trans. ASSP 33 (1985) 443: log-spectral amplitude estimator"
    NEUTRAL = {"reduction_db": 0.0}
    PARAMETERS = (
        Parameter("reduction_db", "dB", 0.0, 60.0, 20.0),
        Parameter("sensitivity_db", "dB", -12.0, 12.0, 0.0),
        Parameter("smoothing", "", 0.0, 0.995, 0.97),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(2048, 4)
        bins = self.half + 1
        self.noise, self.smooth, self.clean = (np.zeros(bins, np.float32) for _ in range(3))
        self.least, self.least_before = np.zeros(bins, np.float32), np.zeros(bins, np.float32)
        self.stretch = max(4, round(1.0 * rate_hz / self.hop))
        self.table = _gains()
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int k, row, column
        cdef float least = <float> pow(10.0, -self.end[REDUCTION] / 20.0)
        cdef float above = <float> pow(10.0, self.end[SENSITIVITY] / 10.0)
        cdef float keep = <float> self.end[SMOOTHING], power, prior, posterior, gain, noise
        cdef bint is_new = self.windows % self.stretch == 0, is_first = self.windows * self.hop < self.size
        for k in range(self.half + 1):
            power = lr[k] * lr[k] + li[k] * li[k] + rr[k] * rr[k] + ri[k] * ri[k]
            if is_first:
                # Windows that still reach back before the first frame say too little.
                self.smooth[k] = self.least[k] = power
            self.smooth[k] += <float> 0.2 * (power - self.smooth[k])
            if is_new or is_first:
                self.least_before[k] = self.least[k]
                self.least[k] = self.smooth[k]
            self.least[k] = min(self.least[k], self.smooth[k])
            # A least of two seconds of power smoothed so lies 3.5 dB below the mean, for steady noise.
            self.noise[k] = <float> 2.24 * min(self.least[k], self.least_before[k])
            noise = self.noise[k] * above + <float> 1e-12
            posterior = power / noise
            prior = keep * self.clean[k] / noise + (1 - keep) * max(<float> 0.0, posterior - 1)
            row = <int> min(STEPS - 1.0, max(0.0, 4.0 * log2(prior + 1e-9) + 54.5))
            column = <int> min(STEPS - 1.0, max(0.0, 4.0 * log2(posterior + 1e-9) + 54.5))
            gain = self.table[row * STEPS + column]
            self.clean[k] = gain * gain * power
            gain = max(least, gain)
            lr[k] *= gain
            li[k] *= gain
            rr[k] *= gain
            ri[k] *= gain
        self.windows += 1

    cdef void clear(self) noexcept nogil:
        cdef size_t row = (self.half + 1) * sizeof(float)
        self.wipe()
        self.windows = 0
        memset(&self.noise[0], 0, row)
        memset(&self.smooth[0], 0, row)
        memset(&self.least[0], 0, row)
        memset(&self.least_before[0], 0, row)
        memset(&self.clean[0], 0, row)


def _gains():
    """xi / (1 + xi) exp(E1(v) / 2), v = xi / (1 + xi) gamma, at most 1; rows xi, columns gamma."""
    ratio = 2.0 ** ((np.arange(STEPS) - 54) / 4)
    share = (ratio / (1 + ratio))[:, None]
    v = share * ratio[None, :]
    # E1(v), the integral of exp(-t) / t from v on, summed from the right on a grid of log t.
    grid = np.linspace(-30.0, 4.5, 20_000)
    height = np.exp(-np.exp(grid))
    area = np.cumsum(0.5 * (height[1:] + height[: height.size - 1])[::-1])[::-1] * (grid[1] - grid[0])
    gain = share * np.exp(0.5 * np.interp(np.log(v), grid[: area.size], area, right=0.0))
    return np.ascontiguousarray(np.minimum(gain, 1.0).ravel(), dtype=np.float32)
