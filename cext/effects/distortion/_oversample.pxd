# Two, four or eight times the rate for what bends the sound, so that its overtones do not fold back.
#
# Use: `up`, then write what becomes of wide[ear][phase][j] to back[ear][phase][j] for every phase and every
# j below `padded`, then `down`. Row j of all phases is frame j of the segment, phase 0 comes first in time;
# wide[ear][factor - 1][-1] is the sample before the first. Frames from `frames` to `padded` (the next
# multiple of 16) are scratch, so that loops need no ends: compute them like the others.

cdef extern from *:
    """
    #ifndef ECHOEL_OVER
    #define ECHOEL_OVER
    typedef float echoel_eight __attribute__((vector_size(32), aligned(4), may_alias));
    #define ECHOEL_AT(p) (*(echoel_eight *)(p))
    typedef struct {
        const float *wide[2][8];
        float *back[2][8];
        const float *late[2];       /* the segment as it came, as late as `down` brings the other */
        int factor;
        float *in[2];               /* the segment as it came, with its past before it */
        float *up[2][7];            /* rows computed on the way up: 1 at twice the rate, 2 at four times .. */
        float *own[2][8];           /* where the rows of `back` begin */
        float *down[2][6];          /* rows on the way down: 4 at four times the rate, 2 at twice */
    } echoel_over;
    #endif
    """
    ctypedef struct Over "echoel_over":
        const float* wide[2][8]
        float* back[2][8]
        const float* late[2]
        int factor
        float* ins "in"[2]
        float* ups "up"[2][7]
        float* own[2][8]
        float* downs "down"[2][6]


cdef class Oversampler:
    cdef readonly int factor
    cdef readonly int latency_frames       # of `up` and `down` together
    cdef float[:, ::1] memory
    cdef Over over

    cdef void _lay(self, int ear)
    cdef int up(self, const float* left, const float* right, int frames) noexcept nogil   # returns `padded`
    cdef void down(self, float* left, float* right, int frames) noexcept nogil
    cdef void clear(self) noexcept nogil
