from libc.stdint cimport int64_t

from cext.effects.delays._line cimport Course
from cext.parts cimport Effect

cdef enum:
    TAPS = 8
    POINTS = 48                    # of the interpolating sinc


cdef struct Tap:
    double begin                   # frames late where the tick begins and ends
    double end
    Course way


cdef class Tapped(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef bint is_fresh

    cdef int room(self, double longest_s) except -1
    cdef void slide(self, Tap* tap, double goal, bint is_gliding, bint is_whole) noexcept nogil


cdef class MultiTapDelay(Tapped):
    cdef Tap tap[TAPS]

    cdef const float* _late(self, Tap* tap, int ear, float* late, int first, int frames) noexcept nogil


cdef class AlignDelay(Tapped):
    cdef Tap tap[2]
    cdef float points[2][POINTS]
    cdef double known[2]
