from libc.stdint cimport uint64_t

from cext.parts cimport Part


cdef class Vibration(Part):
    cdef uint64_t phase
    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil
