from cext.effects.spectral.stft cimport Spectral

cdef enum:
    REMEMBERED = 16


cdef class CentreRemover(Spectral):
    cdef float[::1] cross                  # of both ears, averaged from window to window
    cdef float[::1] power


cdef class DeReverb(Spectral):
    cdef float[:, ::1] earlier             # power of the last windows, summed over the ears
    cdef float[::1] smooth
    cdef float[::1] gain
    cdef int row, ago
