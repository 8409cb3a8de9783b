from libc.stdint cimport uint64_t

from cext.lanes.lane cimport Lane


cdef class Light(Lane):
    pass


cdef class Pulses(Lane):
    cdef uint64_t phase


cdef class Colour(Lane):
    cdef uint64_t phase
