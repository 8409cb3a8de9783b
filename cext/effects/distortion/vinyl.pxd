from libc.stdint cimport int64_t, uint64_t

from cext.effects.filters._section cimport section_t
from cext.effects.modulation._sweep cimport Head, Sweep
from cext.parts cimport Effect


cdef class Vinyl(Effect):
    cdef section_t[2] treble               # fourth order, both ears
    cdef section_t base                    # middle and side: the groove holds no side in the bass
    cdef Sweep turn
    cdef Head head
    cdef bint is_fresh
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef double[2] hiss                    # pinked a little, by ear
    cdef double[4] click                   # a click that rings out: place and speed, by ear
    cdef double dark
    cdef double spring
    cdef double rub
    cdef void scratch(self, float* left, float* right, int first, int frames) noexcept nogil
