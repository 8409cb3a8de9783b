from libc.stdint cimport uint64_t

from cext.parts cimport Effect

cdef enum:
    TAPS = 5


cdef class Dither(Effect):
    cdef uint64_t frame
    cdef double errors[2][TAPS]            # the newest first
