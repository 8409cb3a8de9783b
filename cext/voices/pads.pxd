from libc.stdint cimport int64_t, uint64_t

from cext.effects.filters cimport Svf
from cext.parts cimport Voice
from cext.voices.noises cimport Pinking

cdef enum:
    NOTES = 5
    STRANDS = 10             # two detuned strands a note
    TABLE = 2048
    MIPS = 7


cdef class Pad(Voice):
    cdef float[:, ::1] tables
    cdef uint64_t phase[STRANDS]
    cdef uint64_t turn[STRANDS]          # phase step at the first frame of the tick
    cdef int64_t turn_step[STRANDS]
    cdef int mip[STRANDS]
    cdef double left_gain[STRANDS]
    cdef double left_step[STRANDS]
    cdef double right_gain[STRANDS]
    cdef double right_step[STRANDS]
    cdef double left_end[STRANDS]
    cdef double right_end[STRANDS]
    cdef uint64_t drift[STRANDS]
    cdef uint64_t drift_turn[STRANDS]
    cdef Svf filter
    cdef double state[4]
    cdef bint is_fresh
    cdef bint _is_quiet(self) noexcept nogil
    cdef void _skip(self, int i, int first, int frames) noexcept nogil


cdef class Swell(Voice):
    cdef uint64_t key
    cdef uint64_t frame
    cdef Pinking air
    cdef uint64_t phase[2]
    cdef uint64_t turn[2]
    cdef Svf filter
    cdef double state[4]
