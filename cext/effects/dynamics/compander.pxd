from cext.parts cimport Effect


cdef class Compander(Effect):
    cdef double low[2]                     # state of the high-pass, ear by ear
    cdef double loudness
    cdef double corner
    cdef double corner_step
    cdef double rise
    cdef double fall
    cdef double known
