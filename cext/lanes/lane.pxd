from cext.parts cimport Part


cdef class Lane(Part):
    cdef readonly int rows
    cdef void rest(self, float* lanes, Py_ssize_t stride) noexcept nogil
    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil
