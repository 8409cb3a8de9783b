from libc.stdint cimport int64_t, uint64_t

from cext.parts cimport Effect

cdef enum:
    LINES = 8
    DIFFUSERS = 4


cdef class Reverb(Effect):
    cdef float[:, ::1] lines               # (LINES, power of two), delay memory
    cdef float[:, :, ::1] diffusers        # (2, DIFFUSERS, power of two)
    cdef int line_mask
    cdef int diffuser_mask
    cdef int64_t clock
    cdef int length[LINES]
    cdef int diffuser_length[2][DIFFUSERS]
    cdef float gain[LINES]
    cdef float damped[LINES]
    cdef float keep
    cdef uint64_t sway[LINES]
    cdef uint64_t sway_turn[LINES]
    cdef double reach[LINES]
    cdef double reach_step[LINES]
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
