from cext.effects.modulation._sweep cimport Sweep
from cext.parts cimport Effect


cdef class Tremolo(Effect):
    cdef Sweep sweep
    cdef float wave[2][4]          # an ear: the cubic of its wave through this tick
    cdef double place[2]
    cdef double slope[2]
    cdef double lows[2]
    cdef double share
    cdef double share_end
    cdef double corner_known
    cdef bint is_fresh

    cdef void swing(self, int speed, double spread) noexcept nogil


cdef class HarmonicTremolo(Tremolo):
    pass


cdef class AutoPan(Tremolo):
    pass
