from cext.effects.pitch.shifter cimport Shifter
from cext.fft cimport Fft


cdef class TimeStretch:
    cdef Fft fft
    cdef Shifter shifter
    cdef readonly double rate_hz, stretch
    cdef int size, half, hop, page
    cdef long fed, worked, given           # frames in, windows done, frames out
    cdef double length                     # of the whole sound, once it has ended; before that, no limit
    cdef long middle                       # of the last window, in the sound that came in
    cdef float[::1] window
    cdef float[::1] window_out
    cdef float[:, ::1] heard               # rings
    cdef float[:, ::1] sung
    cdef float[:, ::1] wave
    cdef float[:, ::1] bins
    cdef float[:, ::1] out
    cdef float[:, ::1] rotation

    cdef _take(self, float[:, ::1] sound, long frames)
    cdef void _frame(self, long middle) noexcept nogil
