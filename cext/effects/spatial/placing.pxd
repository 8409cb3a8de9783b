from libc.stdint cimport uint64_t

from cext.parts cimport Effect


cdef class Placing(Effect):
    cdef double[4] before                  # left from left, from right; right from left, from right
    cdef double[4] after
    cdef float[4] now                      # at the start of the tick, and how it changes a frame
    cdef float[4] change
    cdef bint moves
    cdef bint has_begun
    cdef void place(self, const double* value, double* out) noexcept nogil


cdef class Pan(Placing):
    pass


cdef class MidSide(Placing):
    pass


cdef class ChannelTools(Placing):
    pass


cdef class AmbisonicRotate(Placing):
    cdef uint64_t turned
