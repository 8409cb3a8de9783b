from libc.stdint cimport uint64_t

from cext.parts cimport Voice

cdef enum:
    PINK_POLES = 9


cdef struct Pinking:
    double pole[PINK_POLES]
    double zero[PINK_POLES]
    double gain


cdef struct PinkState:
    double before[PINK_POLES + 1]


cdef void design_pink(Pinking* design, double rate_hz) noexcept nogil
cdef double pink(Pinking* design, PinkState* state, double white) noexcept nogil


cdef class White(Voice):
    cdef uint64_t key
    cdef uint64_t frame
    cdef void colour(self, float* left, float* right, int frames) noexcept nogil


cdef class Pink(White):
    cdef Pinking design
    cdef PinkState left_state
    cdef PinkState right_state


cdef class Brown(White):
    cdef double left_sum
    cdef double right_sum
    cdef double keep
    cdef double gain
