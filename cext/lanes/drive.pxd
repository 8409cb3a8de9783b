from libc.stdint cimport uint64_t


cdef class Drive:
    cdef readonly int bits
    cdef readonly double gamma
    cdef int top
    cdef double[::1] linear                # what each code shines
    cdef double owed[8]                    # light asked for and not yet given
    cdef uint64_t seed
    cdef uint64_t frame
