from libc.stdint cimport int64_t

cdef enum:
    LIGHTS = 4
    WATCHED = 5              # each light, and all of them together
    REVERSALS = 6            # three flashes are six changes of direction


cdef class FlickerWatch:
    cdef readonly double rate_hz
    cdef int direction[WATCHED]
    cdef double extreme[WATCHED]
    cdef int64_t turned[WATCHED][REVERSALS]
    cdef int64_t turns[WATCHED]
    cdef bint look(self, float* lanes, Py_ssize_t stride, int frames, int64_t frame) noexcept nogil
    cdef bint _moves_fast(
        self, int lane, float* values, int frames, double least, int64_t frame
    ) noexcept nogil
    cdef bint _turns(self, int lane, double value, double least, int64_t frame) noexcept nogil
