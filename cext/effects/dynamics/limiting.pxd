# The gain of a look-ahead limiter, a tick at a time: what Limiter and the multiband limiter share.

from libc.stdint cimport int32_t

from cext._types cimport TICK
from cext.effects.dynamics.levels cimport Pole

cdef struct Brake:
    float sound[2][2][TICK]                # by turns: the present tick, as far as it has come, and the last
    int32_t later[TICK]                    # least gain from after each place to the end of the last tick
    int32_t averaged[TICK]                 # the gains of the last tick, in 2**-24
    int32_t sum                            # of those
    float lack                             # 1 - the recovering gain
    int turn
    Pole recovery
    double known

cdef void clear_brake(Brake* at) noexcept nogil
cdef void set_recovery(Brake* at, double release_ms, double rate_hz) noexcept nogil
cdef void brake(Brake* at, float* left, float* right, double ceiling, int first, int frames) noexcept nogil
