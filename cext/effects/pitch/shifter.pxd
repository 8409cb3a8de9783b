# Moves the partials of a spectrum to other pitches; the analysis is shared by every voice that sings along.

cdef enum:
    ONSETS = 4
    LOSSES = 65


cdef class Shifter:
    cdef int size, half, hop
    cdef int peaks
    cdef double rate_hz
    cdef double clock                      # the middle of the present window, in frames
    cdef double onset[ONSETS]              # when the last clicks came, in frames
    cdef int onsets
    cdef double stretch, clock_out         # of a time stretch: how much, and the window's middle going out
    cdef float loudness                    # of the last 30 ms, before a click
    cdef float[:, ::1] before              # the last window's four rows
    cdef float[::1] power
    cdef int[::1] peak                     # bins that stand out
    cdef int[::1] edge                     # the first bin of each one's region; then one past the last
    cdef double[::1] turn                  # each one's frequency, turns a frame of sound
    cdef float[::1] make_up
    cdef double[::1] lag                   # where in the window its energy lies, frames from the middle

    cdef void wipe(self) noexcept nogil
    cdef void newest(
        self, const float* left, const float* right, double begin, int frames
    ) noexcept nogil
    cdef void analyse(
        self, const float* lr, const float* li, const float* rr, const float* ri
    ) noexcept nogil
    cdef void sing(
        self, double ratio, float gain_left, float gain_right, float[:, ::1] rotation, int page,
        const float* lr, const float* li, const float* rr, const float* ri, float[:, ::1] out, bint moves,
    ) noexcept nogil
    cdef void _slide(
        self, double click, int a, int b, float* now,
        const float* lr, const float* li, const float* rr, const float* ri, float[:, ::1] out,
    ) noexcept nogil
    cdef double note(self) noexcept nogil
