# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Noise with other slopes: brown like a distant sea, blue and violet like steam, grey even to the ear.

White or pink noise through a row of 16 taps, fitted once to what the colour still needs; brown is also a
leaky sum, grey also a cascade of four one-poles. Each keeps within 0.3 dB of its slope to 0.45 of the rate.
"""

from libc.math cimport M_PI, exp
from libc.stdint cimport uint64_t
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK
from cext.voices.noises cimport Pink, White, design_pink, pink

from cext.voices import slopes

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_taps(const float*, float*, float*);
    """

cdef double _RMS = 0.2
cdef double _SQRT3 = 1.7320508075688772   # a uniform spread of -1..1 has an RMS of 1 / sqrt 3
cdef double _LEAK_HZ = 2.0                # brown: below everything audible
cdef double _HOLD_HZ = 30.0               # grey
_CORNERS_HZ = (20.6, 20.6, 107.7, 737.9)


cdef void _taps "echoel_taps"(const float* tap, float* past, float* ear) noexcept nogil:
    # A row of taps over a tick, in place.
    cdef float x[TAPS + TICK]
    cdef int j, k
    for j in range(TAPS):
        x[j] = past[j]
    for j in range(TICK):
        x[TAPS + j] = ear[j]
        ear[j] = 0.0
    for k in range(TAPS):
        for j in range(TICK):
            ear[j] += tap[k] * x[TAPS + j - k]
    for j in range(TAPS):
        past[j] = x[TICK + j]


cdef _hold(Taps* taps, row, double gain):
    cdef int k
    for k in range(TAPS):
        taps.tap[k] = row[k] * gain


cdef class Violet(White):
    """Violet noise: 6 dB more from octave to octave, a fine hiss."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        row = slopes.fitted(lambda angle: angle, is_rising=True)
        _hold(&self.taps, row, _RMS * _SQRT3 / slopes.loudness(lambda angle: slopes.response(row, angle)))

    cdef void colour(self, float* left, float* right) noexcept nogil:
        _taps(self.taps.tap, self.taps.past[0], left)
        _taps(self.taps.tap, self.taps.past[1], right)

    cdef void clear(self) noexcept nogil:
        memset(self.taps.past, 0, sizeof(self.taps.past))


cdef class Blue(Pink):
    """Blue noise: 3 dB more from octave to octave, like steam."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        design_pink(&self.filter, 10.0, 1.0, rate_hz)
        row = slopes.fitted(lambda angle: angle, is_rising=True)
        pinkness = slopes.loudness(lambda angle: (angle + 2.0 * M_PI * 4.0 / rate_hz) ** -0.5)
        _hold(&self.taps, row, _RMS * pinkness / slopes.loudness(
            lambda angle: slopes.response(row, angle) * angle**-0.5))

    cdef void colour(self, float* left, float* right) noexcept nogil:
        pink(&self.filter, left, right)
        _taps(self.taps.tap, self.taps.past[0], left)
        _taps(self.taps.tap, self.taps.past[1], right)

    cdef void clear(self) noexcept nogil:
        Pink.clear(self)
        memset(self.taps.past, 0, sizeof(self.taps.past))


cdef class Brown(White):
    """Brown noise: 6 dB less from octave to octave, like a distant sea."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        self.keep = exp(-2.0 * M_PI * _LEAK_HZ / rate_hz)
        leaky = slopes.leaky(self.keep)
        row = slopes.fitted(lambda angle: 1 / angle / slopes.leaky(1.0)(angle), is_rising=False)
        _hold(&self.taps, row, _RMS * _SQRT3 / slopes.loudness(
            lambda angle: slopes.response(row, angle) * leaky(angle)))

    cdef void colour(self, float* left, float* right) noexcept nogil:
        cdef int j
        cdef double a = self.sum[0], b = self.sum[1]
        _taps(self.taps.tap, self.taps.past[0], left)
        _taps(self.taps.tap, self.taps.past[1], right)
        for j in range(TICK):
            a = a * self.keep + left[j]
            b = b * self.keep + right[j]
            left[j] = <float> a
            right[j] = <float> b
        self.sum[0] = a
        self.sum[1] = b

    cdef void clear(self) noexcept nogil:
        self.sum[0] = self.sum[1] = 0.0
        memset(self.taps.past, 0, sizeof(self.taps.past))


cdef class Grey(White):
    """Grey noise: every pitch equally loud to the ear, from 60 Hz upwards."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        cdef int k
        super().__init__(rate_hz, seed=seed, **values)
        self.pole = exp(-2.0 * M_PI * _HOLD_HZ / rate_hz)
        for k in range(4):
            self.zero[k] = exp(-2.0 * M_PI * _CORNERS_HZ[k] / rate_hz)
        cascade = slopes.cascade([self.zero[k] for k in range(4)], [self.pole] * 4)
        even = slopes.equal_to_the_ear(rate_hz, _HOLD_HZ)
        row = slopes.fitted(lambda angle: even(angle) / cascade(angle), is_rising=False)
        _hold(&self.taps, row, _RMS * _SQRT3 / slopes.loudness(
            lambda angle: slopes.response(row, angle) * cascade(angle)))

    cdef void colour(self, float* left, float* right) noexcept nogil:
        _taps(self.taps.tap, self.taps.past[0], left)
        _taps(self.taps.tap, self.taps.past[1], right)
        self._weigh(self.before[0], left)
        self._weigh(self.before[1], right)

    cdef void _weigh(self, double* before, float* ear) noexcept nogil:
        # Four zeros, each with a pole, one after the other; before[k] is what entered section k last.
        cdef int j, k
        cdef double x, y
        for j in range(TICK):
            x = ear[j]
            for k in range(4):
                y = x - self.zero[k] * before[k] + self.pole * before[k + 1]
                before[k] = x
                x = y
            before[4] = x
            ear[j] = <float> x

    cdef void clear(self) noexcept nogil:
        memset(self.before, 0, sizeof(self.before))
        memset(self.taps.past, 0, sizeof(self.taps.past))
