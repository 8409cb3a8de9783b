# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A plucked string: a period of noise that goes round and round and loses its edge.

Karplus and Strong's loop with Jaffe and Smith's additions: the place of the finger, brightness, the time to
silence, and a tuned length between two samples (Hermite, third order).
Sources: K. Karplus and A. Strong, Computer Music Journal 7.2 (1983) 43; D. Jaffe and J. O. Smith, ibidem 56.
"""

import numpy as np

from libc.math cimport M_PI, cos, pow, sqrt
from libc.stdint cimport int32_t, uint32_t, uint64_t

from cext._types cimport TICK, scatter
from cext.voices.struck cimport Struck

from cext.parameters import Parameter
from cext.voices.struck import STROKES

cdef enum:
    FREQUENCY = 3
    DECAY = 4
    BRIGHTNESS = 5
    FINGER = 6

cdef double _LOWEST_HZ = 30.0


cdef inline double _noise(uint64_t n) noexcept nogil:
    return <double> <int32_t> <uint32_t> scatter(n) * (1.0 / 2147483648.0)


cdef inline double _dullness(double wanted, double keep, double cycles) noexcept nogil:
    # As dull as wanted, but never so dull that the string's own tone would die sooner than it was told to.
    cdef double most = 0.5 * (1.0 - keep * keep) / (1.0 - cos(2.0 * M_PI * cycles))
    if wanted * (1.0 - wanted) <= most:
        return wanted
    return 0.5 * (1.0 - sqrt(1.0 - 4.0 * most))


cdef class Pluck(Struck):
    """A plucked string, from a harp to a bass."""

    PARAMETERS = (
        *STROKES,
        Parameter("frequency_hz", "Hz", _LOWEST_HZ, 2_000.0, 220.0, "log"),
        Parameter("decay_s", "s", 0.1, 30.0, 4.0, "log"),
        Parameter("brightness", "", 0.0, 1.0, 0.6),
        Parameter("finger", "of the string", 0.02, 0.5, 0.2),
    )

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        self.line = np.zeros(int(rate_hz / _LOWEST_HZ) + 16)
        super().__init__(rate_hz, seed=seed, **values)

    cdef void clear(self) noexcept nogil:
        cdef int j
        self.place = 0
        self.damped = 0.0
        self.period = 0.0
        self.plucking = 0
        for j in range(self.line.shape[0]):
            self.line[j] = 0.0

    cdef void rest(self) noexcept nogil:
        self.stroke()

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int at = self.stroke(), j, size = self.line.shape[0], whole, k
        cdef double keep = pow(10.0, -3.0 / (self.end[FREQUENCY] * self.end[DECAY]))
        cdef double cycles = self.end[FREQUENCY] * self.per_frame
        cdef double dull = _dullness(0.5 * (1.0 - self.end[BRIGHTNESS]), keep, cycles)
        # Once round takes the line, and the low-pass as much as it weighs its older sample.
        cdef double period = self.rate_hz / self.end[FREQUENCY] - dull
        cdef double first = self.period if self.period > 0.0 else period
        cdef double step = (period - first) / TICK, share, x, y, a, b, c, d
        self.period = period
        keep /= sqrt(1.0 - 2.0 * dull * (1.0 - dull) * (1.0 - cos(2.0 * M_PI * cycles)))
        for j in range(TICK):
            if j == at:
                self.burst = scatter(self.key + self.strokes)
                self.since = 0
                self.finger = <long> (period * self.end[FINGER]) + 1
                self.plucking = <long> period + self.finger
            whole = <int> first
            share = first - whole
            # Four samples around the place one period ago.
            k = self.place - whole + 1
            if k < 0:
                k += size
            a = self.line[k]
            k = k - 1 if k > 0 else size - 1
            b = self.line[k]
            k = k - 1 if k > 0 else size - 1
            c = self.line[k]
            k = k - 1 if k > 0 else size - 1
            d = self.line[k]
            y = b + share * (0.5 * (c - a) + share * (
                a - 2.5 * b + 2.0 * c - 0.5 * d + share * (1.5 * (b - c) + 0.5 * (d - a))))
            x = keep * ((1.0 - dull) * y + dull * self.damped)
            self.damped = y
            if self.since < self.plucking:
                # The noise, and upside down a little later: that is how a place on the string is heard.
                if self.since < self.plucking - self.finger:
                    x += 0.35 * self.strength * _noise(self.burst + <uint64_t> self.since)
                if self.since >= self.finger:
                    x -= 0.35 * self.strength * _noise(self.burst + <uint64_t> (self.since - self.finger))
                self.since += 1
            self.line[self.place] = x
            left[j] = right[j] = <float> x
            self.place = self.place + 1 if self.place + 1 < size else 0
            first += step
