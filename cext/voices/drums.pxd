from libc.stdint cimport uint64_t

from cext.voices.edges cimport Edged
from cext.voices.struck cimport Struck


cdef class Drum(Struck):
    cdef double body                       # how loud the skin still is
    cdef double rush                       # how far above its pitch it still is, or how much it still rattles
    cdef double phase
    cdef uint64_t shots                    # random numbers used so far


cdef class Kick(Drum):
    cdef double click


cdef class Snare(Drum):
    cdef double other_phase
    cdef double smooth


cdef class Hat(Drum):
    cdef Edged metal[6]
    cdef double low[4]
