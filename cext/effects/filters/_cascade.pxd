# Eight second-order filters one after the other, both ears, float64, in four registers and without latency.
#
# One register holds both ears of filters j and j + 4. The second four work on the sound of a few frames ago,
# so that a step needs no shuffle and no long chain of sums; at the ends of a segment, where one half has
# nothing to do, the other works alone in half a register with the same sums. So nothing waits from one
# segment to the next, and the bits do not depend on where a segment begins. Transposed direct form II; while
# they move, coefficients go in straight lines, and between two stable filters every mixture is stable,
# because the stable a1 and a2 fill a triangle (J. O. Smith, Introduction to Digital Filters).

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    typedef double echoel_d2 __attribute__((vector_size(16), aligned(8), may_alias));
    typedef double echoel_d4 __attribute__((vector_size(32), aligned(8), may_alias));
    #define ECHOEL_BEHIND 2
    typedef struct {
        /* filter j, coefficient b0 b1 b2 a1 a2, lane: left and right of filter j, of filter j + 4. */
        double now[4][5][4], step[4][5][4], end[4][5][4];
        double one[4][4], two[4][4];                            /* the states */
        int has_begun, is_still;
    } echoel_cascade_parts;
    /* An object of Python's may begin anywhere; a load across two cache lines costs two. */
    typedef struct { char room[sizeof(echoel_cascade_parts) + 31]; } echoel_cascade;
    static inline echoel_cascade_parts *echoel_cascade_of(echoel_cascade *f) {
        return (echoel_cascade_parts *)(((uintptr_t)f + 31) & ~(uintptr_t)31);
    }

    ECHOEL_CLONES static void echoel_cascade_still(echoel_cascade_parts *, float *, float *, int)
        __attribute__((unused));
    ECHOEL_CLONES static void echoel_cascade_moving(
        echoel_cascade_parts *, float *, float *, int, int) __attribute__((unused));

    static inline void echoel_cascade_clear(echoel_cascade *at) {
        echoel_cascade_parts *f = echoel_cascade_of(at);
        memset(f->one, 0, sizeof f->one); memset(f->two, 0, sizeof f->two);
        f->has_begun = f->is_still = 0;
    }

    /* Once a tick: from where the last one ended to `goal`, eight rows of b0 b1 b2 a1 a2. */
    static inline void echoel_cascade_aim(echoel_cascade *at, const double *goal) {
        echoel_cascade_parts *f = echoel_cascade_of(at);
        int moves = 0;
        for (int j = 0; j < 4; j++)
            for (int c = 0; c < 5; c++)
                for (int lane = 0; lane < 4; lane++) {
                    double to = goal[5 * (j + (lane & 2) * 2) + c];
                    double from = f->has_begun ? f->end[j][c][lane] : to;
                    f->now[j][c][lane] = from;
                    f->step[j][c][lane] = (to - from) / 64;
                    f->end[j][c][lane] = to;
                    moves |= from != to;
                }
        f->is_still = !moves;
        f->has_begun = 1;
    }

    static inline int echoel_cascade_rests(echoel_cascade *at) { return echoel_cascade_of(at)->is_still; }

    /* One frame through filter j; x is what comes in and what goes out. Its states have names of their own,
       so that they stay in registers; the coefficients come from memory, which has the time. */
    #define ECHOEL_FILTER(T, half, x, place, j) do { \\
        T b0 = *(const T *)(g->now[j][0] + half), b1 = *(const T *)(g->now[j][1] + half); \\
        T b2 = *(const T *)(g->now[j][2] + half), a1 = *(const T *)(g->now[j][3] + half); \\
        T a2 = *(const T *)(g->now[j][4] + half); \\
        if (moves) { \\
            b0 += *(const T *)(g->step[j][0] + half) * place; \\
            b1 += *(const T *)(g->step[j][1] + half) * place; \\
            b2 += *(const T *)(g->step[j][2] + half) * place; \\
            a1 += *(const T *)(g->step[j][3] + half) * place; \\
            a2 += *(const T *)(g->step[j][4] + half) * place; } \\
        T y = b0 * x + one##j; \\
        one##j = (b1 * x + two##j) - a1 * y; \\
        two##j = b2 * x - a2 * y; \\
        x = y; } while (0)
    #define ECHOEL_FOUR_FILTERS(T, half, x, place) do { \\
        const echoel_cascade_parts *g = f; \\
        __asm__("" : "+r"(g)); \\
        ECHOEL_FILTER(T, half, x, place, 0); ECHOEL_FILTER(T, half, x, place, 1); \\
        ECHOEL_FILTER(T, half, x, place, 2); ECHOEL_FILTER(T, half, x, place, 3); } while (0)
    #define ECHOEL_TAKE(T, half) \\
        T one0 = *(T *)(f->one[0] + half), two0 = *(T *)(f->two[0] + half); \\
        T one1 = *(T *)(f->one[1] + half), two1 = *(T *)(f->two[1] + half); \\
        T one2 = *(T *)(f->one[2] + half), two2 = *(T *)(f->two[2] + half); \\
        T one3 = *(T *)(f->one[3] + half), two3 = *(T *)(f->two[3] + half)
    #define ECHOEL_KEEP(T, half) do { \\
        *(T *)(f->one[0] + half) = one0; *(T *)(f->two[0] + half) = two0; \\
        *(T *)(f->one[1] + half) = one1; *(T *)(f->two[1] + half) = two1; \\
        *(T *)(f->one[2] + half) = one2; *(T *)(f->two[2] + half) = two2; \\
        *(T *)(f->one[3] + half) = one3; *(T *)(f->two[3] + half) = two3; } while (0)

    static inline __attribute__((always_inline)) void echoel_cascade_half(
            echoel_cascade_parts *f, int half, const double *in, double *out, int from, int to, int first,
            int moves) {
        ECHOEL_TAKE(echoel_d2, half);
        for (int t = from; t < to; t++) {
            double at = first + t;
            echoel_d2 x = *(const echoel_d2 *)(in + 2 * t), place = {at, at};
            ECHOEL_FOUR_FILTERS(echoel_d2, half, x, place);
            *(echoel_d2 *)(out + 2 * t) = x;
        }
        ECHOEL_KEEP(echoel_d2, half);
    }

    static inline __attribute__((always_inline)) void echoel_cascade_work(
            echoel_cascade_parts *f, float *left, float *right, int first, int frames, int moves) {
        double in[128], middle[128], out[128];
        for (int t = 0; t < frames; t++) { in[2 * t] = left[t]; in[2 * t + 1] = right[t]; }
        int lead = frames < ECHOEL_BEHIND ? frames : ECHOEL_BEHIND;
        echoel_cascade_half(f, 0, in, middle, 0, lead, first, moves);
        if (frames > lead) {
            ECHOEL_TAKE(echoel_d4, 0);
            echoel_d2 older = *(echoel_d2 *)middle, newer = *(echoel_d2 *)(middle + 2), high;
            for (int t = lead; t < frames; t++) {
                double at = first + t, then = first + t - ECHOEL_BEHIND;
                echoel_d2 low = *(echoel_d2 *)(in + 2 * t);
                echoel_d4 x = __builtin_shufflevector(low, older, 0, 1, 2, 3), place = {at, at, then, then};
                older = newer;
                ECHOEL_FOUR_FILTERS(echoel_d4, 0, x, place);
                newer = __builtin_shufflevector(x, x, 0, 1);
                high = __builtin_shufflevector(x, x, 2, 3);
                *(echoel_d2 *)(out + 2 * (t - ECHOEL_BEHIND)) = high;
            }
            *(echoel_d2 *)(middle + 2 * frames - 4) = older; *(echoel_d2 *)(middle + 2 * frames - 2) = newer;
            ECHOEL_KEEP(echoel_d4, 0);
        }
        echoel_cascade_half(f, 2, middle, out, frames - lead, frames, first, moves);
        for (int t = 0; t < frames; t++) { left[t] = (float)out[2 * t]; right[t] = (float)out[2 * t + 1]; }
    }

    static void echoel_cascade_still(echoel_cascade_parts *f, float *left, float *right, int frames) {
        echoel_cascade_work(f, left, right, 0, frames, 0);
    }
    static void echoel_cascade_moving(
            echoel_cascade_parts *f, float *left, float *right, int first, int frames) {
        echoel_cascade_work(f, left, right, first, frames, 1);
    }

    /* Frames first .. first + frames of the tick, in place. */
    static inline void echoel_cascade_run(
            echoel_cascade *at, float *left, float *right, int first, int frames) {
        echoel_cascade_parts *f = echoel_cascade_of(at);
        if (f->is_still) echoel_cascade_still(f, left, right, frames);
        else echoel_cascade_moving(f, left, right, first, frames);
    }
    """
    ctypedef struct cascade_t "echoel_cascade":
        pass
    bint cascade_rests "echoel_cascade_rests"(cascade_t*) noexcept nogil
    void cascade_clear "echoel_cascade_clear"(cascade_t*) noexcept nogil
    void cascade_aim "echoel_cascade_aim"(cascade_t*, const double* goal) noexcept nogil
    void cascade_run "echoel_cascade_run"(
        cascade_t*, float* left, float* right, int first, int frames) noexcept nogil
