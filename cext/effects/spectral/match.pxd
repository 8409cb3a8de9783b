from cext.effects.spectral.stft cimport Spectral


cdef class MatchEq(Spectral):
    cdef float[::1] target                 # power of the reference, by bin, smoothed; its mean is 1
    cdef double[::1] heard_power           # of the sound itself, averaged
    cdef double[::1] sums
    cdef float[::1] gain
    cdef long windows

    cdef void _aim(self) noexcept nogil
    cdef void _smooth(self, const double* power, float* out) noexcept nogil
