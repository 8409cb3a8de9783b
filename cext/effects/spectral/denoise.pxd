from cext.effects.spectral.stft cimport Spectral


cdef class NoiseReduction(Spectral):
    cdef float[::1] noise                  # power of each bin, both ears together
    cdef float[::1] smooth
    cdef float[::1] least                  # of the smoothed power, in this stretch of time
    cdef float[::1] least_before           # and in the last one
    cdef float[::1] clean                  # power of the clean sound in the last window
    cdef float[::1] table                  # the gain, by a-priori and a-posteriori ratio
    cdef long windows
    cdef int stretch
