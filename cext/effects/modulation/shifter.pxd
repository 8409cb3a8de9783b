from cext.effects.delays._echo cimport Echo
from cext.effects.modulation._turns cimport Spin
from cext.parts cimport Effect

cdef enum:
    SECTIONS = 8               # a chain


cdef class Splitter(Effect):
    cdef double factor[4 * SECTIONS]
    cdef double past[8 * (SECTIONS + 1)]
    cdef double late[2]

    cdef void split(self, const float* left, const float* right, float[4][64] out, int frames) noexcept nogil


cdef class FrequencyShifter(Splitter):
    cdef Spin spin[2]


cdef class BarberPole(Splitter):
    cdef float[:, ::1] memory
    cdef Echo real
    cdef Echo imaginary
    cdef Spin spin
