from cext._types cimport TICK
from cext.effects.dynamics.bands cimport Bands
from cext.effects.dynamics.levels cimport Ballistics
from cext.effects.dynamics.limiting cimport Brake
from cext.parts cimport Effect


cdef class Multiband(Effect):
    cdef Bands bands
    cdef Ballistics ballistics[4]
    cdef float gain[TICK]

    cdef void weigh(self, int band, bint is_whole) noexcept nogil


cdef class MultibandCompressor(Multiband):
    pass


cdef class MultibandGate(Multiband):
    cdef int held[4]


cdef class MultibandLimiter(Multiband):
    cdef Brake brakes[5]
