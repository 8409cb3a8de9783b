from cext.effects.spectral.stft cimport Spectral


cdef class FormantShifter(Spectral):
    cdef float[:, ::1] envelope            # logarithm of the outline; imaginary part
    cdef int quefrencies
