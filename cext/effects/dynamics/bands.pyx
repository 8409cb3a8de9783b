# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Four bands by Linkwitz-Riley crossovers of the 4th order: each 24 dB an octave, together flat.

The middle crossover splits first; each half passes the phase of the other half's crossover (an all-pass), so
that the four bands add up to an all-pass of all three and nothing dips. Two ears times two halves are the
four lanes of a register: six state-variable sections a frame do all of it.
Sources: S. H. Linkwitz, JAES 24 (1976) 2; A. Simper, Solving the continuous SVF equations
using trapezoidal integration (2013).
"""

from libc.math cimport M_PI, M_SQRT2, tan
from libc.string cimport memcpy

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below
from cext._types cimport TICK

cdef extern from *:
    """
    typedef double echoel_d4 __attribute__((vector_size(32)));
    typedef double echoel_du __attribute__((vector_size(32), aligned(8), may_alias));
    typedef float echoel_x4 __attribute__((vector_size(16)));
    typedef struct {
        double parts[6][9][4], high_out[3][4], state[6][2][4], step[6][9][4], high_step[3][4];
        int is_moving; float out[4][2][64]; } echoel_bands;
    #define ECHOEL_D4(p) (*(const echoel_du *)(p))
    #define ECHOEL_MADE(p, s, t, x) (ECHOEL_D4((p)[2]) * x + (ECHOEL_D4((p)[0]) * s + ECHOEL_D4((p)[1]) * t))
    #define ECHOEL_STAGE(k, x, y) do { \\
        echoel_d4 s_ = s[k], t_ = t[k], x_ = x; \\
        y = ECHOEL_MADE(at->parts[k] + 6, s_, t_, x_); \\
        s[k] = ECHOEL_D4(at->parts[k][0]) * s_ \\
            + (ECHOEL_D4(at->parts[k][1]) * t_ + ECHOEL_D4(at->parts[k][2]) * x_); \\
        t[k] = ECHOEL_D4(at->parts[k][4]) * t_ \\
            + (ECHOEL_D4(at->parts[k][3]) * s_ + ECHOEL_D4(at->parts[k][5]) * x_); } while (0)
    static inline __attribute__((always_inline)) void echoel_bands_on(echoel_bands *at) {
        double *part = &at->parts[0][0][0], *out = &at->high_out[0][0];
        for (int i = 0; i < 216; i++) part[i] += (&at->step[0][0][0])[i];
        for (int i = 0; i < 12; i++) out[i] += (&at->high_step[0][0])[i];
    }
    ECHOEL_CLONES static void echoel_split(echoel_bands *, const float *, const float *, int, int);
    static void echoel_split(echoel_bands *restrict at, const float *restrict left,
                             const float *restrict right, int first, int frames) {
        echoel_d4 s[6], t[6];
        for (int k = 0; k < 6; k++) { s[k] = ECHOEL_D4(at->state[k][0]); t[k] = ECHOEL_D4(at->state[k][1]); }
        for (int j = 0; j < frames; j++) {
            double a = left[j], b = right[j];
            echoel_d4 x = {a, b, a, b}, low, high;
            ECHOEL_STAGE(0, x, x);
            ECHOEL_STAGE(1, x, x);
            ECHOEL_STAGE(2, x, x);
            high = ECHOEL_MADE(at->high_out, s[3], t[3], x);
            ECHOEL_STAGE(3, x, low);
            ECHOEL_STAGE(4, low, low);
            ECHOEL_STAGE(5, high, high);
            echoel_x4 l = __builtin_convertvector(low, echoel_x4);
            echoel_x4 h = __builtin_convertvector(high, echoel_x4);
            int i = first + j;
            at->out[0][0][i] = l[0]; at->out[0][1][i] = l[1];
            at->out[2][0][i] = l[2]; at->out[2][1][i] = l[3];
            at->out[1][0][i] = h[0]; at->out[1][1][i] = h[1];
            at->out[3][0][i] = h[2]; at->out[3][1][i] = h[3];
            if (at->is_moving) echoel_bands_on(at);
        }
        for (int k = 0; k < 6; k++) {
            *(echoel_du *)at->state[k][0] = s[k]; *(echoel_du *)at->state[k][1] = t[k]; }
    }
    """
    ctypedef struct _Bands "echoel_bands":
        pass
    void _split "echoel_split"(_Bands*, const float*, const float*, int, int) noexcept nogil


cdef void clear_bands(Bands* at) noexcept nogil:
    cdef int k, lane
    for k in range(6):
        for lane in range(4):
            at.state[k][0][lane] = at.state[k][1][lane] = 0.0
    at.known[0] = 0.0
    at.is_moving = False


cdef void _aim(
    Bands* at, int stage, int half, double cycles, double x, double band, double low
) noexcept nogil:
    # One stage, both ears of one half; its output is so much of the input, the band and the low of a section.
    cdef double g = tan(M_PI * min(cycles, 0.48)), damping = M_SQRT2
    cdef double a1 = 1.0 / (1.0 + g * (g + damping)), a2 = g * a1, a3 = g * a2
    cdef double[9] parts
    cdef int k, ear
    band *= damping
    parts = [
        2.0 * a1 - 1.0, -2.0 * a2, 2.0 * a2, 2.0 * a2, 1.0 - 2.0 * a3, 2.0 * a3,
        band * a1 + low * a2, low * (1.0 - a3) - band * a2, x + band * a2 + low * a3,
    ]
    for ear in range(2):
        for k in range(9):
            at.goal[stage][k][2 * half + ear] = parts[k]
        if stage == 3:
            # Its other output: the high one.
            at.high_goal[0][2 * half + ear] = -damping * a1 - a2
            at.high_goal[1][2 * half + ear] = a3 - 1.0 + damping * a2
            at.high_goal[2][2 * half + ear] = 1.0 - damping * a2 - a3


cdef void _arrive(Bands* at) noexcept nogil:
    memcpy(at.parts, at.goal, sizeof(at.parts))
    memcpy(at.high_out, at.high_goal, sizeof(at.high_out))


cdef void _leave(Bands* at) noexcept nogil:
    cdef int stage, k, lane
    for stage in range(6):
        for k in range(9):
            for lane in range(4):
                at.step[stage][k][lane] = (at.goal[stage][k][lane] - at.parts[stage][k][lane]) / TICK
    for k in range(3):
        for lane in range(4):
            at.high_step[k][lane] = (at.high_goal[k][lane] - at.high_out[k][lane]) / TICK


cdef void aim_bands(
    Bands* at, double low_hz, double middle_hz, double high_hz, double rate_hz,
) noexcept nogil:
    # Crossovers in any order; each is at least as high as the one before.
    # The parts go there in straight lines within the tick; before the sound began, at once.
    cdef double low = low_hz / rate_hz, middle, high
    cdef bint is_fresh = at.known[0] == 0.0
    if low_hz == at.known[0] and middle_hz == at.known[1] and high_hz == at.known[2]:
        if at.is_moving:
            at.is_moving = False
            _arrive(at)
        return
    _arrive(at)
    at.known[0] = low_hz
    at.known[1] = middle_hz
    at.known[2] = high_hz
    middle = max(low, middle_hz / rate_hz)
    high = max(middle, high_hz / rate_hz)
    _aim(at, 0, 0, middle, 0.0, 0.0, 1.0)
    _aim(at, 0, 1, middle, 1.0, -1.0, -1.0)
    _aim(at, 1, 0, middle, 0.0, 0.0, 1.0)
    _aim(at, 1, 1, middle, 1.0, -1.0, -1.0)
    _aim(at, 2, 0, high, 1.0, -2.0, 0.0)
    _aim(at, 2, 1, low, 1.0, -2.0, 0.0)
    _aim(at, 3, 0, low, 0.0, 0.0, 1.0)
    _aim(at, 3, 1, high, 0.0, 0.0, 1.0)
    _aim(at, 4, 0, low, 0.0, 0.0, 1.0)
    _aim(at, 4, 1, high, 0.0, 0.0, 1.0)
    _aim(at, 5, 0, low, 1.0, -1.0, -1.0)
    _aim(at, 5, 1, high, 1.0, -1.0, -1.0)
    if is_fresh:
        _arrive(at)
    at.is_moving = not is_fresh
    _leave(at)


cdef void split(Bands* at, const float* left, const float* right, int first, int frames) noexcept nogil:
    _split(<_Bands*> at, left, right, first, frames)
