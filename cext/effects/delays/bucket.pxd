from cext.effects.modulation._sweep cimport Sweep
from cext.parts cimport Effect

cdef enum:
    BUCKETS = 2048                 # samples the chain holds: 4096 stages, two a sample
    PLACES = 512                   # of the table of decays between two frames


cdef struct Complex:
    double re
    double im


cdef class BbdDelay(Effect):
    cdef float[:, ::1] chain
    cdef Complex[:, ::1] decay     # a pole: from 0 to 1 frame
    cdef Complex pole[2]           # a frame's decay
    cdef Complex weigh_in[2]
    cdef Complex weigh_out[2]
    cdef Complex inward[2][2]      # an ear, a pole
    cdef Complex outward[2][2]
    cdef double last[2]            # what the chain gives out until its clock ticks again
    cdef double level[4]           # of the compander: compressor and expander, an ear each
    cdef double phase              # of the clock
    cdef double pace               # ticks a frame, where the tick begins and ends
    cdef double pace_end
    cdef double corner_known
    cdef double follow
    cdef int place
    cdef Sweep sweep
    cdef bint is_fresh

    cdef void _tune(self, double corner_hz) noexcept nogil
    cdef void _shift(self, double share) noexcept nogil
