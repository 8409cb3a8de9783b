from cext._types cimport TICK
from cext.effects.dynamics.levels cimport Dynamics

cdef enum:
    POINTS = 5


cdef class DynamicsCurve(Dynamics):
    cdef double curve[2][2 * POINTS + 1]   # at both ends of the tick: corners, bends, first gain
    cdef float other[TICK]

    cdef void draw(self, double* values, double* curve) noexcept nogil
    cdef void trace(self, double* curve, double width, float* out) noexcept nogil
