from libc.stdint cimport uint64_t

from cext.voices.edges cimport Edged
from cext.voices.ticked cimport Ticked

cdef enum:
    SAWS = 7
    TABLE = 2048
    ROW = 2052                             # a cycle and what the interpolation needs beyond it
    MIPS = 8


cdef class Supersaw(Ticked):
    cdef Edged waves[SAWS]


cdef class Wavetable(Ticked):
    cdef float[:, :, ::1] tables
    cdef uint64_t phase
    cdef int mip

    cdef void _move_on(self) noexcept nogil
