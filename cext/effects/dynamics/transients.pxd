from cext._types cimport TICK
from cext.effects.dynamics.levels cimport Dynamics, Pole


cdef class TransientShaper(Dynamics):
    cdef Pole falls[2]                     # of the level: over a bass note's period, over the sustain
    cdef Pole glides[2]                    # quick and slow
    cdef float fallen[2]
    cdef float glided[4]
    cdef double shaper_known[2]
    cdef float other[TICK]


cdef class AutoSwell(Dynamics):
    cdef Pole holds
    cdef Pole slow
    cdef float fallen
    cdef float mean
    cdef float place                       # how far the swell has come, 0..1
    cdef bint falls                        # on the way down to begin anew
    cdef bint is_armed                     # the next onset counts
    cdef float other[TICK]
