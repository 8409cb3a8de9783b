from libc.stdint cimport uint64_t

from cext.parts cimport Voice

cdef enum:
    PINK_POLES = 8


cdef struct Pinking:
    float pole[PINK_POLES]
    float share[PINK_POLES]
    float through
    float last[2]                          # the white number before, for both ears
    float state[2][PINK_POLES]


cdef void design_pink(Pinking* filter, double low_hz, double rms, double rate_hz) noexcept nogil
cdef void pink(Pinking* filter, float* left, float* right, int frames) noexcept nogil


cdef class White(Voice):
    cdef uint64_t key
    cdef uint64_t frame
    cdef void colour(self, float* left, float* right, int frames) noexcept nogil


cdef class Pink(White):
    cdef Pinking filter


cdef class Brown(White):
    cdef double left_sum
    cdef double right_sum
    cdef double keep
    cdef double gain
    cdef float last[2]
