from cext.fft cimport Fft
from cext.parts cimport Effect


cdef class Grains(Effect):
    cdef Fft fft
    cdef int size, hop, since, longest, shortest
    cdef long clock                        # frames heard, at the end of the last hop
    cdef float[:, ::1] heard               # rings, one row an ear and one of the middle
    cdef float[:, ::1] sung
    cdef float[:, ::1] wave
    cdef double[::1] squares
    cdef double period                     # frames; 0 where there is no pitch
    cdef double mark                       # the last grain's middle in the sound that came in
    cdef double placed                     # and where the last one was put
    cdef float[::1] hann
    cdef int mix                           # the row of the knob of that name

    cdef int open(self) except -1
    cdef double ratio(self) noexcept nogil
    cdef void _listen(self) noexcept nogil
    cdef double _near(self, double place, double reach) noexcept nogil
    cdef void _sing(self) noexcept nogil
    cdef void _grain(self, double source, double target, double half, float gain) noexcept nogil


cdef class Psola(Grains):
    pass


cdef class PitchCorrection(Grains):
    cdef double off                        # semitones that are being added
