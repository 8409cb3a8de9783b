from cext._types cimport TICK
from cext.effects.reverbs._lines cimport POWERS
from cext.effects.reverbs.tail cimport Tail

cdef enum:
    LOOPS = 3
    PULSES = 56              # an ear and loop


cdef class Velvet(Tail):
    cdef float[:, ::1] memory
    cdef long mask
    cdef int[LOOPS] length
    cdef int[2][LOOPS][PULSES] delay
    cdef float[2][LOOPS][PULSES] sign
    cdef float[2][LOOPS][PULSES] gain
    cdef float[LOOPS][8] last
    cdef float[LOOPS][POWERS] powers
    cdef float[LOOPS] keep
    cdef float[2][LOOPS][PULSES] gain_before
    cdef float[LOOPS][POWERS] powers_before
    cdef float[LOOPS] keep_before
    cdef bint has_moved                    # this tick cross-fades from the tail before
    cdef double[2] known
