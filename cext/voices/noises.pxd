from libc.stdint cimport uint64_t

from cext.voices.ticked cimport Ticked

cdef enum:
    PINK_POLES = 8


cdef struct Pinking:
    # Eight samples follow from eight poles and eight new numbers by sums alone: y = C s + D x, s = A s + B x.
    float remain[PINK_POLES]               # A, how much of each pole is left eight samples on
    float shown[PINK_POLES * 8]            # C, row a pole
    float heard[PINK_POLES * 8]            # D, row a new number
    float taken[PINK_POLES * 8]            # B, row a new number
    float last[2]                          # the white number before, for both ears
    float state[2][PINK_POLES]


cdef void design_pink(Pinking* filter, double low_hz, double rms, double rate_hz) noexcept nogil
cdef void pink(Pinking* filter, float* left, float* right) noexcept nogil
cdef void spray(uint64_t key, float peak, float* left, float* right) noexcept nogil


cdef class White(Ticked):
    cdef float peak
    cdef void colour(self, float* left, float* right) noexcept nogil


cdef class Pink(White):
    cdef Pinking filter
