# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""State-variable sections: stable under any turn of their knobs, and clean at low frequencies.

They are aimed once a tick; from where the last aim was, the coefficients go in straight lines, frame by
frame. Source: A. Simper, Solving the continuous SVF equations using trapezoidal integration (2013).
"""

from libc.math cimport M_PI, tan

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below
from cext._types cimport TICK

cdef extern from *:
    """
    typedef double echoel_d2 __attribute__((vector_size(16)));
    typedef struct { double now[9], state[4], step[9]; int is_moving; } echoel_section;
    /* The products with the input stand outside the chain: two steps from state to state. */
    #define ECHOEL_SECTION(at, x, s, t, y) do { echoel_d2 s_ = s; \\
        y = (at)->now[8] * x + ((at)->now[6] * s + (at)->now[7] * t); \\
        s = (at)->now[0] * s + ((at)->now[1] * t + (at)->now[2] * x); \\
        t = (at)->now[4] * t + ((at)->now[3] * s_ + (at)->now[5] * x); } while (0)
    #define ECHOEL_ON(at) for (int i_ = 0; i_ < 9; i_++) (at)->now[i_] += (at)->step[i_]
    #define ECHOEL_STATE(at, s, t) \\
        echoel_d2 s = {(at)->state[0], (at)->state[1]}, t = {(at)->state[2], (at)->state[3]}
    #define ECHOEL_KEEP(at, s, t) do { (at)->state[0] = s[0]; (at)->state[1] = s[1]; \\
        (at)->state[2] = t[0]; (at)->state[3] = t[1]; } while (0)
    ECHOEL_CLONES static void echoel_section_run(
        echoel_section *, const float *, const float *, float *, float *, int);
    ECHOEL_CLONES static void echoel_section_turning(
        echoel_section *, const float *, const float *, float *, float *, int);
    ECHOEL_CLONES static void echoel_section_pair(
        echoel_section *, echoel_section *, const float *, const float *, float *, float *, int);
    static void echoel_section_turning(echoel_section *at, const float *left, const float *right,
                                       float *out_left, float *out_right, int frames) {
        ECHOEL_STATE(at, s, t);
        for (int j = 0; j < frames; j++) {
            echoel_d2 x = {left[j], right[j]}, y;
            ECHOEL_SECTION(at, x, s, t, y);
            ECHOEL_ON(at);
            out_left[j] = (float)y[0]; out_right[j] = (float)y[1];
        }
        ECHOEL_KEEP(at, s, t);
    }
    static void echoel_section_run(echoel_section *at, const float *left, const float *right,
                                   float *out_left, float *out_right, int frames) {
        if (at->is_moving) {
            echoel_section_turning(at, left, right, out_left, out_right, frames);
            return;
        }
        echoel_section now = *at;
        ECHOEL_STATE(at, s, t);
        for (int j = 0; j < frames; j++) {
            echoel_d2 x = {left[j], right[j]}, y;
            ECHOEL_SECTION(&now, x, s, t, y);
            out_left[j] = (float)y[0]; out_right[j] = (float)y[1];
        }
        ECHOEL_KEEP(at, s, t);
    }
    static void echoel_section_pair(echoel_section *one, echoel_section *two, const float *left,
                                    const float *right, float *out_left, float *out_right, int frames) {
        if (one->is_moving || two->is_moving) {
            echoel_section_run(one, left, right, out_left, out_right, frames);
            echoel_section_run(two, out_left, out_right, out_left, out_right, frames);
            return;
        }
        echoel_section first = *one, second = *two;
        ECHOEL_STATE(one, s, t);
        ECHOEL_STATE(two, u, v);
        for (int j = 0; j < frames; j++) {
            echoel_d2 x = {left[j], right[j]}, y, z;
            ECHOEL_SECTION(&first, x, s, t, y);
            ECHOEL_SECTION(&second, y, u, v, z);
            out_left[j] = (float)z[0]; out_right[j] = (float)z[1];
        }
        ECHOEL_KEEP(one, s, t);
        ECHOEL_KEEP(two, u, v);
    }
    /* What is above the corner, times the gain: x + (gain - 1) high(x), of the first order. */
    ECHOEL_CLONES static void echoel_shelf_run(double *, double, float *, float *, const float *, int);
    static void echoel_shelf_run(double *state, double share, float *left, float *right, const float *gain,
                                 int frames) {
        echoel_d2 s = {state[0], state[1]};
        for (int j = 0; j < frames; j++) {
            echoel_d2 x = {left[j], right[j]}, low = s + share * (x - s);
            s = 2.0 * low - s;
            double more = gain[j] - 1.0f;
            x += more * (x - low);
            left[j] = (float)x[0]; right[j] = (float)x[1];
        }
        state[0] = s[0]; state[1] = s[1];
    }
    """
    ctypedef struct _Section "echoel_section":
        pass
    void _run "echoel_section_run"(
        _Section*, const float*, const float*, float*, float*, int) noexcept nogil
    void _shelf "echoel_shelf_run"(double*, double, float*, float*, const float*, int) noexcept nogil
    void _pair "echoel_section_pair"(
        _Section*, _Section*, const float*, const float*, float*, float*, int) noexcept nogil


cdef void _aim(Section* at, double cycles, double q, double x, double band, double low) noexcept nogil:
    # cycles: frequency over rate; band is counted in 1 / q.
    cdef double g, a1, a2, a3
    cdef int k
    cdef bint is_fresh = at.known[0] == 0.0
    if cycles == at.known[0] and q == at.known[1]:
        if at.is_moving:
            at.is_moving = False
            at.now = at.goal
        return
    at.now = at.goal
    at.known[0] = cycles
    at.known[1] = q
    g = tan(M_PI * min(cycles, 0.48))
    a1 = 1.0 / (1.0 + g * (g + 1.0 / q))
    a2 = g * a1
    a3 = g * a2
    band /= q
    at.goal = [
        2.0 * a1 - 1.0, -2.0 * a2, 2.0 * a2, 2.0 * a2, 1.0 - 2.0 * a3, 2.0 * a3,
        band * a1 + low * a2, low * (1.0 - a3) - band * a2, x + band * a2 + low * a3,
    ]
    if is_fresh:
        at.now = at.goal
    at.is_moving = not is_fresh
    for k in range(9):
        at.step[k] = (at.goal[k] - at.now[k]) / TICK


cdef void aim_lowpass(Section* at, double cycles, double q) noexcept nogil:
    _aim(at, cycles, q, 0.0, 0.0, 1.0)


cdef void aim_highpass(Section* at, double cycles, double q) noexcept nogil:
    _aim(at, cycles, q, 1.0, -1.0, -1.0)


cdef void aim_bandpass(Section* at, double cycles, double q) noexcept nogil:
    # 0 dB at its centre.
    _aim(at, cycles, q, 0.0, 1.0, 0.0)


cdef void clear_section(Section* at) noexcept nogil:
    cdef int k
    for k in range(4):
        at.state[k] = 0.0
    at.known[0] = 0.0
    at.is_moving = False


cdef void run_section(
    Section* at, const float* left, const float* right, float* out_left, float* out_right, int frames,
) noexcept nogil:
    # Out may be in.
    _run(<_Section*> at, left, right, out_left, out_right, frames)


cdef void run_pair(
    Section* one, Section* two, const float* left, const float* right,
    float* out_left, float* out_right, int frames,
) noexcept nogil:
    _pair(<_Section*> one, <_Section*> two, left, right, out_left, out_right, frames)


cdef void aim_shelf(Shelf* at, double cycles) noexcept nogil:
    cdef double g
    if cycles != at.known:
        at.known = cycles
        g = tan(M_PI * min(cycles, 0.48))
        at.share = g / (1.0 + g)


cdef void clear_shelf(Shelf* at) noexcept nogil:
    at.state[0] = at.state[1] = 0.0


cdef void run_shelf(Shelf* at, float* left, float* right, const float* gain, int frames) noexcept nogil:
    # In place: everything above the corner times the gain; 1 leaves the sound to the bit.
    _shelf(at.state, at.share, left, right, gain, frames)
