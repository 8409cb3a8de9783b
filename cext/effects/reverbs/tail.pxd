# What every room shares: it works a whole tick at a time, one tick ahead of the sound.

from libc.stdint cimport int64_t

from cext._types cimport TICK
from cext.parts cimport Effect


cdef class Tail(Effect):
    cdef float[2][TICK] heard              # what came in during the last whole tick, after the pre-delay
    cdef float[2][TICK] coming             # what is coming in now
    cdef float[2][TICK] wet                # what the room says during the present tick
    cdef bint is_fresh                     # nothing has been heard since it was made, cleared or woken
    cdef int64_t clock                     # frame at which `heard` began, whole ticks
    cdef double loudness                   # of the room alone, a factor
    cdef double dry_end
    cdef double wet_end
    cdef float dry
    cdef float dry_step
    cdef float share
    cdef float share_step
    cdef int predelay                      # its row, or -1
    cdef int64_t wait                      # pre-delay in frames
    cdef int64_t past_mask
    cdef float[:, ::1] past

    cdef void turn(self) noexcept nogil    # once a tick: coefficients
    cdef void ring(self) noexcept nogil    # once a tick: `heard` goes in, `wet` comes out
    cdef void near(self, int first, int frames) noexcept nogil   # adds to `wet` what must not wait
    cdef void hush(self) noexcept nogil    # forget everything heard
    cdef void _hold_back(self) noexcept nogil
