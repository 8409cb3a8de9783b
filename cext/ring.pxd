from libc.stdint cimport int64_t


cdef class Ring:
    cdef float[:, ::1] memory              # (frames, lanes), a power of two of frames
    cdef int64_t written                   # atomic, only ever grows; moved by the one writer
    cdef int64_t read                      # atomic, only ever grows; moved by the one reader
    cdef int64_t dropped
    cdef void push(self, float* block, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil


cdef class RowRing:
    cdef double[:, ::1] memory             # (rows, width), a power of two of rows
    cdef int64_t written                   # as above
    cdef int64_t read
    cdef int64_t dropped
    cdef bint push(self, const double* row) noexcept nogil
    cdef bint pull(self, double* row) noexcept nogil
