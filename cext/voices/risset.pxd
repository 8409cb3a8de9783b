from libc.stdint cimport uint64_t

from cext.voices.ticked cimport Ticked

cdef enum:
    OCTAVES = 10


cdef class Risset(Ticked):
    cdef uint64_t phase[OCTAVES]
    cdef double loud[OCTAVES]
    cdef double place                      # octaves above where it began, 0..1
    cdef bint is_fresh

    cdef double _loudness(self, int octave, double place) noexcept nogil
