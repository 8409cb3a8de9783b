from libc.stdint cimport uint64_t

from cext.effects.reverbs._lines cimport POWERS
from cext.effects.reverbs.tail cimport Tail

cdef enum:
    ROWS = 12                # four diffusers, then two halves of all-pass, line, all-pass, line


cdef class Plate(Tail):
    cdef float[:, ::1] memory
    cdef long mask
    cdef int[ROWS] length
    cdef int[2][7] tap
    cdef float[3][8] last                  # the input's and both halves' dampers
    cdef float[3][POWERS] powers
    cdef float[3] gain
    cdef uint64_t[2] sway
    cdef uint64_t sway_turn
    cdef double[2] reach                   # of the swaying all-passes, now
    cdef double[4] known

    cdef float* _row(self, int row, long long frame) noexcept nogil
    cdef void _smear(self, int row, float* sound, float g) noexcept nogil
    cdef void _half(self, int half, float* sound) noexcept nogil
