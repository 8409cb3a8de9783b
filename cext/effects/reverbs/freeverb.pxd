from cext.effects.reverbs._lines cimport POWERS
from cext.effects.reverbs.tail cimport Tail

cdef enum:
    COMBS = 8
    PASSES = 4


cdef class Freeverb(Tail):
    cdef float[:, ::1] memory              # both ears: combs, then all-passes; last the sum of what was heard
    cdef long mask
    cdef int[2][COMBS] comb
    cdef int[2][PASSES] span
    cdef float[2][COMBS][8] last           # the dampers' last run
    cdef float[POWERS] powers
    cdef float feedback
    cdef double[2] known
    cdef double width_end
    cdef double width_begin
