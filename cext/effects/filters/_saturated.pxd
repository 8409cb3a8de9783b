# Four poles in a ring with one soft limit in it: every synthesiser's filter, each with matrices of its own.
#
# What goes around is v = drive in - back . states; u = limit(v) is what enters the poles; states become A
# states + b u, and out = c . states + d u. The loop is closed within the sample: `drive` and `back` are
# those of the solved linear loop, and the limit bends the solution (V. Zavalishin, The Art of VA Filter
# Design (2018), 5.4 and 6.9). One matrix a frame and both ears in one register: between one sample and the
# next lie v and the limit alone, and the poles run beside them. The limit is the cubic x - 4/27 x^3, flat
# from 1.5 on: below that its third harmonic is its last, and it folds less back into hearing than a tanh of
# the same drive.

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below

cdef extern from *:
    """
    #include <string.h>
    typedef double echoel_d2 __attribute__((vector_size(16), aligned(8), may_alias));
    /* No farther from zero than `top`, in two cycles: C has no such operator for vectors. */
    #if defined(__SSE2__)
    #include <emmintrin.h>
    #define ECHOEL_WITHIN(v, top) \\
        (echoel_d2)_mm_max_pd(_mm_min_pd((__m128d)(v), (__m128d)(top)), (__m128d)(-(top)))
    #else
    #define ECHOEL_WITHIN(v, top) (echoel_d2){ \\
        v[0] > top[0] ? top[0] : v[0] < -top[0] ? -top[0] : v[0], \\
        v[1] > top[1] ? top[1] : v[1] < -top[1] ? -top[1] : v[1]}
    #endif
    enum { ECHOEL_A = 0, ECHOEL_B = 16, ECHOEL_C = 20, ECHOEL_BACK = 24, ECHOEL_D = 28, ECHOEL_DRIVE = 29,
           ECHOEL_RING = 30 };
    typedef struct {
        double now[ECHOEL_RING], step[ECHOEL_RING], end[ECHOEL_RING];
        double state[4][2];
        double known[2], entered[2];    /* of v: what the states gave already, and the last u */
        double next[5];                 /* back . A and back . b: what is fed back a frame later */
        int has_begun, is_still, is_ladder;
    } echoel_ring;

    ECHOEL_CLONES static void echoel_ring_still(echoel_ring *, float *, float *, int, int)
        __attribute__((unused));
    ECHOEL_CLONES static void echoel_ring_ladder(echoel_ring *, float *, float *, int, int)
        __attribute__((unused));
    ECHOEL_CLONES static void echoel_ring_moving(echoel_ring *, float *, float *, int, int)
        __attribute__((unused));

    static inline void echoel_ring_clear(echoel_ring *f) {
        memset(f->state, 0, sizeof f->state); f->has_begun = f->is_still = 0;
    }

    static inline void echoel_ring_aim(echoel_ring *f, const double *goal) {
        int moves = 0;
        for (int i = 0; i < ECHOEL_RING; i++) {
            f->now[i] = f->has_begun ? f->end[i] : goal[i];
            f->step[i] = (goal[i] - f->now[i]) / 64;
            f->end[i] = goal[i];
            moves |= f->now[i] != goal[i];
        }
        f->is_still = !moves;
        f->is_ladder = 1;
        f->has_begun = 1;
        for (int i = 0; i < 5; i++) {
            f->next[i] = 0;
            for (int k = 0; k < 4; k++) {
                f->next[i] += goal[24 + k] * (i < 4 ? goal[4 * k + i] : goal[16 + k]);
                if (i < 4 && i > k && goal[4 * k + i] != 0) f->is_ladder = 0;
            }
        }
    }

    #define ECHOEL_LIMITED(v) ((v) * (1.0 - (v) * (v) * (4.0 / 27.0)))
    #define ECHOEL_TAKE_RING \\
        echoel_d2 s0 = *(echoel_d2 *)f->state[0], s1 = *(echoel_d2 *)f->state[1]; \\
        echoel_d2 s2 = *(echoel_d2 *)f->state[2], s3 = *(echoel_d2 *)f->state[3]; \\
        const echoel_d2 top = {1.5, 1.5}
    #define ECHOEL_KEEP_RING \\
        *(echoel_d2 *)f->state[0] = s0; *(echoel_d2 *)f->state[1] = s1; \\
        *(echoel_d2 *)f->state[2] = s2; *(echoel_d2 *)f->state[3] = s3
    /* Row k of the matrix; a ladder's poles hear only those before them. */
    #define ECHOEL_ROW(k) (ladder ? \\
        (k == 0 ? s0 * m[0] : k == 1 ? s0 * m[4] + s1 * m[5] : \\
         k == 2 ? (s0 * m[8] + s1 * m[9]) + s2 * m[10] : \\
         (s0 * m[12] + s1 * m[13]) + (s2 * m[14] + s3 * m[15])) : \\
        (s0 * m[4 * k] + s1 * m[4 * k + 1]) + (s2 * m[4 * k + 2] + s3 * m[4 * k + 3]))

    static inline __attribute__((always_inline)) void echoel_ring_rest(
            echoel_ring *f, float *left, float *right, int first, int frames, int ladder) {
        ECHOEL_TAKE_RING;
        const double *m = f->now, *q = f->next;
        echoel_d2 known = *(echoel_d2 *)f->known, u = *(echoel_d2 *)f->entered;
        if (first == 0) {
            known = (s0 * m[24] + s1 * m[25]) + (s2 * m[26] + s3 * m[27]);
            u = (echoel_d2){0, 0};
        }
        for (int j = 0; j < frames; j++) {
            echoel_d2 in = {left[j], right[j]};
            echoel_d2 v = (in * m[29] - known) - u * q[4];
            v = ECHOEL_WITHIN(v, top);
            known = (s0 * q[0] + s1 * q[1]) + (s2 * q[2] + s3 * q[3]);
            echoel_d2 n0 = ECHOEL_ROW(0), n1 = ECHOEL_ROW(1), n2 = ECHOEL_ROW(2), n3 = ECHOEL_ROW(3);
            echoel_d2 out = (s0 * m[20] + s1 * m[21]) + (s2 * m[22] + s3 * m[23]);
            u = ECHOEL_LIMITED(v);
            s0 = n0 + u * m[16]; s1 = n1 + u * m[17]; s2 = n2 + u * m[18]; s3 = n3 + u * m[19];
            out += u * m[28];
            left[j] = (float)out[0]; right[j] = (float)out[1];
        }
        *(echoel_d2 *)f->known = known; *(echoel_d2 *)f->entered = u;
        ECHOEL_KEEP_RING;
    }

    static void echoel_ring_still(echoel_ring *f, float *left, float *right, int first, int frames) {
        echoel_ring_rest(f, left, right, first, frames, 0);
    }
    static void echoel_ring_ladder(echoel_ring *f, float *left, float *right, int first, int frames) {
        echoel_ring_rest(f, left, right, first, frames, 1);
    }

    static void echoel_ring_moving(echoel_ring *f, float *left, float *right, int first, int frames) {
        const int ladder = 0;
        ECHOEL_TAKE_RING;
        for (int j = 0; j < frames; j++) {
            double m[ECHOEL_RING];
            for (int i = 0; i < ECHOEL_RING; i++) m[i] = f->now[i] + f->step[i] * (double)(first + j);
            echoel_d2 in = {left[j], right[j]};
            echoel_d2 v = in * m[29] - ((s0 * m[24] + s1 * m[25]) + (s2 * m[26] + s3 * m[27]));
            v = ECHOEL_WITHIN(v, top);
            echoel_d2 n0 = ECHOEL_ROW(0), n1 = ECHOEL_ROW(1), n2 = ECHOEL_ROW(2), n3 = ECHOEL_ROW(3);
            echoel_d2 out = (s0 * m[20] + s1 * m[21]) + (s2 * m[22] + s3 * m[23]), u = ECHOEL_LIMITED(v);
            s0 = n0 + u * m[16]; s1 = n1 + u * m[17]; s2 = n2 + u * m[18]; s3 = n3 + u * m[19];
            out += u * m[28];
            left[j] = (float)out[0]; right[j] = (float)out[1];
        }
        ECHOEL_KEEP_RING;
    }

    static inline void echoel_ring_run(echoel_ring *f, float *left, float *right, int first, int frames) {
        if (!f->is_still) echoel_ring_moving(f, left, right, first, frames);
        else if (f->is_ladder) echoel_ring_ladder(f, left, right, first, frames);
        else echoel_ring_still(f, left, right, first, frames);
    }
    """
    enum:
        RING "ECHOEL_RING"
    ctypedef struct ring_t "echoel_ring":
        bint has_begun
        bint is_still
    void ring_clear "echoel_ring_clear"(ring_t*) noexcept nogil
    void ring_aim "echoel_ring_aim"(ring_t*, const double*) noexcept nogil
    void ring_run "echoel_ring_run"(ring_t*, float*, float*, int first, int frames) noexcept nogil
