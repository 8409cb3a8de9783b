from libc.stdint cimport int64_t

from cext._types cimport LANES, TICK
from cext.guards.ledger cimport Ledger
from cext.guards.light cimport LightGuard
from cext.guards.sound cimport SoundGuard
from cext.guards.touch cimport TouchGuard

cdef enum:
    GUARD_LATENCY = TICK     # `run` gives back the tick that came before


cdef class Guard:
    cdef readonly double rate_hz
    cdef readonly str light_map
    cdef int64_t stop_asked                # atomic: 1 from stop_now until release
    cdef int64_t hush_asked                # atomic: 1 while nobody feeds the clock
    cdef int64_t level_asked               # atomic: 0..3, the consent level
    cdef int64_t level
    cdef bint was_stopped
    cdef double free_hz[4]
    cdef bint may_touch[4]
    cdef Ledger ledger
    cdef SoundGuard sound
    cdef LightGuard light
    cdef TouchGuard touch
    # For `process`, whose blocks need not be whole ticks.
    cdef float coming[LANES * TICK]
    cdef float going[LANES * TICK]
    cdef int64_t taken

    cdef void run(self, float* lanes, Py_ssize_t stride, int64_t frame) noexcept nogil
    cdef void stop(self) noexcept nogil
    cdef void hush(self, bint is_starved) noexcept nogil
