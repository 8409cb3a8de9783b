"""How samples come in: see `intake.pyx`."""

cdef enum:
    FINE = 4096          # samples kept for fine timing: more than 8 s
    PENDING = 192        # events waiting to be handed out

cdef enum:               # what was found, in the order of KINDS
    PROVISIONAL, CONFIRMED, FOOT

cdef struct Found:
    double time_s
    double found_s
    double quality
    double amplitude
    int kind


cdef class Intake:
    # `_design` sets the rates, how many samples make a fine one and how many of those a work-rate one.
    cdef readonly double rate_hz
    cdef double fine_rate_hz, work_rate_hz, latency
    cdef int decimation, pairing, second, settle_span
    # `raw` is at the fine rate; n counts samples at the work rate.
    cdef double[FINE] raw
    cdef long long given, fine_n, n
    cdef int held, paired
    cdef double held_sum, paired_sum
    cdef bint is_held_bad
    cdef double last_value, last_fine
    cdef long long bad_run, flat_run, blank_until
    cdef Found[PENDING] found
    cdef int found_count

    cdef void _design(self) noexcept nogil
    cdef void _begin(self) noexcept nogil
    cdef void _settle(self, double x) noexcept nogil
    cdef void _lose(self) noexcept nogil
    cdef void _follow(self, double x, bint is_usable) noexcept nogil
    cdef void _hand_out(self, list events)
