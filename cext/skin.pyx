# cython: boundscheck=False, wraparound=False, cdivision=True
"""Skin conductance: responses as they happen, and the banded equations of its decomposition.

A response is a rise from a valley to a summit: sweat glands fill in one to three seconds and empty slowly
(Boucsein, Electrodermal Activity, 2nd ed. 2012, section 2.3.1.3.2). It is told when the rise passes the
threshold, and again, with its size, when the conductance has turned. What no skin can do is known as an
artefact: less than 0.05 uS, more than 60 uS, or a change faster than 10 uS a second, and 5 s around it
(Kleckner et al., IEEE Trans. Biomed. Eng. 65 (2018) 1460).
"""

from libc.math cimport exp, fabs, isfinite

import numpy as np

cdef extern from *:
    """
    /* x = x * scale - a * y - b * z over a row; x is no part of y or z. */
    static inline void mix_row(double *restrict x, const double *y, const double *z,
                               double scale, double a, double b, long n) {
        for (long k = 0; k < n; k++)
            x[k] = x[k] * scale - a * y[k] - b * z[k];
    }
    """
    void mix_row(double *x, const double *y, const double *z, double scale, double a, double b,
                 long n) noexcept nogil

cdef double LOWEST_US = 0.05
cdef double HIGHEST_US = 60.0
cdef double STEEPEST_US_S = 10.0
cdef double SETTLING_S = 5.0
cdef double LEVEL_S = 10.0
cdef double SMOOTHING_S = 0.25
cdef double SHORTEST_RISE_S = 0.3
cdef double LONGEST_RISE_S = 6.0
# Of its rise a response must lose this share before it is over.
cdef double TURN_SHARE = 0.1
# A valley is as wide as it stays within this share of the smallest response.
cdef double FLAT_SHARE = 0.1


cdef class Responses:
    """One channel of skin conductance, sample by sample.

    rate_hz: samples a second, 2 or more. least_us: the smallest rise that is a response, uS.
    """

    cdef double _rate_hz
    cdef double _least_us
    cdef double _keep
    cdef double _level_keep
    cdef double _smooth
    cdef double _level
    cdef double _last
    cdef double _low
    cdef double _high
    cdef long long _at
    cdef long long _low_at
    cdef long long _high_at
    cdef long long _bad_until
    cdef long long _good
    cdef bint _is_rising
    cdef double _quality

    def __init__(self, double rate_hz, double least_us=0.03):
        if not (rate_hz >= 2.0 and isfinite(rate_hz)):
            raise ValueError(f"skin conductance at {rate_hz:g} Hz shows no responses; give 2 Hz or more")
        if not least_us > 0.0:
            raise ValueError(f"the smallest response is {least_us:g} uS; give more than 0")
        self._rate_hz = rate_hz
        self._least_us = least_us
        self._keep = exp(-1.0 / (SMOOTHING_S * rate_hz))
        self._level_keep = exp(-1.0 / (LEVEL_S * rate_hz))
        self.reset()

    def reset(self):
        """Forget everything; the next sample is at 0 s again."""
        self._at = 0
        self._bad_until = -1
        self._quality = 0.0
        self._begin()

    cdef void _begin(self) noexcept nogil:
        self._good = 0
        self._is_rising = False
        self._last = self._smooth = self._level = self._low = self._high = 0.0
        self._low_at = self._high_at = self._at

    @property
    def level_us(self):
        """The slow level, a mean that forgets in 10 s; None without a second of good signal."""
        return self._level if self._good >= self._rate_hz else None

    @property
    def quality(self):
        """0..1, the share of good signal, forgetting in 10 s."""
        return self._quality

    def feed(self, values):
        """Take samples in uS; returns what happened: (kind, onset_s, found_s, amplitude_us, rise_s).

        kind: "onset" when a rise passes the threshold, "response" when it is over. Times are since the first
        sample. NaN and what no skin can do end everything that was going on.
        """
        cdef const double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
        cdef Py_ssize_t i
        cdef int said
        events = []
        for i in range(v.shape[0]):
            said = self._take(v[i])
            if said == 1:
                events.append(("onset", self._low_at / self._rate_hz, self._at / self._rate_hz,
                               self._high - self._low, (self._high_at - self._low_at) / self._rate_hz))
            elif said == 2:
                events.append(("response", self._low_at / self._rate_hz, self._at / self._rate_hz,
                               self._high - self._low, (self._high_at - self._low_at) / self._rate_hz))
                self._low, self._low_at = self._smooth, self._at
                self._high, self._high_at = self._smooth, self._at
            self._at += 1
        return events

    cdef int _take(self, double value) noexcept nogil:
        """One sample: 0 nothing, 1 a rise has passed the threshold, 2 it is over."""
        cdef double rise_s
        cdef bint is_good = isfinite(value) and LOWEST_US <= value <= HIGHEST_US
        if is_good and self._good and fabs(value - self._last) * self._rate_hz > STEEPEST_US_S:
            is_good = False
            self._bad_until = self._at + <long long>(SETTLING_S * self._rate_hz)
        elif not is_good:
            self._bad_until = self._at
        self._quality = self._level_keep * self._quality + (1.0 - self._level_keep) * (
            is_good and self._at > self._bad_until)
        if not is_good or self._at <= self._bad_until:
            self._begin()
            return 0
        if self._good == 0:
            self._smooth = self._level = self._low = self._high = value
            self._low_at = self._high_at = self._at
        self._good += 1
        self._last = value
        self._smooth = value + self._keep * (self._smooth - value)
        self._level = value + self._level_keep * (self._level - value)
        if self._smooth > self._high:
            self._high, self._high_at = self._smooth, self._at
        if not self._is_rising:
            if self._smooth < self._low or (self._at - self._low_at) > LONGEST_RISE_S * self._rate_hz:
                # A slow drift is no response: the valley moves along with it.
                self._low, self._low_at = self._smooth, self._at
                self._high, self._high_at = self._smooth, self._at
            elif self._smooth - self._low >= self._least_us:
                self._is_rising = True
                return 1
            elif self._smooth - self._low < FLAT_SHARE * self._least_us:
                # As flat as before: the rise has not begun.
                self._low_at = self._at
            return 0
        if self._high - self._smooth < max(TURN_SHARE * (self._high - self._low), 0.1 * self._least_us):
            return 0
        self._is_rising = False
        rise_s = (self._high_at - self._low_at) / self._rate_hz
        if SHORTEST_RISE_S <= rise_s <= LONGEST_RISE_S:
            return 2
        self._low, self._low_at = self._smooth, self._at
        self._high, self._high_at = self._smooth, self._at
        return 0


def solve(bands, sides):
    """Solve a symmetric positive system with two bands beside its diagonal, for many right sides, in place.

    bands: shape (3, size): the diagonal, the first band (its last value unused), the second; overwritten by
    the factors. sides: shape (size, many), C-ordered; overwritten by the solutions. Raises ValueError when
    the system is not positive.
    """
    cdef double[:, ::1] b = bands
    cdef double[:, ::1] x = sides
    cdef Py_ssize_t n = b.shape[1], many = x.shape[1], i, k
    cdef double first, second
    cdef bint is_positive = True
    if b.shape[0] != 3 or x.shape[0] != n or n < 1 or many < 1:
        raise ValueError(f"{x.shape[0]} rows do not fit a system of {n}")
    with nogil:
        # L D L^T: b[0] becomes D, b[1] and b[2] the two bands of L below the diagonal.
        for i in range(n):
            first = b[1, i]
            second = b[2, i]
            if not b[0, i] > 0.0:
                is_positive = False
                break
            if i + 1 < n:
                b[1, i] = first / b[0, i]
                b[0, i + 1] -= b[1, i] * first
            if i + 2 < n:
                b[2, i] = second / b[0, i]
                b[1, i + 1] -= b[1, i] * second
                b[0, i + 2] -= b[2, i] * second
        if is_positive:
            # Before the first row and after the last there is nothing: any row, times 0.
            for i in range(1, n):
                mix_row(&x[i, 0], &x[i - 1, 0], &x[max(0, i - 2), 0], 1.0,
                        b[1, i - 1], b[2, i - 2] if i > 1 else 0.0, many)
            for i in range(n - 1, -1, -1):
                if i + 1 < n:
                    mix_row(&x[i, 0], &x[i + 1, 0], &x[min(n - 1, i + 2), 0], 1.0 / b[0, i],
                            b[1, i], b[2, i] if i + 2 < n else 0.0, many)
                else:
                    for k in range(many):
                        x[i, k] /= b[0, i]
    if not is_positive:
        raise ValueError("the system is not positive; its equations contradict one another")


def products(left, right):
    """left^T right, for a left that is mostly zeros; shapes (size, few) and (size, many) give (few, many).

    Written out, because a library's threads cost more than this when the processor has other work.
    """
    cdef const double[:, ::1] a = left
    cdef const double[:, ::1] b = right
    cdef Py_ssize_t n = a.shape[0], few = a.shape[1], many = b.shape[1], i, k
    if b.shape[0] != n or n < 1 or many < 1:
        raise ValueError(f"{n} rows and {b.shape[0]} rows have no products")
    out = np.zeros((few, many))
    cdef double[:, ::1] o = out
    with nogil:
        for i in range(n):
            for k in range(few):
                if a[i, k] != 0.0:
                    mix_row(&o[k, 0], &b[i, 0], &b[i, 0], 1.0, -a[i, k], 0.0, many)
    return out
