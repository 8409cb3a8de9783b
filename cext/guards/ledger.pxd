from libc.stdint cimport int64_t

# Invariant: in the order of `REASONS_TO_LIMIT` in cext/limits.py.
cdef enum Reason:
    SOUND_NOT_FINITE, SOUND_CEILING, SOUND_LOUDNESS, SOUND_DOSE
    LIGHT_NOT_FINITE, LIGHT_RANGE, LIGHT_FLICKER, LIGHT_RED, LIGHT_DRIFT, LIGHT_RIPPLE, LIGHT_EDGE
    LIGHT_RAMP, LIGHT_LUMINANCE, LIGHT_SESSION
    TOUCH_NOT_FINITE, TOUCH_RANGE, TOUCH_CONSENT, TOUCH_RAMP, TOUCH_STRENGTH, TOUCH_DOSE, TOUCH_SESSION
    STOPPED, STARVED
    REASONS


cdef class Ledger:
    cdef int64_t count[REASONS]
    cdef int64_t first[REASONS]
    cdef int64_t last[REASONS]
    cdef void note(self, int reason, int64_t frame) noexcept nogil
