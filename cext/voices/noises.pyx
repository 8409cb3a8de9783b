# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Noise: white like a spray, pink like rain, brown like a distant sea.

Each frame's random bits are a hash of its number and the seed, so noise repeats exactly and needs no history.
Pink: poles and zeros in turn, evenly spread over the octaves, halve the slope of a one-pole filter to 3 dB an
octave; brown: a leaky sum. All colours have the same loudness by RMS, 0.2 of full scale at level 1.
Source: J. O. Smith, Spectral Audio Signal Processing, "Synthesis of 1/F Noise"; own pole placement.
"""

from libc.math cimport M_PI, cos, exp, pow, sqrt
from libc.stdint cimport int32_t, uint32_t, uint64_t

from cext._types cimport RAMP, scatter
from cext.parts cimport Voice

from cext.parameters import Parameter

cdef enum:
    LEVEL

cdef double _UNIT = 1.0 / 2147483648.0
cdef double _RMS = 0.2
# One gentle zero each, (1 + tilt / z), takes back what sampling adds in the top octaves: pink stays within
# 0.06 dB of its slope from 20 Hz to 18 kHz, brown within 0.1 dB up to 8 kHz.
cdef double _PINK_TILT = 0.15
cdef double _BROWN_TILT = 0.101
cdef double _SQRT3 = 1.7320508075688772   # a uniform spread of -1..1 has an RMS of 1 / sqrt 3


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
    # fractions (eight one-poles side by side), which the processor works through four at a time.
    cdef double poles[PINK_POLES]
    cdef double zeros[PINK_POLES]
    cdef double spacing = pow(0.4 * rate_hz / low_hz, 1.0 / PINK_POLES), power = 0.0, gain, part
    cdef int k, i, points = 8192
    for k in range(PINK_POLES):
        poles[k] = exp(-2.0 * M_PI * low_hz * pow(spacing, k) / rate_hz)
        zeros[k] = exp(-2.0 * M_PI * low_hz * pow(spacing, k + 0.5) / rate_hz)
    for k in range(points):
        power += _power(poles, zeros, 0.5 * (k + 0.5) / points)
    # White of -1..1 has an RMS of 1 / sqrt 3.
    gain = rms * _SQRT3 / sqrt(power / points)
    part = gain
    for k in range(PINK_POLES):
        part *= zeros[k] / poles[k]
    filter.through = <float> part
    for k in range(PINK_POLES):
        part = gain
        for i in range(PINK_POLES):
            part *= 1.0 - zeros[i] / poles[k]
            if i != k:
                part /= 1.0 - poles[i] / poles[k]
        filter.pole[k] = <float> poles[k]
        filter.share[k] = <float> part


cdef void pink(Pinking* filter, float* left, float* right, int frames) noexcept nogil:
    # White becomes pink in place, two ears abreast.
    _one_ear(filter, 0, left, frames)
    _one_ear(filter, 1, right, frames)


cdef inline void _one_ear(Pinking* filter, int ear, float* sound, int frames) noexcept nogil:
    cdef float state[PINK_POLES]
    cdef float part[PINK_POLES]
    cdef float x, last = filter.last[ear]
    cdef int j, k
    for k in range(PINK_POLES):
        state[k] = filter.state[ear][k]
    for j in range(frames):
        x = sound[j] + <float> _PINK_TILT * last
        last = sound[j]
        for k in range(PINK_POLES):
            state[k] = filter.pole[k] * state[k] + x
            part[k] = filter.share[k] * state[k]
        for k in range(4):
            part[k] += part[k + 4]
        sound[j] = filter.through * x + ((part[0] + part[2]) + (part[1] + part[3]))
    for k in range(PINK_POLES):
        filter.state[ear][k] = state[k]
    filter.last[ear] = last


cdef class White(Voice):
    """White noise: every frequency alike, independent in both ears."""

    PARAMETERS = (Parameter("level", "", 0.0, 1.0, 0.5),)

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, **values)
        self.key = scatter(seed * 2 + 1)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef double step = self.step[LEVEL]
        cdef float drawn_left[64]
        cdef float drawn_right[64]
        cdef uint64_t bits
        cdef float gain
        if self.begin[LEVEL] == 0.0 and step == 0.0:
            # Noise has no phase to keep: a silent voice may rest, and the frame number alone goes on.
            self.frame += frames
            return
        for j in range(frames):
            bits = scatter(self.key + self.frame + <uint64_t> j)
            drawn_left[j] = <float> (<double> <int32_t> <uint32_t> bits * _UNIT)
            drawn_right[j] = <float> (<double> <int32_t> <uint32_t> (bits >> 32) * _UNIT)
        self.frame += frames
        self.colour(drawn_left, drawn_right, frames)
        for j in range(frames):
            gain = <float> self.begin[LEVEL] + <float> step * RAMP[first + j]
            left[j] += gain * drawn_left[j]
            right[j] += gain * drawn_right[j]

    cdef void colour(self, float* left, float* right, int frames) noexcept nogil:
        cdef int j
        cdef float gain = <float> (_RMS * _SQRT3)
        for j in range(frames):
            left[j] *= gain
            right[j] *= gain


cdef class Pink(White):
    """Pink noise: every octave alike, like steady rain."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        design_pink(&self.filter, 4.0, _RMS, rate_hz)

    cdef void colour(self, float* left, float* right, int frames) noexcept nogil:
        pink(&self.filter, left, right, frames)


cdef class Brown(White):
    """Brown noise: each octave half as loud again, like a distant sea."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        self.keep = exp(-2.0 * M_PI * 2.0 / rate_hz)   # leaks at 2 Hz, below everything audible
        self.gain = _RMS * _SQRT3 * sqrt(1.0 - self.keep * self.keep) / (1.0 + _BROWN_TILT)

    cdef void colour(self, float* left, float* right, int frames) noexcept nogil:
        cdef int j
        cdef double a = self.left_sum, b = self.right_sum, x, y
        for j in range(frames):
            x = left[j] + _BROWN_TILT * self.last[0]
            y = right[j] + _BROWN_TILT * self.last[1]
            self.last[0] = left[j]
            self.last[1] = right[j]
            a = a * self.keep + x * self.gain
            b = b * self.keep + y * self.gain
            left[j] = <float> a
            right[j] = <float> b
        self.left_sum = a
        self.right_sum = b
