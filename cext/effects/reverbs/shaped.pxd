from cext.effects.reverbs._lines cimport POWERS
from cext.effects.reverbs.tail cimport Tail

cdef enum:
    ECHOES = 128
    SMEARS = 3


cdef class Shaped(Tail):
    cdef float[:, ::1] memory              # an ear's echoes are taken from it, then the diffusers of each ear
    cdef long mask
    cdef int[2][SMEARS] span
    cdef double[2][ECHOES] place           # of an echo, as a share of the whole time
    cdef float[2][ECHOES] sign
    cdef int[2][ECHOES] delay
    cdef float[2][ECHOES] gain
    cdef double[2] known
    cdef double high_known
    cdef float[2][8] last
    cdef float[POWERS] powers
    cdef float soft_gain
    cdef float[POWERS] powers_before
    cdef float soft_gain_before
    cdef bint is_softening                 # this tick goes from the high cut before to the new one
    cdef bint has_moved                    # this tick cross-fades from the echoes before
    cdef int[2][ECHOES] delay_before
    cdef float[2][ECHOES] gain_before

    cdef double envelope(self, double place, double shape_db) noexcept nogil
    cdef double _close(self, double place) noexcept nogil


cdef class Gated(Shaped):
    pass


cdef class Reverse(Shaped):
    pass
