from libc.stdint cimport uint64_t

from cext.parts cimport Effect
from cext.effects.filters.swept cimport Svf


cdef class Bitcrusher(Effect):
    cdef double known_bits
    cdef float steps_begin
    cdef float steps_end
    cdef uint64_t clock


cdef class SampleRateReducer(Effect):
    cdef Svf filter
    cdef double[4] before
    cdef double[4] after
    cdef double phase
    cdef double period                     # of the present clock, jitter and all, against the even one
    cdef uint64_t clock
    cdef float[2] last
    cdef float[2] held
