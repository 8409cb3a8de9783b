# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Noise: white like a spray, pink like steady rain.

Each frame's random bits are a hash of its number and the seed, so noise repeats exactly and needs no history.
Pink: poles and zeros in turn, evenly spread over the octaves, halve the slope of a one-pole filter to 3 dB
an octave; eight samples at a time are worked out from the state before them. All colours, also those of
`colours`, are equally loud by RMS, 0.2 of full scale at level 1.
Sources: J. O. Smith, Spectral Audio Signal Processing, "Synthesis of 1/F Noise"; own pole placement; hash
after C. Wellons, "Prospecting for Hash Functions" (2018), keyed between its rounds.
"""

from libc.math cimport M_PI, cos, exp, pow, sqrt
from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK, scatter
from cext.voices.ticked cimport Ticked

from cext.parameters import Parameter

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_spray(uint32_t, uint32_t, float, float*);
    ECHOEL_CLONES static void echoel_pink(
        const float*, const float*, const float*, const float*, float*, float*, float*);
    """

cdef double _RMS = 0.2
cdef double _SQRT3 = 1.7320508075688772   # a uniform spread of -1..1 has an RMS of 1 / sqrt 3
# One gentle zero, (1 + tilt / z), takes back what sampling adds in the top octaves: pink stays within 0.06 dB
# of its slope from 20 Hz to 18 kHz.
cdef double _PINK_TILT = 0.15


cdef void _spray "echoel_spray"(uint32_t key, uint32_t other, float unit, float* ear) noexcept nogil:
    cdef int j
    cdef uint32_t x
    for j in range(TICK):
        x = key + <uint32_t> j * <uint32_t> 0x9E3779B9
        x = (x ^ (x >> 16)) * <uint32_t> 0x7FEB352D
        x = ((x ^ (x >> 15)) + other) * <uint32_t> 0x846CA68B
        x = x ^ (x >> 16)
        ear[j] = unit * <float> <int32_t> x


cdef void spray(uint64_t key, float peak, float* left, float* right) noexcept nogil:
    # A tick of white noise of -peak..peak, independent in both ears; the key says which tick.
    cdef float unit = peak * <float> (1.0 / 2147483648.0)
    cdef uint64_t one = scatter(key), other = scatter(~key)
    _spray(<uint32_t> one, <uint32_t> (one >> 32), unit, left)
    _spray(<uint32_t> other, <uint32_t> (other >> 32), unit, right)


cdef double _power(double* poles, double* zeros, double share) noexcept nogil:
    # Power gain of the pole-zero chain at a share of the sample rate.
    cdef double c = cos(2.0 * M_PI * share)
    cdef double power = 1.0 + 2.0 * _PINK_TILT * c + _PINK_TILT * _PINK_TILT
    cdef int k
    for k in range(PINK_POLES):
        power *= 1.0 - 2.0 * zeros[k] * c + zeros[k] * zeros[k]
        power /= 1.0 - 2.0 * poles[k] * c + poles[k] * poles[k]
    return power


cdef void design_pink(Pinking* filter, double low_hz, double rms, double rate_hz) noexcept nogil:
    # Poles from low_hz upwards, each followed half a spacing later by a zero; then split into partial
    # fractions (eight one-poles side by side), and those written out for eight samples.
    cdef double poles[PINK_POLES]
    cdef double zeros[PINK_POLES]
    cdef double share[PINK_POLES]
    cdef double echo[8]
    cdef double spacing = pow(0.4 * rate_hz / low_hz, 1.0 / PINK_POLES), power = 0.0, gain, through
    cdef int k, i, j, points = 8192
    for k in range(PINK_POLES):
        poles[k] = exp(-2.0 * M_PI * low_hz * pow(spacing, k) / rate_hz)
        zeros[k] = exp(-2.0 * M_PI * low_hz * pow(spacing, k + 0.5) / rate_hz)
    for k in range(points):
        power += _power(poles, zeros, 0.5 * (k + 0.5) / points)
    # White of -1..1 has an RMS of 1 / sqrt 3.
    gain = rms * _SQRT3 / sqrt(power / points)
    through = gain
    for k in range(PINK_POLES):
        through *= zeros[k] / poles[k]
        share[k] = gain
        for i in range(PINK_POLES):
            share[k] *= 1.0 - zeros[i] / poles[k]
            if i != k:
                share[k] /= 1.0 - poles[i] / poles[k]
    for j in range(8):
        echo[j] = through if j == 0 else 0.0
        for k in range(PINK_POLES):
            echo[j] += share[k] * pow(poles[k], j)
    for k in range(PINK_POLES):
        filter.remain[k] = <float> pow(poles[k], 8)
        for j in range(8):
            filter.shown[k * 8 + j] = <float> (share[k] * pow(poles[k], j + 1))
            filter.taken[j * 8 + k] = <float> pow(poles[k], 7 - j)
    for i in range(8):
        for j in range(8):
            filter.heard[i * 8 + j] = <float> echo[j - i] if j >= i else 0.0


cdef void pink(Pinking* filter, float* left, float* right) noexcept nogil:
    # A tick of white becomes pink in place.
    _pink(filter.remain, filter.shown, filter.heard, filter.taken, &filter.last[0], filter.state[0], left)
    _pink(filter.remain, filter.shown, filter.heard, filter.taken, &filter.last[1], filter.state[1], right)


cdef void _pink "echoel_pink"(
    const float* remain, const float* c, const float* d, const float* b, float* last, float* state, float* ear
) noexcept nogil:
    cdef float x[TICK]
    cdef float s[PINK_POLES]
    cdef float y[8]
    cdef float* n
    cdef int first, j
    for j in range(PINK_POLES):
        s[j] = state[j]
    x[0] = ear[0] + <float> _PINK_TILT * last[0]
    for j in range(1, TICK):
        x[j] = ear[j] + <float> _PINK_TILT * ear[j - 1]
    last[0] = ear[TICK - 1]
    for first in range(0, TICK, 8):
        n = x + first
        for j in range(8):
            y[j] = ((c[j] * s[0] + c[8 + j] * s[1] + c[16 + j] * s[2] + c[24 + j] * s[3])
                    + (c[32 + j] * s[4] + c[40 + j] * s[5] + c[48 + j] * s[6] + c[56 + j] * s[7])
                    + ((d[j] * n[0] + d[8 + j] * n[1] + d[16 + j] * n[2] + d[24 + j] * n[3])
                       + (d[32 + j] * n[4] + d[40 + j] * n[5] + d[48 + j] * n[6] + d[56 + j] * n[7])))
        for j in range(8):
            s[j] = remain[j] * s[j] + (
                (b[j] * n[0] + b[8 + j] * n[1] + b[16 + j] * n[2] + b[24 + j] * n[3])
                + (b[32 + j] * n[4] + b[40 + j] * n[5] + b[48 + j] * n[6] + b[56 + j] * n[7]))
        for j in range(8):
            ear[first + j] = y[j]
    for j in range(PINK_POLES):
        state[j] = s[j]


cdef class White(Ticked):
    """White noise: every frequency alike, independent in both ears."""

    PARAMETERS = (Parameter("level", "", 0.0, 1.0, 0.5),)

    def __cinit__(self):
        self.peak = 1.0

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        if type(self) is White:
            self.peak = <float> (_RMS * _SQRT3)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        spray(self.key + self.tick, self.peak, left, right)
        self.colour(left, right)

    cdef void colour(self, float* left, float* right) noexcept nogil:
        # White as it is; other colours filter here what was -1..1.
        pass


cdef class Pink(White):
    """Pink noise: every octave alike, like rain on leaves."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        design_pink(&self.filter, 4.0, _RMS, rate_hz)

    cdef void colour(self, float* left, float* right) noexcept nogil:
        pink(&self.filter, left, right)

    cdef void clear(self) noexcept nogil:
        memset(self.filter.state, 0, sizeof(self.filter.state))
        memset(self.filter.last, 0, sizeof(self.filter.last))
