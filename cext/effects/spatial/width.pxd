from libc.stdint cimport int64_t

from cext.effects.delays._line cimport Course
from cext.effects.filters._section cimport section_t
from cext.parts cimport Effect


cdef class Widener(Effect):
    cdef double below                      # what of the side lies below the corner
    cdef double share
    cdef double known_hz
    cdef float[:, ::1] memory
    cdef int[4] length                     # of the all-passes
    cdef int[4] at


cdef class Haas(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef Course[2] way
    cdef double[2] late
    cdef double[2] gain
    cdef double[2] gain_end
    cdef bint has_begun


cdef class Decorrelator(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef double known_ms
    cdef int[2][2][32] place               # by set (what was, what is), ear and tap
    cdef float[2][2][32] weight
    cdef bint changes
    cdef bint has_begun
    cdef void scatter_taps(self) noexcept nogil


cdef class BassMono(Effect):
    cdef section_t[4] filters              # twice low, twice high; the ears are middle and side
