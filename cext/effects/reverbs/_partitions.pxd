# Convolution with long impulses, for every effect that needs it: push a tick, get a tick.

from cext.fft cimport Fft


cdef class Level:
    cdef int block                         # frames; its FFT has twice as many points
    cdef int ticks                         # block / 64
    cdef readonly int count                # partitions
    cdef readonly int start                # the first tap it covers
    cdef int groups                        # of eight bins
    cdef int head                          # where the newest spectrum is kept
    cdef int chunk                         # ticks of the present block that are in
    cdef int summed                        # groups that are in `total`
    cdef Fft fft
    cdef float[:, ::1] sound               # (2, 2 block): the block before, and the present one
    cdef float[:, ::1] work                # (2, 2 block): room for a transform
    cdef float[:, ::1] out                 # (2, 2 block): the second half is what is to be heard
    cdef float[:, ::1] bins                # (4, block + 8): room for two spectra
    cdef float[::1] past                   # (groups, count, 32): spectra of the blocks heard
    cdef float[::1] taps                   # (groups, count, 32): spectra of the impulse
    cdef float[::1] total                  # (groups, 32)

    cdef void load(self, const float* left, const float* right, long frames) noexcept nogil
    cdef void push(
        self, const float* left, const float* right, float* out_left, float* out_right
    ) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void _analyse(self) noexcept nogil
    cdef void _add_up(self, int until) noexcept nogil
    cdef void _synthesise(self) noexcept nogil
    cdef void _spectrum(self, float* into) noexcept nogil


cdef class Partitions:
    cdef readonly long frames              # taps there is room for
    cdef Level short
    cdef Level middle
    cdef Level long_

    # A new impulse of up to `frames` taps an ear; what was heard stays.
    cdef void load(self, const float* left, const float* right, long frames) noexcept nogil
    # 64 frames in; the same 64 frames convolved are added to what is in `out`. In time for whoever delays the
    # sound by a tick, or gives the first 64 taps to a loop of his own and only the others to this.
    cdef void push(
        self, const float* left, const float* right, float* out_left, float* out_right
    ) noexcept nogil
    cdef void clear(self) noexcept nogil
