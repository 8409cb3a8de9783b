from libc.stdint cimport uint64_t

from cext._types cimport TICK
from cext.parts cimport Voice


cdef class Ticked(Voice):
    cdef uint64_t key                      # where this voice's chance begins
    cdef double per_frame                  # one frame in seconds: a frequency times this is a share of a turn
    cdef uint64_t tick                     # ticks sounded since the start
    cdef float made[2 * TICK]              # the present tick, both ears, at full level
    cdef bint is_silent                    # nothing in it

    cdef void sound(self, float* left, float* right) noexcept nogil
    cdef void rest(self) noexcept nogil
