# cython: boundscheck=False, wraparound=False, cdivision=True
"""The power of an EEG in its bands, soon: causal filters, squared and briefly averaged.

Each band is a Butterworth band-pass of fourth order (second-order prototype) as two biquads, then the square,
then a mean that forgets in 50 ms. The delay from brain to figure is the filter's group delay, sqrt(2) / (pi
bandwidth) at the centre, plus those 50 ms: 200 ms for the 3 Hz wide sensorimotor rhythm. Steeper filters
would be cleaner and too late to learn from (Sherlin et al., J. Neurotherapy 15 (2011) 292). One row comes out
every 20 ms of signal, whatever the size of the pieces fed. Absolute power: a sine of amplitude A in the
middle of a band gives A^2 / 2.
"""

from libc.math cimport exp, fabs, isfinite

import numpy as np

cdef enum:
    MOST = 16            # bands

ROW_S = 0.02
MEAN_S = 0.05
cdef double BASELINE_HZ = 0.5
# After the start or a gap the filters need this many of their slowest delays.
cdef double SETTLING_S = 1.0


cdef struct Section:
    double a1
    double a2
    double z1
    double z2


def sections(double low_hz, double high_hz, double rate_hz):
    """The two biquads of a band: shape (2, 2) of a1 and a2, and the gain; numerators are 1 - z^-2."""
    if not 0.0 < low_hz < high_hz < 0.5 * rate_hz:
        raise ValueError(f"{low_hz:g} to {high_hz:g} Hz is no band of a signal of {rate_hz:g} Hz")
    # Bilinear transform of the band-pass, frequencies bent beforehand.
    low = 2.0 * rate_hz * np.tan(np.pi * low_hz / rate_hz)
    high = 2.0 * rate_hz * np.tan(np.pi * high_hz / rate_hz)
    half = 0.5 * (high - low) * np.exp(0.75j * np.pi)
    root = np.sqrt(half * half - low * high)
    poles = (2.0 * rate_hz + np.array([half + root, half - root]))
    poles = poles / (2.0 * rate_hz - np.array([half + root, half - root]))
    table = np.stack([-2.0 * poles.real, np.abs(poles) ** 2], axis=1)
    centre = 2.0 * np.arctan(np.sqrt(low * high) / (2.0 * rate_hz))
    at = np.exp(-1j * centre)
    through = np.prod((1.0 - at * at) / (1.0 + table[:, 0] * at + table[:, 1] * at * at))
    return table, 1.0 / abs(through)


cdef class Bands:
    """One EEG channel in with `feed`, rows of band powers out.

    edges_hz: (low, high) of each band. rate_hz: samples a second.
    """

    cdef Section[MOST][2] _section
    cdef double[MOST] _gain
    cdef double[MOST] _power
    cdef int _bands
    cdef int _hop
    cdef int _into
    cdef long long _good
    cdef long long _settling
    cdef double _rate_hz
    cdef double _keep
    cdef double _base_keep
    cdef double _base
    cdef double _peak
    cdef bint _is_row_bad

    def __init__(self, edges_hz, double rate_hz):
        cdef int i, k
        if not 1 <= len(edges_hz) <= MOST:
            raise ValueError(f"{len(edges_hz)} bands; give 1 to {MOST}")
        self._bands = len(edges_hz)
        self._rate_hz = rate_hz
        for i in range(self._bands):
            table, self._gain[i] = sections(edges_hz[i][0], edges_hz[i][1], rate_hz)
            for k in range(2):
                self._section[i][k].a1 = table[k, 0]
                self._section[i][k].a2 = table[k, 1]
        self._hop = max(1, <int>(ROW_S * rate_hz + 0.5))
        self._keep = exp(-1.0 / (MEAN_S * rate_hz))
        self._base_keep = exp(-2.0 * np.pi * BASELINE_HZ / rate_hz)
        self._settling = <long long>(SETTLING_S * rate_hz)
        self.reset()

    @property
    def row_s(self):
        """Seconds of signal a row."""
        return self._hop / self._rate_hz

    def reset(self):
        """Forget everything."""
        self._into = 0
        self._peak = 0.0
        self._is_row_bad = False
        self._clear()

    cdef void _clear(self) noexcept nogil:
        cdef int i, k
        self._good = 0
        for i in range(self._bands):
            self._power[i] = 0.0
            for k in range(2):
                self._section[i][k].z1 = self._section[i][k].z2 = 0.0

    def feed(self, values):
        """Take samples in uV; returns shape (rows, bands + 1): powers in uV^2, and the largest swing in uV.

        The swing is the largest distance from the baseline in the row. A row in which samples lack, and
        those in the second after it, are NaN.
        """
        cdef const double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
        out = np.empty(((self._into + v.shape[0]) // self._hop, self._bands + 1))
        cdef double[:, ::1] o = out
        cdef Py_ssize_t i, row = 0
        cdef int k
        cdef double nan = float("nan")
        with nogil:
            for i in range(v.shape[0]):
                self._take(v[i])
                self._into += 1
                if self._into == self._hop:
                    if self._is_row_bad or self._good < self._settling:
                        for k in range(self._bands + 1):
                            o[row, k] = nan
                    else:
                        for k in range(self._bands):
                            o[row, k] = self._power[k]
                        o[row, self._bands] = self._peak
                    self._into = 0
                    self._peak = 0.0
                    self._is_row_bad = False
                    row += 1
        return out

    cdef inline void _take(self, double value) noexcept nogil:
        cdef int i, k
        cdef double x, y
        cdef Section *s
        if not isfinite(value):
            self._is_row_bad = True
            self._clear()
            return
        if self._good == 0:
            self._base = value
        self._good += 1
        # What stands still would ring on when it begins.
        x = value - self._base
        self._base = value - self._base_keep * x
        # As high for the fast as it came in.
        value = 0.5 * (1.0 + self._base_keep) * x
        self._peak = max(self._peak, fabs(value))
        for i in range(self._bands):
            x = self._gain[i] * value
            for k in range(2):
                s = &self._section[i][k]
                y = x + s.z1
                s.z1 = s.z2 - s.a1 * y
                s.z2 = -x - s.a2 * y
                x = y
            self._power[i] = x * x + self._keep * (self._power[i] - x * x)
