from libc.stdint cimport uint64_t

from cext.voices.struck cimport Struck


cdef class Pluck(Struck):
    cdef double[::1] line                  # one period of the string and a little more
    cdef int place
    cdef double damped                     # what went round last
    cdef double period                     # frames, at the first frame of the tick
    cdef long plucking                     # frames the finger still has the string
    cdef long finger                       # frames between the pluck and its echo from the bridge
    cdef long since                        # frames since the finger took it
    cdef uint64_t burst
