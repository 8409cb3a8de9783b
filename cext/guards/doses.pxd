# Doses: what a person had over hours, days and weeks, and a gain that keeps power under a limit.

from libc.math cimport exp, sqrt
from libc.stdint cimport int64_t

from cext._types cimport TICK

cdef enum:
    SLOTS = 48


cdef class Rolling:
    cdef double slot[SLOTS]
    cdef double slot_frames
    cdef int64_t newest
    cdef readonly double total
    cdef void add(self, double amount, int64_t frame) noexcept nogil


cdef class Allowance:
    cdef double session_limit
    cdef double day_limit
    cdef double rest_needed
    cdef double session
    cdef double rest
    cdef Rolling day
    cdef bint is_spent
    cdef bint step(self, bint is_on, int64_t frame) noexcept nogil


# A leaky bucket of power. Invariant: over any stretch of D seconds the mean power let through is at most
# limit * (1 + hold_s / D), because level' = (power - level) / hold_s and 0 <= level <= limit.
cdef struct Keeper:
    double limit
    double level
    double gain
    double eagerness         # how far above the limit an onset may begin, as a multiple of what is left
    double share             # of a tick in the memory
    double recovery


cdef inline void keeper_start(
    Keeper* k, double limit, double hold_s, double return_s, double rate_hz
) noexcept:
    k.limit = limit
    k.level = 0.0
    k.gain = 1.0
    k.eagerness = 10.0
    k.share = 1.0 - exp(-TICK / (hold_s * rate_hz))
    k.recovery = 1.0 - exp(-TICK / (return_s * rate_hz))


cdef inline bint keeper_turn(Keeper* k, double power, double* begin) noexcept nogil:
    # power: mean of the tick before any gain. begin: the gain at the tick's first frame; k.gain at its end.
    # True when it had to turn down.
    cdef double allowed = k.limit + k.eagerness * (k.limit - k.level), wanted = 1.0, before = k.gain
    cdef bint is_down = False
    if allowed < 0.0:
        allowed = 0.0
    if power > allowed:
        wanted = sqrt(allowed / power)
        is_down = True
    begin[0] = before
    if wanted < before:
        k.gain = wanted
    else:
        k.gain = min(wanted, before + k.recovery * (1.0 - before))
        if k.gain > 0.99999:
            k.gain = 1.0
    power *= (before * before + before * k.gain + k.gain * k.gain) * (1.0 / 3.0)
    k.level += k.share * (power - k.level)
    return is_down or k.gain < 1.0
