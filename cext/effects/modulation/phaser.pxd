from cext.effects.modulation._sweep cimport Sweep
from cext.parts cimport Effect

cdef enum:
    MOST_STAGES = 12


cdef class Phaser(Effect):
    cdef Sweep sweep
    cdef double state[2 * MOST_STAGES]
    cdef double last[2]
    cdef double begin_turn[2]              # the all-passes' coefficient, an ear
    cdef double end_turn[2]
    cdef bint is_fresh


cdef class UniVibe(Effect):
    cdef Sweep sweep
    cdef double state[8]
    cdef double lamp[2]
    cdef double begin_turn[8]              # a stage, an ear
    cdef double end_turn[8]
    cdef bint is_fresh
