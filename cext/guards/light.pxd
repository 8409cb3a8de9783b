from libc.stdint cimport int64_t

from cext._types cimport TICK
from cext.flicker cimport LIGHTS, FlickerWatch
from cext.guards.doses cimport Allowance
from cext.guards.ledger cimport Ledger


cdef class LightGuard:
    cdef readonly double rate_hz
    cdef Ledger ledger
    cdef FlickerWatch wanted               # what would leave if nothing were held
    cdef FlickerWatch faint                # the same, for ripples too small to be held
    cdef FlickerWatch leaving              # what leaves: the last word
    cdef Allowance allowance
    cdef bint has_red
    cdef int level
    cdef double limit_hz
    cdef double slew                       # steepest edge, brightness a frame

    cdef float wait[LIGHTS][TICK]          # the tick that leaves next
    cdef double envelope[LIGHTS]
    cdef int64_t untouched[LIGHTS]
    cdef double reached[LIGHTS]            # the brightest this lane may be now
    cdef double own_gain[LIGHTS]           # of the waiting tick
    cdef double gain[LIGHTS]               # where the last tick that left ended
    cdef double rise
    cdef double first_rise
    cdef double[4] bright                  # full drive allowed at each consent level

    cdef int64_t held_until
    cdef double follow                     # 0 held steady, 1 follows the scene
    cdef double held[LIGHTS]
    cdef double shown[LIGHTS]              # the last frame before the gates
    cdef float last[LIGHTS]                # the last frame that left
    cdef int64_t rippled_until
    cdef double softened                   # 0 as it is, 1 through the two poles
    cdef double pole[LIGHTS][2]
    cdef double pole_share
    cdef int64_t red_until
    cdef double pinked                     # 0 as it is, 1 no more red than the other colours together

    cdef double gate
    cdef int64_t dark_until
    cdef double session_gate

    cdef void allow(self, int level, double limit_hz) noexcept nogil
    cdef void begin_again(self) noexcept nogil
    cdef void run(
        self, float* lanes, Py_ssize_t stride, int64_t frame, bint stopped, bint starved
    ) noexcept nogil
    cdef bint _is_dark(self, float* lanes, Py_ssize_t stride) noexcept nogil
    cdef void _take(self, float* lanes, Py_ssize_t stride, float* out, int64_t frame) noexcept nogil
    cdef void _forget(self, int i, double most) noexcept nogil
    cdef void _judge(self, float* out, int64_t frame) noexcept nogil
    cdef void _hold(self, int i, double brightness) noexcept nogil
    cdef void _shape(self, int i, float* lane, int64_t frame) noexcept nogil
    cdef void _leave(self, float* out, int64_t frame, bint dark) noexcept nogil
