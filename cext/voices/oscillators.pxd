from libc.stdint cimport uint64_t

from cext.parts cimport Voice


cdef class Sine(Voice):
    cdef uint64_t phase
