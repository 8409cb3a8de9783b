# What an ear makes of a channel before its energy counts (ITU-R BS.1770-4): a shelf that stands for the head,
# then a high-pass. Both filters of two channels run in the four lanes of one register, the second two frames
# behind the first so that neither waits for the other, in float64.
#
# The filters are derived anew from their analogue shape for every rate (B. De Man, "Evaluation of
# Implementations of the EBU R128 Loudness Measurement", AES 145 (2018): 1681.97 Hz, +4 dB, Q 0.7072, and
# 38.14 Hz, Q 0.5003), which gives the standard's own figures at 48 kHz.

from libc.math cimport M_PI, pow, tan

from cext cimport _simd  # no-cython-lint: its macro is in the loop below

cdef extern from *:
    """
    #include <float.h>
    #include <stddef.h>
    #include <string.h>
    typedef double echoel_four __attribute__((vector_size(32)));
    #define ECHOEL_SOUND(x) (__builtin_fabsf(x) <= FLT_MAX ? (x) : 0.0f)
    ECHOEL_CLONES static void echoel_weigh(
            const char *a, const char *b, ptrdiff_t step, ptrdiff_t frames,
            const double *c, double *kept, double *energy) {
        echoel_four b0, c1, c2, a1, a2, now, before, in_before, y1, y2;
        echoel_four sum = {0.0, 0.0, energy[0], energy[1]};
        memcpy(&b0, c, 32); memcpy(&c1, c + 4, 32); memcpy(&c2, c + 8, 32);
        memcpy(&a1, c + 12, 32); memcpy(&a2, c + 16, 32);
        memcpy(&now, kept, 32); memcpy(&before, kept + 4, 32); memcpy(&in_before, kept + 8, 32);
        memcpy(&y1, kept + 12, 32); memcpy(&y2, kept + 16, 32);
        for (ptrdiff_t j = 0; j < frames; j++) {
            float x = *(const float *)(a + j * step), z = *(const float *)(b + j * step);
            echoel_four in = {ECHOEL_SOUND(x), ECHOEL_SOUND(z), y2[0], y2[1]};
            echoel_four y = b0 * in + now;
            echoel_four next = ((c1 * in + c2 * in_before) - a2 * before) - a1 * now;
            before = now; now = next; in_before = in; y2 = y1; y1 = y;
            sum += y * y;
        }
        memcpy(kept, &now, 32); memcpy(kept + 4, &before, 32); memcpy(kept + 8, &in_before, 32);
        memcpy(kept + 12, &y1, 32); memcpy(kept + 16, &y2, 32);
        energy[0] = sum[2]; energy[1] = sum[3];
    }
    """
    void k_lanes "echoel_weigh"(
        const char* a, const char* b, Py_ssize_t step, Py_ssize_t frames,
        const double* c, double* kept, double* energy
    ) noexcept nogil


cdef inline void k_row(double* c, double b0, double b1, double b2, double a1, double a2) noexcept nogil:
    cdef int i
    for i in range(2):
        c[i] = b0
        c[4 + i] = b1 - a1 * b0
        c[8 + i] = b2 - a2 * b0
        c[12 + i] = a1
        c[16 + i] = a2


cdef inline void k_weighting(double* c, double rate_hz) noexcept nogil:
    # Rows b0, b1 - a1 b0, b2 - a2 b0, a1, a2 of four lanes: the shelf for two channels, then the high-pass.
    cdef double k = tan(M_PI * 1681.974450955533 / rate_hz), q = 0.7071752369554196
    cdef double high = pow(10.0, 3.999843853973347 / 20.0), middle = pow(high, 0.4996667741545416)
    cdef double scale = 1.0 + k / q + k * k
    k_row(
        c, (high + middle * k / q + k * k) / scale, 2.0 * (k * k - high) / scale,
        (high - middle * k / q + k * k) / scale, 2.0 * (k * k - 1.0) / scale, (1.0 - k / q + k * k) / scale)
    k = tan(M_PI * 38.13547087602444 / rate_hz)
    q = 0.5003270373238773
    scale = 1.0 + k / q + k * k
    k_row(c + 2, 1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / scale, (1.0 - k / q + k * k) / scale)
