from cext._types cimport TICK
from cext.fft cimport Fft
from cext.parts cimport Effect


cdef class Analyser(Effect):
    cdef Fft fft
    cdef int size                          # frames looked at
    cdef int hop                           # frames between two looks
    cdef int place                         # where the next frame goes
    cdef int fresh                         # frames since the last look
    cdef float[:, ::1] heard               # the last `size` frames, a ring
    cdef float[:, ::1] work

    cdef int holds(self, double seconds, int more) except -1
    cdef void look(self) noexcept nogil


cdef class SpectrumAnalyser(Analyser):
    cdef float[::1] window
    cdef float[:, ::1] parts
    cdef double[:, ::1] power              # mean square a bin, ear by ear
    cdef double weight
    cdef double share


cdef class Tuner(Analyser):
    cdef float[::1] square
    cdef readonly double frequency_hz
    cdef readonly double clarity

    cdef double top(self, const float* curve, int place, double* height) noexcept nogil
