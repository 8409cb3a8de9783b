from libc.stdint cimport uint32_t, uint64_t

from cext.effects.filters.swept cimport Svf
from cext.voices.noises cimport Pinking
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport Partial

cdef enum:
    STRANDS = 10             # two detuned strands a note
    TABLE = 2048
    MIPS = 7


cdef class Pad(Ticked):
    cdef float[:, ::1] tables
    cdef uint64_t phase[STRANDS]
    cdef double cycles[STRANDS]          # a sample, at the first frame of the tick and of the next
    cdef double cycles_end[STRANDS]
    cdef int mip[STRANDS]
    cdef double left[STRANDS]
    cdef double left_end[STRANDS]
    cdef double right[STRANDS]
    cdef double right_end[STRANDS]
    cdef uint64_t drift[STRANDS]
    cdef uint64_t drift_turn[STRANDS]
    cdef Svf filter
    cdef double state[4]
    cdef bint is_fresh
    cdef void _move_on(self) noexcept nogil


cdef class Swell(Ticked):
    cdef Pinking air
    cdef Partial tone[2]
    cdef double corner_hz
    cdef Svf filter
    cdef double state[4]
