from cext.effects.pitch.shifter cimport Shifter
from cext.effects.spectral.stft cimport Spectral


cdef class PitchShift(Spectral):
    cdef Shifter shifter
    cdef float[:, ::1] rotation
    cdef float[:, ::1] out
    cdef int page
