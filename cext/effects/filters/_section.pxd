# One second-order filter as a state space, both ears, float64: the part under every filter with one corner.
#
# Standing still it makes four frames at once: what they will be is a matrix times the two states and the four
# samples, so the chain of sums from one state to the next is walked once in four frames. A group of four
# that a caller's block cuts in two is made twice from the samples kept, with the same sums: the bits do not
# depend on where a segment begins. Moving, its nine coefficients go in straight lines from tick to tick;
# stable matrices of the topology-preserving form that are a tick apart have stable ones between them.

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below

cdef extern from *:
    """
    #include <string.h>
    typedef double echoel_d2 __attribute__((vector_size(16), aligned(8), may_alias));
    typedef double echoel_d4 __attribute__((vector_size(32), aligned(8), may_alias));
    /* A name of its own: another kernel's four floats may ask for even places. */
    typedef float echoel_group __attribute__((vector_size(16), aligned(4), may_alias));
    typedef struct {
        /* a11 a12 a21 a22 b1 b2 c1 c2 d: next = A state + b in, out = c state + d in. */
        double now[9], step[9], end[9];
        double first[4], second[4], heard[4][4];     /* what each state and sample gives to four frames */
        double stay[4], cross[4], push[4][4];        /* and to the states after them */
        double state[4];                             /* first left, first right, second left, second right */
        float held[8];                               /* the samples of a group begun, a pair a frame */
        int has_begun, is_still;
    } echoel_section;

    ECHOEL_CLONES static void echoel_section_still(
        echoel_section *, const float *, const float *, float *, float *, int, int) __attribute__((unused));
    ECHOEL_CLONES static void echoel_section_moving(
        echoel_section *, const float *, const float *, float *, float *, const float *, int, int)
        __attribute__((unused));

    static inline void echoel_section_clear(echoel_section *f) {
        memset(f->state, 0, sizeof f->state); memset(f->held, 0, sizeof f->held);
        f->has_begun = f->is_still = 0;
    }

    /* The four frames from one matrix: powers of A, worked out once when the filter comes to rest. */
    static inline void echoel_section_rest(echoel_section *f) {
        const double *m = f->end;
        double p[5][4] = {{1, 0, 0, 1}}, c[4][2];
        for (int k = 1; k < 5; k++) {
            const double *q = p[k - 1];
            p[k][0] = m[0] * q[0] + m[1] * q[2]; p[k][1] = m[0] * q[1] + m[1] * q[3];
            p[k][2] = m[2] * q[0] + m[3] * q[2]; p[k][3] = m[2] * q[1] + m[3] * q[3];
        }
        for (int k = 0; k < 4; k++) {
            c[k][0] = m[6] * p[k][0] + m[7] * p[k][2]; c[k][1] = m[6] * p[k][1] + m[7] * p[k][3];
            f->first[k] = c[k][0]; f->second[k] = c[k][1];
            double *push = f->push[3 - k];
            push[0] = push[1] = p[k][0] * m[4] + p[k][1] * m[5];
            push[2] = push[3] = p[k][2] * m[4] + p[k][3] * m[5];
        }
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 4; k++)
                f->heard[i][k] = k < i ? 0 : k == i ? m[8] : c[k - i - 1][0] * m[4] + c[k - i - 1][1] * m[5];
        f->stay[0] = f->stay[1] = p[4][0]; f->stay[2] = f->stay[3] = p[4][3];
        f->cross[0] = f->cross[1] = p[4][1]; f->cross[2] = f->cross[3] = p[4][2];
    }

    /* Once a tick: from where the last one ended to `goal`. */
    static inline void echoel_section_aim(echoel_section *f, const double *goal) {
        int moves = 0;
        for (int i = 0; i < 9; i++) {
            f->now[i] = f->has_begun ? f->end[i] : goal[i];
            f->step[i] = (goal[i] - f->now[i]) / 64;
            f->end[i] = goal[i];
            moves |= f->now[i] != goal[i];
        }
        if (!moves && !f->is_still)
            echoel_section_rest(f);
        f->is_still = !moves;
        f->has_begun = 1;
    }

    static void echoel_section_still(
            echoel_section *f, const float *in_left, const float *in_right, float *left, float *right,
            int first, int frames) {
        const echoel_d4 *heard = (const echoel_d4 *)f->heard, *push = (const echoel_d4 *)f->push;
        echoel_d4 state = *(echoel_d4 *)f->state;
        const echoel_d4 one = *(echoel_d4 *)f->first, two = *(echoel_d4 *)f->second;
        const echoel_d4 stay = *(echoel_d4 *)f->stay, cross = *(echoel_d4 *)f->cross;
        double x[128];
        int lead = first & 3, end = first + frames;
        in_left -= lead; in_right -= lead; left -= lead; right -= lead;
        for (int j = 0; j < lead; j++) { x[2 * j] = f->held[2 * j]; x[2 * j + 1] = f->held[2 * j + 1]; }
        for (int j = lead; j < lead + frames; j++) { x[2 * j] = in_left[j]; x[2 * j + 1] = in_right[j]; }
        for (int j = lead + frames; j < ((lead + frames + 3) & ~3); j++) x[2 * j] = x[2 * j + 1] = 0;
        for (int j = 0; j < lead + frames; j += 4) {
            const double *at = x + 2 * j;
            /* What the samples give first: only two sums lie between one state and the next. */
            echoel_d4 l = heard[0] * at[0], r = heard[0] * at[1], next = {0, 0, 0, 0};
            #pragma GCC unroll 4
            for (int i = 0; i < 4; i++) {
                echoel_d2 ears = *(const echoel_d2 *)(at + 2 * i);
                next += push[i] * __builtin_shufflevector(ears, ears, 0, 1, 0, 1);
                if (i) { l += heard[i] * at[2 * i]; r += heard[i] * at[2 * i + 1]; }
            }
            next += stay * state;
            next += cross * __builtin_shufflevector(state, state, 2, 3, 0, 1);
            l += one * state[0]; r += one * state[1];
            l += two * state[2]; r += two * state[3];
            echoel_group out_left = __builtin_convertvector(l, echoel_group);
            echoel_group out_right = __builtin_convertvector(r, echoel_group);
            if (j >= lead && j + 4 <= lead + frames) {
                *(echoel_group *)(left + j) = out_left; *(echoel_group *)(right + j) = out_right;
                state = next;
            } else {
                for (int k = 0; k < 4; k++)
                    if (j + k >= lead && j + k < lead + frames) {
                        left[j + k] = out_left[k]; right[j + k] = out_right[k]; }
                if (j + 4 <= lead + frames) state = next;
            }
        }
        if (end & 3)
            for (int j = 0; j < (end & 3); j++) {
                int at = ((lead + frames) & ~3) + j;
                f->held[2 * j] = (float)x[2 * at]; f->held[2 * j + 1] = (float)x[2 * at + 1]; }
        *(echoel_d4 *)f->state = state;
    }

    static void echoel_section_moving(
            echoel_section *f, const float *in_left, const float *in_right, float *left, float *right,
            const float *ramp, int first, int frames) {
        echoel_d2 one = {f->state[0], f->state[1]}, two = {f->state[2], f->state[3]};
        for (int j = 0; j < frames; j++) {
            double place = ramp[first + j], m[9];
            for (int i = 0; i < 9; i++) m[i] = f->now[i] + f->step[i] * place;
            echoel_d2 in = {in_left[j], in_right[j]};
            echoel_d2 out = m[6] * one + (m[7] * two + m[8] * in);
            echoel_d2 next = m[0] * one + (m[1] * two + m[4] * in);
            two = m[3] * two + (m[2] * one + m[5] * in);
            one = next;
            left[j] = (float)out[0];
            right[j] = (float)out[1];
        }
        f->state[0] = one[0]; f->state[1] = one[1]; f->state[2] = two[0]; f->state[3] = two[1];
    }

    /* Frames first .. first + frames of the tick; out may be in. */
    static inline void echoel_section_run(
            echoel_section *f, const float *in_left, const float *in_right, float *left, float *right,
            const float *ramp, int first, int frames) {
        if (f->is_still)
            echoel_section_still(f, in_left, in_right, left, right, first, frames);
        else
            echoel_section_moving(f, in_left, in_right, left, right, ramp, first, frames);
    }
    """
    ctypedef struct section_t "echoel_section":
        bint has_begun
        bint is_still
        double[9] end
    void section_clear "echoel_section_clear"(section_t*) noexcept nogil
    void section_aim "echoel_section_aim"(section_t*, const double*) noexcept nogil
    void section_run "echoel_section_run"(
        section_t*, const float*, const float*, float*, float*, const float*, int first, int frames
    ) noexcept nogil
