from libc.stdint cimport uint64_t

from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport Partial

cdef enum:
    MOST_PARTIALS = 32


cdef class Additive(Ticked):
    cdef Partial partials[MOST_PARTIALS]
    cdef double ratio[MOST_PARTIALS]
    cdef double loud[MOST_PARTIALS]
    cdef double loud_end[MOST_PARTIALS]
    cdef bint is_fresh

    cdef void _weigh(self) noexcept nogil


cdef class Fm(Ticked):
    cdef uint64_t carrier
    cdef uint64_t modulator

    cdef double _index(self, double index, double cycles, double ratio) noexcept nogil
