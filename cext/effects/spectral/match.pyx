# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The tone of one recording given to another.

The long-term spectrum of what passes is learnt, third of an octave by third of an octave, and held against
that of a reference; the root of their ratio is the equaliser. It has no phase of its own (it acts on the
magnitudes). Without a reference the aim is the mean of much recorded music: level to 100 Hz, then 4.5 dB
less with every octave. Source: V. Välimäki and J. D. Reiss, All about audio equalization, Applied Sciences
6 (2016) 129, section 6; the mean spectrum from P. D. Pestana et al., AES 135 (2013) 8960.
"""

import numpy as np

from libc.math cimport exp, pow, sqrt
from libc.string cimport memset

from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter

cdef enum:
    AMOUNT, RANGE, LEARN


cdef class MatchEq(Spectral):
    """Gives a recording the tone of another one, or of music in the mean."""

    SOURCE = "V. Välimäki and J. D. Reiss, Applied Sciences 6 (2016) 129: matching of long-term spectra"
    NEUTRAL = {"amount": 0.0}
    TAKES = {"reference": "the recording whose tone is wanted"}
    PARAMETERS = (
        Parameter("amount", "", 0.0, 1.0, 0.7),
        Parameter("range_db", "dB", 0.0, 24.0, 12.0),
        Parameter("learn_s", "s", 0.2, 60.0, 4.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, reference=None, **values):
        super().__init__(rate_hz, **values)
        self.open(4096, 4)
        bins = self.half + 1
        self.target, self.gain = np.zeros(bins, np.float32), np.ones(bins, np.float32)
        self.heard_power, self.sums = np.zeros(bins), np.zeros(bins + 1)
        hz = np.maximum(np.arange(bins), 0.5) * rate_hz / self.size
        self._take_power(np.minimum(1.0, (100.0 / hz) ** 1.495))
        if reference is not None:
            self.take("reference", reference)
        self.clear()

    def take(self, str name, sound):
        """Take the reference: float32, shape (2, frames), at this effect's rate, at least one window long."""
        if name != "reference":
            raise ValueError(f"there is nothing to take called {name!r}; did you mean 'reference'?")
        sound = np.asarray(sound, np.float64)
        if sound.ndim != 2 or sound.shape[0] != 2 or sound.shape[1] < self.size:
            raise ValueError(f"a reference has 2 rows of {self.size} frames or more, this one {sound.shape}")
        window = np.asarray(self.window, np.float64)
        power = np.zeros(self.half + 1)
        for start in range(0, sound.shape[1] - self.size + 1, self.half):
            power += np.sum(np.abs(np.fft.rfft(sound[:, start : start + self.size] * window)) ** 2, axis=0)
        if not power.sum() > 0.0:
            raise ValueError("the reference is silent; give one that sounds")
        self._take_power(power)

    def _take_power(self, power):
        cdef double[::1] rows = np.ascontiguousarray(power / np.mean(power), dtype=np.float64)
        self._smooth(&rows[0], &self.target[0])

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        # Learns quickly at first: the mean of all there was, until `learn_s` is reached.
        cdef int k
        cdef double power, share = max(
            1.0 / (self.windows + 1.0), 1.0 - exp(-self.hop / (self.end[LEARN] * self.rate_hz))
        )
        cdef double whole = 0.0
        for k in range(self.half + 1):
            whole += lr[k] * lr[k] + li[k] * li[k] + rr[k] * rr[k] + ri[k] * ri[k]
        # Silence teaches nothing: -70 dBFS and below.
        if whole > 1e-7 * self.size * self.size:
            self.windows += 1
            for k in range(self.half + 1):
                power = lr[k] * lr[k] + li[k] * li[k] + rr[k] * rr[k] + ri[k] * ri[k]
                self.heard_power[k] += share * (power - self.heard_power[k])
            self._aim()
        for k in range(self.half + 1):
            lr[k] *= self.gain[k]
            li[k] *= self.gain[k]
            rr[k] *= self.gain[k]
            ri[k] *= self.gain[k]

    cdef void _aim(self) noexcept nogil:
        cdef int k
        cdef double mean = 0.0, ratio, level = 0.0, share = 0.0
        cdef double most = pow(10.0, self.end[RANGE] / 20.0), half = 0.5 * self.end[AMOUNT]
        for k in range(self.half + 1):
            mean += self.heard_power[k]
        mean /= self.half + 1
        if mean <= 0.0 or self.end[AMOUNT] == 0.0:
            for k in range(self.half + 1):
                self.gain[k] = 1.0
            return
        self._smooth(&self.heard_power[0], &self.gain[0])
        for k in range(self.half + 1):
            ratio = self.target[k] * mean / (self.gain[k] + 1e-9 * mean)
            self.gain[k] = <float> max(1.0 / most, min(most, pow(ratio, half)))
            level += self.heard_power[k]
            share += self.heard_power[k] * self.gain[k] * self.gain[k]
        # As loud as it came.
        level = sqrt(level / share)
        for k in range(self.half + 1):
            self.gain[k] *= <float> level

    cdef void _smooth(self, const double* power, float* out) noexcept nogil:
        # The mean over a third of an octave around each bin, by differences of one running sum.
        cdef int k, low, high
        self.sums[0] = 0.0
        for k in range(self.half + 1):
            self.sums[k + 1] = self.sums[k] + power[k]
        for k in range(self.half + 1):
            low = max(0, min(<int> (k * 0.89), k - 1))
            high = min(self.half + 1, max(<int> (k * 1.1225) + 1, k + 2))
            out[k] = <float> ((self.sums[high] - self.sums[low]) / (high - low))

    cdef void clear(self) noexcept nogil:
        cdef int k
        self.wipe()
        self.windows = 0
        memset(&self.heard_power[0], 0, (self.half + 1) * sizeof(double))
        for k in range(self.half + 1):
            self.gain[k] = 1.0
