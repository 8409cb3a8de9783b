# One delay line for every effect that hears the past: planar float32 rows, a power of two long, the first
# frames again behind the end so that a stretch is read without a seam.
#
# A read head's way through one tick is a cubic in time (a `Course`): the sway of an LFO, a gliding time and
# what they make together, exact to a millionth of a frame, whatever the segments. Between two samples the
# sound is the cubic through the four around it (Lagrange; T. I. Laakso, V. Valimaki, M. Karjalainen and
# U. K. Laine, IEEE Signal Processing Magazine 13 (1996) 30), exact on a whole frame.

from libc.stdint cimport int64_t

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext._types cimport TICK

cdef enum:
    MIRROR = 128             # frames kept twice

cdef extern from *:
    r"""
    #include <string.h>
    typedef float echoel_f4 __attribute__((vector_size(16)));
    typedef float echoel_f8 __attribute__((vector_size(32)));
    typedef int echoel_i8 __attribute__((vector_size(32)));
    typedef struct { float c[4]; int base; int least; } echoel_course;

    /* From `begin` to `end` frames late within a tick, leaving and arriving at these changes a tick.
       The part before the fraction goes aside (`base`), so that float32 carries the rest to 1e-5 frames. */
    static inline void echoel_course_fit(
            echoel_course *way, double begin, double end, double leave, double arrive) {
        double low = begin < end ? begin : end;
        double swing = (leave < 0 ? -leave : leave) + (arrive < 0 ? -arrive : arrive);
        double margin = 0.25 * swing + 1.0;              /* a cubic passes its ends by less */
        way->base = (int)(low - margin) - 1;
        way->least = leave == 0.0 && arrive == 0.0 ? (int)low : (int)(low - 0.25 * swing);
        way->c[0] = (float)(begin - way->base);
        way->c[1] = (float)leave;
        way->c[2] = (float)(3.0 * (end - begin) - 2.0 * leave - arrive);
        way->c[3] = (float)(2.0 * (begin - end) + leave + arrive);
    }

    /* Four samples of one place and four of another, side by side. */
    #define ECHOEL_PAIR(one, other) ({ echoel_f4 low, high; \
        memcpy(&low, one, sizeof low); memcpy(&high, other, sizeof high); \
        __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7); })

    /* Adds `gain` times the sound along the way to `out`, which has room for a multiple of eight frames.
       Always eight frames at once: the bits do not depend on where a segment ends. */
    ECHOEL_CLONES static void echoel_read(
            float *out, const float *row, int64_t mask, int64_t clock, const echoel_course *way,
            float gain, float gain_step, int first, int frames) {
        const echoel_f8 grid = {0, 1, 2, 3, 4, 5, 6, 7};
        const echoel_i8 whole_grid = {0, 1, 2, 3, 4, 5, 6, 7};
        for (int j = 0; j < frames; j += 8) {
            echoel_f8 place = grid + (float)(first + j);
            echoel_f8 u = place * 0.015625f;
            echoel_f8 late = way->c[0] + u * (way->c[1] + u * (way->c[2] + u * way->c[3]));
            echoel_i8 whole = __builtin_convertvector(late, echoel_i8);
            echoel_f8 f = late - __builtin_convertvector(whole, echoel_f8);
            echoel_i8 at = (whole_grid - whole + (int)((clock + j - way->base - 2) & mask)) & (int)mask;
            echoel_f8 a = ECHOEL_PAIR(row + at[0], row + at[4]), b = ECHOEL_PAIR(row + at[1], row + at[5]);
            echoel_f8 c = ECHOEL_PAIR(row + at[2], row + at[6]), d = ECHOEL_PAIR(row + at[3], row + at[7]);
            echoel_f8 ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
            echoel_f8 cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13);
            echoel_f8 ef = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
            echoel_f8 gh = __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
            echoel_f8 m2 = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13);
            echoel_f8 m1 = __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
            echoel_f8 p0 = __builtin_shufflevector(ef, gh, 0, 1, 8, 9, 4, 5, 12, 13);
            echoel_f8 p1 = __builtin_shufflevector(ef, gh, 2, 3, 10, 11, 6, 7, 14, 15);
            echoel_f8 e = f + 1.0f, g = f - 1.0f, h = f - 2.0f;
            echoel_f8 outer = f * g * (1.0f / 6.0f) * (e * m2 - h * p1);
            echoel_f8 sound = outer + e * h * 0.5f * (g * p0 - f * m1);
            echoel_f8 sum;
            memcpy(&sum, out + j, sizeof sum);
            sum += (gain + gain_step * place) * sound;
            memcpy(out + j, &sum, sizeof sum);
        }
    }

    /* out = dry * own + wet * other, both gliding. */
    ECHOEL_CLONES static void echoel_mix(
            float *left, float *right, const float *wet_left, const float *wet_right, const float *ramp,
            float dry, float dry_step, float wet, float wet_step, int frames) {
        for (int j = 0; j < frames; j++) {
            float own = dry + dry_step * ramp[j], other = wet + wet_step * ramp[j];
            left[j] = own * left[j] + other * wet_left[j];
            right[j] = own * right[j] + other * wet_right[j];
        }
    }

    /* What goes into the line: the sound plus its echo, within +24 dBFS so that no accident stays for long. */
    ECHOEL_CLONES static void echoel_feed(
            float *kept, const float *sound, const float *echo, const float *ramp,
            float back, float back_step, int frames) {
        for (int j = 0; j < frames; j++) {
            float s = sound[j] + (back + back_step * ramp[j]) * echo[j];
            s = s < 16.0f ? s : 16.0f;
            kept[j] = s > -16.0f ? s : -16.0f;
        }
    }

    /* A stretch never crosses the end of a row: rows are whole ticks, and so are the places of ticks. */
    static inline void echoel_keep(float *row, int64_t mask, int64_t clock, const float *sound, int frames) {
        int64_t place = clock & mask;
        memcpy(row + place, sound, (size_t)frames * sizeof(float));
        if (place < 128) memcpy(row + mask + 1 + place, sound, (size_t)frames * sizeof(float));
    }
    """
    ctypedef struct Course "echoel_course":
        float c[4]
        int base
        int least              # never nearer than so many whole frames
    void course_fit "echoel_course_fit"(
        Course* way, double begin, double end, double leave, double arrive
    ) noexcept nogil
    void line_read "echoel_read"(
        float* out, const float* row, int64_t mask, int64_t clock, const Course* way,
        float gain, float gain_step, int first, int frames
    ) noexcept nogil
    void blend "echoel_mix"(
        float* left, float* right, const float* wet_left, const float* wet_right, const float* ramp,
        float dry, float dry_step, float wet, float wet_step, int frames
    ) noexcept nogil
    void feed "echoel_feed"(
        float* kept, const float* sound, const float* echo, const float* ramp,
        float back, float back_step, int frames
    ) noexcept nogil
    void line_keep "echoel_keep"(
        float* row, int64_t mask, int64_t clock, const float* sound, int frames
    ) noexcept nogil


cdef inline int64_t line_size(double longest_frames) noexcept:
    # A power of two that holds the longest delay, a tick being written and the curve's four points.
    cdef int64_t size = 256
    while size < longest_frames + 3 * TICK:
        size *= 2
    return size
