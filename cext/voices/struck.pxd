from libc.stdint cimport uint64_t

from cext.voices.ticked cimport Ticked


cdef class Struck(Ticked):
    cdef uint64_t beat                     # share of the time between two strokes
    cdef uint64_t strokes                  # how many there have been
    cdef double known_strike
    cdef double strength                   # of the present stroke

    cdef int stroke(self) noexcept nogil
