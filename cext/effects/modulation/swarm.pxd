from libc.stdint cimport int64_t

from cext.effects.modulation._sweep cimport Head
from cext.parts cimport Effect

cdef enum:
    MOST_HEADS = 4


cdef class Swarm(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef int heads
    cdef Head head[2][MOST_HEADS]          # an ear, a head
    cdef float gain[2][MOST_HEADS]
    cdef float gain_step[2][MOST_HEADS]
    cdef double gain_end[2][MOST_HEADS]
    cdef bint is_fresh

    cdef int room(self, double longest_ms) except -1
    cdef void loud(self, int head, double left, double right) noexcept nogil
    cdef void swarm(
        self, float* left, float* right, int first, int frames, int feedback, int mix
    ) noexcept nogil
