from cext.effects.pitch.shifter cimport Shifter
from cext.effects.spectral.stft cimport Spectral

cdef enum:
    VOICES = 4


cdef class Harmoniser(Spectral):
    cdef Shifter shifter
    cdef float[:, :, ::1] rotation
    cdef float[:, ::1] out
    cdef int page
    cdef double note                       # of the melody, in semitones from A 440
    cdef double[VOICES] sung               # where each voice stands, in semitones above the melody


cdef class Retune(Spectral):
    cdef Shifter shifter
    cdef float[:, ::1] rotation
    cdef float[:, ::1] out
    cdef int page
    cdef double cosine, sine               # how far the partials lie from the keys of A 440

    cdef void _measure(self) noexcept nogil
