from libc.stdint cimport int64_t

from cext._types cimport TICK
from cext.guards.doses cimport Allowance, Keeper, Rolling
from cext.guards.ledger cimport Ledger

cdef enum:
    TOUCHES = 2
    BANDS = 4                # high-pass and low-pass, two sections each
    WEIGHTS = 4              # of ISO 2631-1: band limits, transition, step
    THINNED = 16             # the weighting runs on every sixteenth frame's mean


cdef class TouchGuard:
    cdef readonly double rate_hz
    cdef Ledger ledger
    cdef Keeper keeper
    cdef Allowance allowance
    cdef Rolling day_m2_s3
    cdef Rolling day_m4_s7
    cdef bint is_allowed
    cdef double full                       # m/s2 at full drive
    cdef double a8_limit
    cdef double vdv_limit
    cdef double section[BANDS][5]
    cdef double band[TOUCHES][BANDS][2]
    cdef double weight[WEIGHTS][5]
    cdef double weighed[TOUCHES][WEIGHTS][2]
    cdef float wait[TOUCHES][TICK]
    cdef bint waits[TOUCHES]
    cdef double felt[TOUCHES]              # the strongest this lane may be now
    cdef double felt_rise
    cdef double envelope[TOUCHES]
    cdef double envelope_keep
    cdef int64_t still[TOUCHES]
    cdef double gate
    cdef double rest_gate

    cdef void allow(self, bint is_allowed) noexcept nogil
    cdef void begin_again(self) noexcept nogil
    cdef void run(self, float* lanes, Py_ssize_t stride, int64_t frame, bint dark) noexcept nogil
    cdef bint _band(self, int i, float* lane, int64_t frame) noexcept nogil
    cdef double _power(self, int i, float* lane, double* fourth) noexcept nogil
