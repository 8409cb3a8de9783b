# cython: cdivision=True
# The curves of second-order filters as one trapezoidal state-variable core and three gains.
#
# y = m0 in + m1 band + m2 low with g = tan(pi f / rate) and the damping k. Each is the very transfer function
# of R. Bristow-Johnson's Audio EQ Cookbook; only the states differ, which here keep their meaning while a
# filter moves. Sources: A. Simper, Solving the continuous SVF equations using trapezoidal integration (2013);
# V. Zavalishin, The Art of VA Filter Design (2018), chapter 4.

from libc.math cimport M_PI, pow, sqrt, tan

cdef enum:
    PEAK, LOWPASS, HIGHPASS, LOW_SHELF, HIGH_SHELF, BANDPASS, NOTCH, ALLPASS

ctypedef struct shape_t:
    double g, k, m0, m1, m2


cdef inline double warped(double frequency_hz, double rate_hz) noexcept nogil:
    # The integrator gain that puts the corner where it was asked for, up to 0.49 of the rate.
    return tan(M_PI * min(frequency_hz, 0.49 * rate_hz) / rate_hz)


cdef inline shape_t shaped(
    int kind, double frequency_hz, double gain_db, double q, double rate_hz
) noexcept nogil:
    cdef shape_t s
    cdef double a = pow(10.0, gain_db / 40.0) if PEAK == kind or LOW_SHELF <= kind <= HIGH_SHELF else 1.0
    s.g = warped(frequency_hz, rate_hz)
    s.k = 1.0 / q
    s.m0 = s.m1 = s.m2 = 0.0
    if kind == PEAK:
        s.k /= a
        s.m0 = 1.0
        s.m1 = s.k * (a * a - 1.0)
    elif kind == LOW_SHELF:
        s.g /= sqrt(a)
        s.m0 = 1.0
        s.m1 = s.k * (a - 1.0)
        s.m2 = a * a - 1.0
    elif kind == HIGH_SHELF:
        s.g *= sqrt(a)
        s.m0 = a * a
        s.m1 = s.k * (1.0 - a) * a
        s.m2 = 1.0 - a * a
    elif kind == LOWPASS:
        s.m2 = 1.0
    elif kind == BANDPASS:
        s.m1 = s.k
    else:
        # What is left when something is taken away: the band once or twice, or band and low.
        s.m0 = 1.0
        s.m1 = -s.k if kind != ALLPASS else -2.0 * s.k
        s.m2 = -1.0 if kind == HIGHPASS else 0.0
    return s


cdef inline void state_space(shape_t s, double* m) noexcept nogil:
    # a11 a12 a21 a22 b1 b2 c1 c2 d of _section.
    cdef double a1 = 1.0 / (1.0 + s.g * (s.g + s.k))
    cdef double a2 = s.g * a1
    cdef double a3 = s.g * a2
    m[0] = 2.0 * a1 - 1.0
    m[1] = -2.0 * a2
    m[2] = 2.0 * a2
    m[3] = 1.0 - 2.0 * a3
    m[4] = 2.0 * a2
    m[5] = 2.0 * a3
    m[6] = s.m1 * a1 + s.m2 * a2
    m[7] = s.m2 * (1.0 - a3) - s.m1 * a2
    m[8] = s.m0 + s.m1 * a2 + s.m2 * a3


cdef inline void first_order(double g, double low, double high, double* m) noexcept nogil:
    # One pole, `low` times what is below the corner and `high` times what is above; the second state rests.
    cdef double a = g / (1.0 + g)
    cdef int i
    for i in range(9):
        m[i] = 0.0
    m[0] = 1.0 - 2.0 * a
    m[4] = 2.0 * a
    m[6] = (low - high) * (1.0 - a)
    m[8] = high + (low - high) * a


cdef inline void biquad(shape_t s, double* b) noexcept nogil:
    # b0 b1 b2 a1 a2 of the same curve.
    cdef double share = 1.0 / (1.0 + s.g * (s.g + s.k))
    cdef double band = s.m1 * s.g * share, low = s.m2 * s.g * s.g * share
    b[3] = 2.0 * (s.g * s.g - 1.0) * share
    b[4] = (1.0 + s.g * (s.g - s.k)) * share
    b[0] = s.m0 + band + low
    b[1] = s.m0 * b[3] + 2.0 * low
    b[2] = s.m0 * b[4] - band + low
