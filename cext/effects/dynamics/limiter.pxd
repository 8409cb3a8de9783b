from libc.stdint cimport int64_t, uint32_t, uint64_t

from cext._types cimport TICK
from cext.parts cimport Effect


cdef class Limiter(Effect):
    cdef float held_left[TICK]
    cdef float held_right[TICK]
    cdef float earlier_low[TICK]           # least gain from each place to the end of the last window
    cdef float window[TICK]
    cdef uint32_t averaged[TICK]
    cdef uint64_t sum
    cdef float low
    cdef float recovered
    cdef float recovery
    cdef int place
    cdef double ceiling
    cdef double release_known
    cdef double ceiling_known
