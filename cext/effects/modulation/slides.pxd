from libc.stdint cimport int64_t

from cext.effects.modulation._sweep cimport Head, Sweep
from cext.parts cimport Effect


cdef class Vibrato(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef Sweep sweep
    cdef Head head
    cdef double reach
    cdef bint is_fresh


cdef class ThroughZeroFlanger(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef Sweep sweep
    cdef Head head[2]
    cdef double reach
    cdef int middle
    cdef bint is_fresh
