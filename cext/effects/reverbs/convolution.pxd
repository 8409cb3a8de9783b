from cext._types cimport TICK
from cext.effects.reverbs._partitions cimport Partitions
from cext.effects.reverbs.tail cimport Tail


cdef class Convolution(Tail):
    cdef float[:, ::1] first               # (4, 64): the first taps, LL, RR, LR, RL
    cdef Partitions rest
    cdef Partitions across                 # of a true-stereo impulse: from each ear to the other
    cdef readonly int impulse_frames
    cdef double energy_gain                # what makes the impulse pass noise on as loud as it came

    cdef _load(self, impulse)
    cdef void _add(self, float[TICK]* out, int first, int frames) noexcept nogil
