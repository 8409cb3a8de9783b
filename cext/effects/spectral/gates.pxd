from cext.effects.spectral.stft cimport Spectral


cdef class SpectralGate(Spectral):
    cdef float[::1] gain                   # each bin's, from the last window


cdef class SpectralBlur(Spectral):
    cdef float[:, ::1] level               # one row an ear: each bin's smoothed magnitude
    cdef float[:, ::1] phasor             # where each phase stands: real and imaginary rows
    cdef float[:, ::1] spin                # how it turned in the last window that had sound
    cdef float[:, ::1] before
    cdef int[::1] hill                     # the strongest bin of the hill each one is on

    cdef void _draw(self, int ear, float* re, float* im) noexcept nogil


cdef class SpectralFreeze(Spectral):
    cdef float[:, ::1] old                 # magnitudes that fade out, one row an ear
    cdef float[:, ::1] new                 # magnitudes that fade in
    cdef float[:, ::1] phase               # turns, by bin, of each ear
    cdef float[:, ::1] speed               # turns a hop
    cdef float[:, ::1] before
    cdef int[::1] hill                     # the strongest bin of the hill each one is on
    cdef long windows, taken               # windows so far; the one in which the moment was taken

    cdef void _hold(self, int ear, bint takes, float share, float mix, float* re, float* im) noexcept nogil
