from libc.stdint cimport uint64_t

from cext.effects.modulation._turns cimport Spin
from cext.parts cimport Effect

cdef enum:
    STEPS = 16


cdef class TranceGate(Effect):
    cdef Spin spin
    cdef double cycles             # patterns a frame, at the end of the tick

    cdef void _envelope(self, float* gain, const double* levels, int first, int frames) noexcept nogil


cdef class IsochronicGate(Effect):
    cdef uint64_t beat
    cdef uint64_t turn
    cdef uint64_t turn_step
