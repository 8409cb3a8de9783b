from cext.parts cimport Part


cdef class Light(Part):
    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil
