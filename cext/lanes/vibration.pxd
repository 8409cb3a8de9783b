from libc.stdint cimport uint64_t

from cext.lanes.lane cimport Lane


cdef class Vibration(Lane):
    cdef uint64_t phase


cdef class Waves(Lane):
    cdef uint64_t phase
    cdef uint64_t slow
