from libc.stdint cimport int64_t, uint64_t

from cext.parts cimport Effect

cdef enum:
    LINES = 8
    DIFFUSERS = 4
    ROWS = 16                # eight lines, then four diffusers an ear
    MIRROR = 128             # the first frames again at the end, so that a tick is read without a seam


cdef class Reverb(Effect):
    cdef float[:, ::1] memory              # (ROWS, a power of two + MIRROR)
    cdef int64_t mask
    cdef int64_t clock
    cdef int length[ROWS]
    cdef float gain[LINES]
    cdef float damped[LINES]
    cdef float keep
    cdef uint64_t sway[LINES]
    cdef uint64_t sway_turn[LINES]
    cdef int whole[LINES]
    cdef float share[LINES]
    cdef float share_step[LINES]
    cdef double reach_end[LINES]
    cdef double dry_begin
    cdef double dry_step
    cdef double dry_end
    cdef double wet_begin
    cdef double wet_step
    cdef double wet_end
    cdef double decay_known
    cdef double damping_known
    cdef bint is_fresh

    cdef void _diffuse(self, float* sound, int row, int frames) noexcept nogil
    cdef void _keep(self, int row, float* sound, int frames) noexcept nogil
