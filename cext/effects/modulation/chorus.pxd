from cext.effects.modulation._sweep cimport Sweep
from cext.effects.modulation.swarm cimport Swarm


cdef class Chorus(Swarm):
    cdef Sweep sweep
    cdef double middle
    cdef double reach
    cdef double turned[2]


cdef class Flanger(Swarm):
    cdef Sweep sweep
    cdef double middle
    cdef double reach
    cdef double turned[2]


cdef class Ensemble(Swarm):
    cdef Sweep slow
    cdef Sweep fast

cdef class Doubler(Swarm):
    cdef Sweep drift[2]
    cdef double middle
    cdef double reach[2]
