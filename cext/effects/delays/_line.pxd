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
    """
    #include <string.h>
    #define ECHOEL_SHARED ECHOEL_CLONES __attribute__((unused)) static
    typedef float echoel_f4 __attribute__((vector_size(16)));
    typedef struct { float c[4]; int base; int least; } echoel_course;

    /* From `begin` to `end` frames late within a tick, leaving and arriving at these changes a tick.
       The part before the fraction goes aside (`base`), so that float32 carries the rest to 1e-5 frames. */
    static inline void echoel_course_fit(
            echoel_course *way, double begin, double end, double leave, double arrive) {
        double low = begin < end ? begin : end, bend = 3.0 * (end - begin) - 2.0 * leave - arrive;
        double turn = 2.0 * (begin - end) + leave + arrive;
        if (low < 64.0)
            /* Near the present a knob turned fast must not swing the head past it: then a straight line. */
            for (double u = 0.25; u < 1.0; u += 0.25)
                if (begin + u * (leave + u * (bend + u * turn)) < low - 0.75) {
                    leave = arrive = end - begin;
                    bend = turn = 0.0;
                }
        double swing = (leave < 0 ? -leave : leave) + (arrive < 0 ? -arrive : arrive);
        double margin = 0.25 * swing + 1.0;              /* a cubic passes its ends by less */
        way->base = (int)(low - margin) - 1;
        way->least = leave == 0.0 && arrive == 0.0 ? (int)low : (int)(low - 0.25 * swing);
        way->c[0] = (float)(begin - way->base);
        way->c[1] = (float)leave;
        way->c[2] = (float)bend;
        way->c[3] = (float)turn;
    }

    #define ECHOEL_FOUR(from) ({ echoel_f4 four; memcpy(&four, from, sizeof four); four; })
    #define ECHOEL_TURN(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)

    static inline __attribute__((always_inline)) void echoel_read_some(
            float *restrict out, const float *restrict row, int64_t mask, int64_t clock,
            const echoel_course *way, float gain, float gain_step, int first, const int end) {
        const float c0 = way->c[0], c1 = way->c[1], c2 = way->c[2], c3 = way->c[3];
        const int limit = (int)mask, from = (int)((clock - way->base - 2) & mask);
        float share[64], a[64], b[64], c[64], d[64];
        int at[64];
        for (int j = 0; j < end; j++) {
            float u = (float)(first + j) * 0.015625f;
            float late = c0 + u * (c1 + u * (c2 + u * c3));
            int whole = (int)late;
            share[j] = late - (float)whole;
            at[j] = (from + j - whole) & limit;
        }
        /* Four neighbours of four frames, turned from rows into columns. */
        for (int j = 0; j < end; j += 4) {
            echoel_f4 w = ECHOEL_FOUR(row + at[j]), x = ECHOEL_FOUR(row + at[j + 1]);
            echoel_f4 y = ECHOEL_FOUR(row + at[j + 2]), z = ECHOEL_FOUR(row + at[j + 3]);
            echoel_f4 wx = ECHOEL_TURN(w, x, 0, 4, 1, 5), yz = ECHOEL_TURN(y, z, 0, 4, 1, 5);
            echoel_f4 xw = ECHOEL_TURN(w, x, 2, 6, 3, 7), zy = ECHOEL_TURN(y, z, 2, 6, 3, 7);
            w = ECHOEL_TURN(wx, yz, 0, 1, 4, 5);
            x = ECHOEL_TURN(wx, yz, 2, 3, 6, 7);
            y = ECHOEL_TURN(xw, zy, 0, 1, 4, 5);
            z = ECHOEL_TURN(xw, zy, 2, 3, 6, 7);
            memcpy(a + j, &w, sizeof w);
            memcpy(b + j, &x, sizeof x);
            memcpy(c + j, &y, sizeof y);
            memcpy(d + j, &z, sizeof z);
        }
        for (int j = 0; j < end; j++) {
            float f = share[j], e = f + 1.0f, g = f - 1.0f, h = f - 2.0f;
            float outer = f * g * (1.0f / 6.0f) * (e * a[j] - h * d[j]);
            float sound = outer + e * h * 0.5f * (g * c[j] - f * b[j]);
            out[j] += (gain + gain_step * (float)(first + j)) * sound;
        }
    }

    /* Adds `gain` times the sound along the way to `out`, which has room for a whole tick however few frames
       are asked for. Always whole vectors: the bits do not depend on where a segment ends. */
    ECHOEL_SHARED void echoel_read(
            float *out, const float *row, int64_t mask, int64_t clock, const echoel_course *way,
            float gain, float gain_step, int first, int frames) {
        if (frames > 32) echoel_read_some(out, row, mask, clock, way, gain, gain_step, first, 64);
        else echoel_read_some(out, row, mask, clock, way, gain, gain_step, first, (frames + 7) & ~7);
    }

    /* out = dry * own + wet * other, both gliding. */
    ECHOEL_SHARED void echoel_mix(
            float *left, float *right, const float *wet_left, const float *wet_right, const float *ramp,
            float dry, float dry_step, float wet, float wet_step, int frames) {
        for (int j = 0; j < frames; j++) {
            float own = dry + dry_step * ramp[j], other = wet + wet_step * ramp[j];
            left[j] = own * left[j] + other * wet_left[j];
            right[j] = own * right[j] + other * wet_right[j];
        }
    }

    /* What goes into the line: sound and echo, within +24 dBFS so that no accident stays for long. */
    ECHOEL_SHARED void echoel_feed(
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
