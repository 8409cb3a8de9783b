from cext._types cimport TICK
from cext.effects.reverbs._lines cimport POWERS, Loop
from cext.effects.reverbs.tail cimport Tail

cdef enum:
    COMBS = 4
    PASSES = 2


cdef class Schroeder(Tail):
    cdef float[::1] memory
    cdef Loop[2][COMBS] comb
    cdef Loop[2][PASSES] smear
    cdef float[2][COMBS][TICK] back        # what each comb feeds back of the last tick
    cdef float[2][COMBS][8] last
    cdef float[2][COMBS][POWERS] powers
    cdef float[2][COMBS] gain
    cdef float[2][COMBS][POWERS] powers_before
    cdef float[2][COMBS] gain_before
    cdef bint has_moved                    # this tick goes from the dampers before to the new ones
    cdef double[2] known
