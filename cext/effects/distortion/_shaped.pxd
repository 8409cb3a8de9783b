# An effect that bends the sound at a raised rate; a class of its own says only how, in `bend`.

from cext.effects.distortion._oversample cimport Over, Oversampler
from cext.parts cimport Effect


cdef class Shaped(Effect):
    cdef Oversampler raised
    cdef int level_row
    cdef int mix_row
    cdef double known_level_db
    cdef double known_db                   # the last that `ramp_db` was asked for, and its factor
    cdef float known_factor
    cdef float level_begin
    cdef float level_end
    cdef bint blocks_dc                    # for curves that are not odd
    cdef double dc_keep
    cdef double[4] dc                      # last in and out, left and right

    cdef int raise_rate(self, int most) except -1
    # Fill over.back from over.wide, all rows up to padded(frames); `first` is the frame of the tick.
    cdef void bend(self, Over* over, int first, int frames) noexcept nogil
    # What still happens at the rate of the sound, before level and mix.
    cdef void finish(self, float* left, float* right, int first, int frames) noexcept nogil
    cdef void ramp(self, float* out, int row, int first, int frames) noexcept nogil
    cdef void ramp_db(self, float* out, int row, int first, int frames) noexcept nogil


cdef inline int padded_to(int frames) noexcept nogil:
    return (frames + 15) & ~15
