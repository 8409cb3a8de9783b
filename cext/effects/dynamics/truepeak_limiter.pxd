from libc.stdint cimport uint32_t, uint64_t

from cext._types cimport TICK
from cext.parts cimport Effect

cdef enum:
    HALF = 24
    HISTORY = 2 * HALF - 1


cdef class TruePeakLimiter(Effect):
    cdef float[:, ::1] kernel
    cdef float widest                           # what the loudest samples could add up to between them
    cdef float wave[2][HISTORY + TICK]
    cdef float ready[2][TICK]                   # the tick that leaves while the next comes in
    cdef float[:, ::1] held                     # what waits for its gain, a ring
    cdef float[::1] need                        # the gain each place asks for: a window and the present tick
    cdef float[:, ::1] low                      # room for the least of it
    cdef uint32_t[:, ::1] boxed                 # the gains of both windows, as whole numbers
    cdef uint64_t sums[2]                       # of each window: whole numbers do not drift
    cdef int box
    cdef int width                              # frames of one mean
    cdef int place
    cdef int quiet                              # ticks since the last one that needed less than 1
    cdef float reduction
    cdef float recovery
    cdef double release_known
    cdef float ceiling
    cdef double ceiling_known

    cdef void _tick(self) noexcept nogil
    cdef void _gains(self, float* gain) noexcept nogil
    cdef void _look(self, float* need) noexcept nogil
