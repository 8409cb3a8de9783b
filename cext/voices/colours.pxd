from cext.voices.noises cimport Pink, White

cdef enum:
    TAPS = 16


cdef struct Taps:
    float tap[TAPS]
    float past[2][TAPS]


cdef class Violet(White):
    cdef Taps taps


cdef class Blue(Pink):
    cdef Taps taps


cdef class Brown(White):
    cdef Taps taps
    cdef double keep
    cdef double sum[2]


cdef class Grey(White):
    cdef Taps taps
    cdef double zero[4]
    cdef double pole
    cdef double before[2][5]               # what entered each section last, and what left the fourth

    cdef void _weigh(self, double* before, float* ear) noexcept nogil
