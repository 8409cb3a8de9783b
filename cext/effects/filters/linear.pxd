from cext.fft cimport Fft
from cext.parts cimport Effect


cdef class LinearPhaseEq(Effect):
    cdef Fft fft
    cdef float[:, ::1] heard               # the last `size` frames, left and right
    cdef float[:, ::1] work                # a spectrum, left as real and right as imaginary part
    cdef float[:, ::1] other
    cdef float[:, ::1] ready               # what goes out while the next hop comes in
    cdef float[:, ::1] gain                # of each bin, 0 to size / 2: what was used and what comes
    cdef float[::1] taper                  # the window of the impulse response, from its middle on
    cdef int size
    cdef int place
    cdef bint has_begun
    cdef double[13] known

    cdef void design(self, float* gain) noexcept nogil
    cdef void transform(self) noexcept nogil
