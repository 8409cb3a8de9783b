from libc.stdint cimport int64_t

from cext.effects.modulation._sweep cimport Head, Sweep
from cext.parts cimport Effect


cdef class TapeDelay(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef Sweep wow
    cdef Sweep flutter
    cdef Head head
    cdef double middle
    cdef double state[4]
    cdef double share[2]           # of the loop's low-pass and high-pass, now and at the end of the tick
    cdef double share_end[2]
    cdef double known[2]
    cdef float push
    cdef float push_end
    cdef bint is_fresh
