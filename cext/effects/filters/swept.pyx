# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The low-pass inside pads and textures, which moves all the time.

Two-pole low-pass in the topology-preserving form with float64 state: it may be swept at audio speed without
ringing up, and stays exact down to a few hertz where a float32 biquad does not.
Source: V. Zavalishin, The Art of VA Filter Design (2018), chapter 4.
"""

from libc.math cimport M_PI, tan
from cext cimport _simd  # no-cython-lint: its macro is in the loop below
from cext._types cimport RAMP, TICK

cdef extern from *:
    """
    typedef double echoel_ears __attribute__((vector_size(16)));
    ECHOEL_CLONES static void echoel_svf(
            const double *begin, const double *step, double *state, float *left, float *right,
            const float *ramp, int first, int frames) {
        echoel_ears s1 = {state[0], state[2]}, s2 = {state[1], state[3]};
        for (int j = 0; j < frames; j++) {
            double place = ramp[first + j];
            double a1 = begin[0] + step[0] * place, a2 = begin[1] + step[1] * place;
            double a3 = begin[2] + step[2] * place;
            double cross = 2.0 * a2, push = 2.0 * a3;
            echoel_ears in = {left[j], right[j]};
            echoel_ears out = (1.0 - a3) * s2 + (a2 * s1 + a3 * in);
            echoel_ears next = (2.0 * a1 - 1.0) * s1 + (cross * in - cross * s2);
            s2 = (1.0 - push) * s2 + (cross * s1 + push * in);
            s1 = next;
            left[j] = (float)out[0];
            right[j] = (float)out[1];
        }
        state[0] = s1[0]; state[1] = s2[0]; state[2] = s1[1]; state[3] = s2[1];
    }
    """
    void _svf "echoel_svf"(
        const double* begin, const double* step, double* state, float* left, float* right,
        const float* ramp, int first, int frames
    ) noexcept nogil


cdef void svf_aim(Svf* filter, double corner_hz, double k, double rate_hz) noexcept nogil:
    # Once a tick: glide from where the last tick ended to this corner and damping (k = 1 / Q). The three
    # coefficients move in straight lines; between two stable sets a tick apart every set is stable.
    cdef int i
    cdef double g
    cdef bint is_fresh = filter.corner_hz == 0.0
    for i in range(3):
        filter.begin[i] = filter.end[i]
    if corner_hz != filter.corner_hz or k != filter.k:
        filter.corner_hz = corner_hz
        filter.k = k
        g = tan(M_PI * min(corner_hz, 0.45 * rate_hz) / rate_hz)
        filter.end[0] = 1.0 / (1.0 + g * (g + k))
        filter.end[1] = g * filter.end[0]
        filter.end[2] = g * filter.end[1]
    for i in range(3):
        if is_fresh:
            filter.begin[i] = filter.end[i]
        filter.step[i] = (filter.end[i] - filter.begin[i]) / TICK


cdef void svf_lowpass(
    Svf* filter, double* state, float* left, float* right, int first, int frames
) noexcept nogil:
    # One matrix a frame, next = A now + b in, so that a state waits for as few sums as can be; both ears in
    # one register. Never more than one frame at a time, so that it may fuse what it likes: the bits do not
    # depend on where a segment begins.
    _svf(filter.begin, filter.step, state, left, right, RAMP, first, frames)
