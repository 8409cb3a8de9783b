from cext.fft cimport Fft
from cext.parts cimport Effect


cdef class Spectral(Effect):
    cdef Fft fft
    cdef int size, half, hop               # frames in a window; size / 2; frames from one window to the next
    cdef int place                         # where in the rings the next frame goes
    cdef int since                         # frames since the last window
    cdef float[::1] window
    cdef float[::1] window_out             # the same, scaled so that overlapping windows add up to one
    cdef float[:, ::1] heard               # rings of the last `size` frames, one row an ear
    cdef float[:, ::1] sung                # rings of what is still to come out
    cdef float[:, ::1] wave                # real and imaginary part of the window at work
    cdef float[:, ::1] bins                # left real, left imaginary, right real, right imaginary

    cdef int open(self, int size_at_48k, int overlap) except -1
    cdef void wipe(self) noexcept nogil
    cdef void newest(self, float* left, float* right) noexcept nogil
    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil
    cdef void _frame(self) noexcept nogil


cdef int size_for(int size_at_48k, double rate_hz) noexcept nogil
