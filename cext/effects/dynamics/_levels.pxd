# The loops of dynamics effects in C: one tick of 64 frames at a time, eight frames to a register.
#
# Level and gain are logarithms to base 2 (1 is 6.02 dB), because there a ratio is a factor. The serial part,
# attack and release, is a chain of maps y -> max(T, p y + D); such maps close under composition, so eight
# runs of eight frames are chained side by side (after a transposition), then joined in three steps.

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below

cdef extern from *:
    """
    #include <math.h>
    #include <string.h>
    #include <stdint.h>
    #define ECHOEL_INLINE static inline __attribute__((always_inline, unused))
    typedef union { float f; int32_t i; } echoel_bits;

    /* log2 to 1e-6, of anything from 1e-12 on; what is below counts as 1e-12. */
    ECHOEL_INLINE float echoel_log2(float x) {
        echoel_bits u;
        u.f = x > 1e-12f ? x : 1e-12f;
        int32_t exponent = (u.i - 0x3f3504f3) >> 23;
        u.i -= exponent * 8388608;
        float t = u.f - 1.0f, p = -0.145740179f;
        p = p * t + 0.236888695f; p = p * t - 0.250069788f; p = p * t + 0.286707713f;
        p = p * t - 0.360087171f; p = p * t + 0.480939434f; p = p * t - 0.721357150f;
        p = p * t + 1.44269477f;
        return p * t + (float)exponent;
    }
    /* 2**x to 1e-7, exactly 1 at 0; x beyond +-120 counts as +-120. */
    ECHOEL_INLINE float echoel_exp2(float x) {
        echoel_bits u;
        x = x > -120.0f ? x : -120.0f;
        x = x < 120.0f ? x : 120.0f;
        float whole = x + 12582912.0f, t = x - (whole - 12582912.0f), p = 0.000154748299f;
        u.f = whole;
        int32_t exponent = (int32_t)((uint32_t)u.i << 23);
        p = p * t + 0.00134003217f; p = p * t + 0.00961800944f; p = p * t + 0.0555032760f;
        p = p * t + 0.240226513f; p = p * t + 0.693147206f; p = p * t + 1.0f;
        u.f = p;
        u.i += exponent;
        return u.f;
    }

    /* p^1 .. p^8, p^16, p^32; 1 - p; and p itself. */
    typedef struct { float power[10]; float share; double once; } echoel_pole;

    #if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    typedef float echoel_f8 __attribute__((vector_size(32)));
    typedef float echoel_u8 __attribute__((vector_size(32), aligned(4), may_alias));
    #define ECHOEL_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
    #define ECHOEL_ALL(x) ((echoel_f8){x, x, x, x, x, x, x, x})
    /* The later of two lines by one, two or four lanes; what enters on the left comes from a. */
    #define ECHOEL_LATER1(a, b) ECHOEL_SHUFFLE(a, b, 0, 8, 9, 10, 11, 12, 13, 14)
    #define ECHOEL_LATER2(a, b) ECHOEL_SHUFFLE(a, b, 0, 1, 8, 9, 10, 11, 12, 13)
    #define ECHOEL_LATER4(a, b) ECHOEL_SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
    #define ECHOEL_HIGHER(r, a, b) do { echoel_f8 a_ = (a), b_ = (b); \\
        for (int i_ = 0; i_ < 8; i_++) (r)[i_] = a_[i_] > b_[i_] ? a_[i_] : b_[i_]; } while (0)

    ECHOEL_INLINE void echoel_turned(echoel_f8 *x) {
        echoel_f8 t[8], u[8];
        for (int i = 0; i < 8; i += 2) {
            t[i] = ECHOEL_SHUFFLE(x[i], x[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
            t[i + 1] = ECHOEL_SHUFFLE(x[i], x[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
        }
        for (int h = 0; h < 8; h += 4)
            for (int i = 0; i < 2; i++) {
                u[h + 2 * i] = ECHOEL_SHUFFLE(t[h + i], t[h + i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
                u[h + 2 * i + 1] = ECHOEL_SHUFFLE(t[h + i], t[h + i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
            }
        for (int i = 0; i < 4; i++) {
            x[i] = ECHOEL_SHUFFLE(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
            x[i + 4] = ECHOEL_SHUFFLE(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
        }
    }
    /* y = max(x, p y + (1 - p) x) down the turned rows; the last value is returned. */
    ECHOEL_INLINE float echoel_fallen(echoel_f8 *x, float before, const echoel_pole *pole) {
        const float *p = pole->power;
        echoel_f8 line[8], top, tail, share, never = ECHOEL_ALL(-1e30f), zero = ECHOEL_ALL(0.0f);
        line[0] = pole->share * x[0];
        for (int r = 1; r < 8; r++) {
            share = pole->share * x[r];
            ECHOEL_HIGHER(x[r], x[r], p[0] * x[r - 1] + share);
            line[r] = p[0] * line[r - 1] + share;
        }
        float first = p[7] * before + line[7][0];
        first = first > x[7][0] ? first : x[7][0];
        top = ECHOEL_SHUFFLE(ECHOEL_ALL(first), x[7], 0, 9, 10, 11, 12, 13, 14, 15);
        tail = ECHOEL_SHUFFLE(ECHOEL_ALL(first), line[7], 0, 9, 10, 11, 12, 13, 14, 15);
        ECHOEL_HIGHER(top, top, p[7] * ECHOEL_LATER1(never, top) + tail);
        tail = p[7] * ECHOEL_LATER1(zero, tail) + tail;
        ECHOEL_HIGHER(top, top, p[8] * ECHOEL_LATER2(never, top) + tail);
        tail = p[8] * ECHOEL_LATER2(zero, tail) + tail;
        ECHOEL_HIGHER(top, top, p[9] * ECHOEL_LATER4(never, top) + tail);
        float last = top[7];
        top = ECHOEL_LATER1(ECHOEL_ALL(before), top);
        for (int r = 0; r < 8; r++) ECHOEL_HIGHER(x[r], x[r], p[r] * top + line[r]);
        return last;
    }
    /* y = p y + (1 - p) x down the turned rows; the last value is returned. */
    ECHOEL_INLINE float echoel_glided(echoel_f8 *x, float before, const echoel_pole *pole) {
        const float *p = pole->power;
        echoel_f8 tail, zero = ECHOEL_ALL(0.0f);
        x[0] = pole->share * x[0];
        for (int r = 1; r < 8; r++) x[r] = p[0] * x[r - 1] + pole->share * x[r];
        float first = p[7] * before + x[7][0];
        tail = ECHOEL_SHUFFLE(ECHOEL_ALL(first), x[7], 0, 9, 10, 11, 12, 13, 14, 15);
        tail = p[7] * ECHOEL_LATER1(zero, tail) + tail;
        tail = p[8] * ECHOEL_LATER2(zero, tail) + tail;
        tail = p[9] * ECHOEL_LATER4(zero, tail) + tail;
        float last = tail[7];
        tail = ECHOEL_LATER1(ECHOEL_ALL(before), tail);
        for (int r = 0; r < 8; r++) x[r] = p[r] * tail + x[r];
        return last;
    }
    #define ECHOEL_ROWS echoel_f8
    #define ECHOEL_TAKE(rows, x) do { \\
        for (int r = 0; r < 8; r++) rows[r] = *(const echoel_u8 *)((x) + 8 * r); \\
        echoel_turned(rows); } while (0)
    #define ECHOEL_GIVE(y, rows) do { \\
        echoel_turned(rows); for (int r = 0; r < 8; r++) *(echoel_u8 *)((y) + 8 * r) = rows[r]; } while (0)
    #else
    /* Elsewhere (ARM) the plain chain is the quicker one; in double, or its many small steps are lost. */
    typedef struct { float frame[8]; } echoel_rows;
    ECHOEL_INLINE float echoel_fallen(echoel_rows *rows, double y, const echoel_pole *pole) {
        float *x = rows->frame;
        for (int j = 0; j < 64; j++) {
            double z = pole->once * y + (double)pole->share * x[j];
            y = z > x[j] ? z : x[j];
            x[j] = (float)y;
        }
        return (float)y;
    }
    ECHOEL_INLINE float echoel_glided(echoel_rows *rows, double y, const echoel_pole *pole) {
        float *x = rows->frame;
        for (int j = 0; j < 64; j++) {
            y = pole->once * y + (double)pole->share * x[j];
            x[j] = (float)y;
        }
        return (float)y;
    }
    #define ECHOEL_ROWS echoel_rows
    #define ECHOEL_TAKE(rows, x) memcpy(rows, x, 64 * sizeof(float))
    #define ECHOEL_GIVE(y, rows) memcpy(y, rows, 64 * sizeof(float))
    #endif

    ECHOEL_CLONES static void echoel_levels(float *, const float *, const float *);
    ECHOEL_CLONES static void echoel_peaks(float *, const float *, const float *);
    ECHOEL_CLONES static void echoel_no_less(float *, const float *, float, float);
    ECHOEL_CLONES static void echoel_powers(float *, const float *, const float *);
    ECHOEL_CLONES static void echoel_half_log2(float *, const float *);
    ECHOEL_CLONES static void echoel_knee(
        float *, const float *, const float *, float, float, float, float, float, float);
    ECHOEL_CLONES static void echoel_follow(
        float *, const float *, float *, const echoel_pole *, const echoel_pole *, int);
    ECHOEL_CLONES static void echoel_fall(float *, const float *, float *, const echoel_pole *, int);
    ECHOEL_CLONES static void echoel_glide(float *, const float *, float *, const echoel_pole *, int);
    ECHOEL_CLONES static void echoel_gains(
        float *, const float *, const float *, float, float, float, float, float);
    ECHOEL_CLONES static void echoel_add(
        float *, float *, const float *, const float *, const float *, int, int);
    ECHOEL_CLONES static void echoel_multiply(float *, float *, const float *, int);

    static void echoel_levels(float *restrict level, const float *left, const float *right) {
        for (int j = 0; j < 64; j++) {
            float a = fabsf(left[j]), b = fabsf(right[j]);
            level[j] = echoel_log2(a > b ? a : b);
        }
    }
    static void echoel_peaks(float *restrict peak, const float *left, const float *right) {
        for (int j = 0; j < 64; j++) {
            float a = fabsf(left[j]), b = fabsf(right[j]);
            peak[j] = a > b ? a : b;
        }
    }
    static void echoel_no_less(float *restrict x, const float *restrict ramp, float least, float step) {
        for (int j = 0; j < 64; j++) {
            float floor = least + step * ramp[j];
            x[j] = x[j] > floor ? x[j] : floor;
        }
    }
    static void echoel_powers(float *restrict power, const float *left, const float *right) {
        for (int j = 0; j < 64; j++) {
            float a = left[j] * left[j], b = right[j] * right[j];
            power[j] = 0.5f * (a + b);
        }
    }
    static void echoel_half_log2(float *restrict level, const float *power) {
        for (int j = 0; j < 64; j++) level[j] = 0.5f * echoel_log2(power[j]);
    }
    static void echoel_knee(float *restrict out, const float *restrict level, const float *restrict ramp,
                            float threshold, float threshold_step, float sign, float half,
                            float slope, float slope_step) {
        float bend = half > 0.0f ? 0.25f / half : 0.0f;
        for (int j = 0; j < 64; j++) {
            float over = sign * (level[j] - (threshold + threshold_step * ramp[j]));
            float soft = over + half, hard = over - half;
            soft = soft > 0.0f ? soft : 0.0f;
            soft = soft < 2.0f * half ? soft : 2.0f * half;
            hard = hard > 0.0f ? hard : 0.0f;
            out[j] = (slope + slope_step * ramp[j]) * (soft * soft * bend + hard);
        }
    }
    static void echoel_follow(float *y, const float *x, float *state, const echoel_pole *attack,
                              const echoel_pole *release, int is_whole) {
        ECHOEL_ROWS rows[8];
        ECHOEL_TAKE(rows, x);
        float top = echoel_fallen(rows, state[0], release);
        float last = echoel_glided(rows, state[1], attack);
        ECHOEL_GIVE(y, rows);
        if (is_whole) { state[0] = top; state[1] = last; }
    }
    static void echoel_fall(float *y, const float *x, float *state, const echoel_pole *pole, int is_whole) {
        ECHOEL_ROWS rows[8];
        ECHOEL_TAKE(rows, x);
        float last = echoel_fallen(rows, state[0], pole);
        ECHOEL_GIVE(y, rows);
        if (is_whole) state[0] = last;
    }
    static void echoel_glide(float *y, const float *x, float *state, const echoel_pole *pole, int is_whole) {
        ECHOEL_ROWS rows[8];
        ECHOEL_TAKE(rows, x);
        float last = echoel_glided(rows, state[0], pole);
        ECHOEL_GIVE(y, rows);
        if (is_whole) state[0] = last;
    }
    static void echoel_gains(float *restrict gain, const float *restrict y, const float *restrict ramp,
                             float sign, float makeup, float makeup_step, float mix, float mix_step) {
        if (mix == 1.0f && mix_step == 0.0f)
            for (int j = 0; j < 64; j++)
                gain[j] = echoel_exp2(sign * y[j] + (makeup + makeup_step * ramp[j]));
        else
            for (int j = 0; j < 64; j++) {
                float wet = mix + mix_step * ramp[j];
                gain[j] = wet * echoel_exp2(sign * y[j] + (makeup + makeup_step * ramp[j])) + (1.0f - wet);
            }
    }
    static void echoel_multiply(float *restrict left, float *restrict right, const float *restrict gain,
                                int frames) {
        for (int j = 0; j < frames; j++) { left[j] *= gain[j]; right[j] *= gain[j]; }
    }
    static void echoel_add(float *restrict left, float *restrict right, const float *restrict one,
                           const float *restrict other, const float *restrict gain, int frames,
                           int is_first) {
        if (is_first)
            for (int j = 0; j < frames; j++) { left[j] = one[j] * gain[j]; right[j] = other[j] * gain[j]; }
        else
            for (int j = 0; j < frames; j++) { left[j] += one[j] * gain[j]; right[j] += other[j] * gain[j]; }
    }
    """
    ctypedef struct Pole "echoel_pole":
        float power[10]
        float share
        double once

    void _levels "echoel_levels"(float*, const float*, const float*) noexcept nogil
    void _peaks "echoel_peaks"(float*, const float*, const float*) noexcept nogil
    void _no_less "echoel_no_less"(float*, const float*, float, float) noexcept nogil
    void _powers "echoel_powers"(float*, const float*, const float*) noexcept nogil
    void _half_log2 "echoel_half_log2"(float*, const float*) noexcept nogil
    void _knee "echoel_knee"(
        float*, const float*, const float*, float, float, float, float, float, float) noexcept nogil
    void _follow "echoel_follow"(
        float*, const float*, float*, const Pole*, const Pole*, bint) noexcept nogil
    void _fall "echoel_fall"(float*, const float*, float*, const Pole*, bint) noexcept nogil
    void _glide "echoel_glide"(float*, const float*, float*, const Pole*, bint) noexcept nogil
    void _gains "echoel_gains"(
        float*, const float*, const float*, float, float, float, float, float) noexcept nogil
    void _add "echoel_add"(
        float*, float*, const float*, const float*, const float*, int, bint) noexcept nogil
    void _multiply "echoel_multiply"(float*, float*, const float*, int) noexcept nogil
