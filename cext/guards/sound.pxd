from libc.stdint cimport int64_t

from cext.guards.doses cimport Keeper, Rolling
from cext.guards.ledger cimport Ledger
from cext.guards.truepeak cimport TruePeak


cdef class SoundGuard:
    cdef readonly double rate_hz
    cdef Ledger ledger
    cdef TruePeak truepeak
    cdef Keeper keeper
    cdef Rolling week
    cdef double peak
    cdef double week_limit
    cdef double limit
    cdef bint is_calibrated
    cdef double pressure                   # Pa2 h a frame for power 1, A-weighted
    cdef double ear[2][6]
    cdef double corner[6]
    cdef double level_at_1_khz
    cdef double gate
    cdef void run(self, float* left, float* right, int64_t frame, bint dark) noexcept nogil
    cdef double _power(self, float* left, float* right) noexcept nogil
    cdef double _weighted(self, int ear, float* sound) noexcept nogil
