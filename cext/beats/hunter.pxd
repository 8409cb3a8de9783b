"""What the beat detectors share: see `hunter.pyx`."""

from cext.beats._recent cimport Candidate, Recent

cdef enum:
    RING = 4096          # work-rate samples kept: more than 8 s, enough for any search-back
    PENDING = 96         # candidates kept while learning, and events waiting to be handed out

cdef struct Found:
    double time_s
    double found_s
    double quality
    double amplitude
    bint is_confirmed


cdef class BeatHunter:
    # Rates and spans, in work-rate samples; the subclass fills the second block in `_design`.
    cdef readonly double rate_hz
    cdef double work_rate_hz
    cdef int decimation
    cdef double latency
    cdef int fall_span, refractory_span, echo_span, settle_span, learn_span, look_span
    cdef double threshold_share, fall_share, echo_ratio, overdue_ratio, overdue_share
    cdef double least_contrast, least_regularity
    # The signal so far
    cdef double[RING] raw
    cdef double[RING] energy
    cdef long long given, n
    cdef int held
    cdef double held_sum
    cdef bint is_held_bad
    cdef double last_value
    cdef long long bad_run, flat_run, blank_until
    # The hunt for the next peak of the energy
    cdef double peak, valley
    cdef long long peak_at
    cdef bint is_rising, is_foretold
    # What is known of this wearer
    cdef Recent signal_peaks, noise_peaks, valleys, intervals
    cdef long long last_at, learn_from
    cdef double last_height, last_beat_s, floor
    cdef long long told_at, noise_at
    cdef Candidate runner_up
    cdef bint is_learning
    cdef Candidate[PENDING] candidates
    cdef int candidate_count
    # What waits to be handed out
    cdef Found[PENDING] found
    cdef int found_count

    cdef void _design(self) noexcept nogil
    cdef void _settle(self, double x) noexcept nogil
    cdef double _energy(self, double x) noexcept nogil
    cdef double _refine(self, long long at, double* amplitude, bint is_final) noexcept nogil
    cdef void _orient(self) noexcept nogil
    cdef void _relearn(self) noexcept nogil
    cdef void _take(self, double x) noexcept nogil
    cdef void _work(self, double x, bint is_good) noexcept nogil
    cdef void _hunt(self, double f) noexcept nogil
    cdef void _candidate(self, double height, long long at) noexcept nogil
    cdef void _beat(self, double height, long long at) noexcept nogil
    cdef void _overdue(self) noexcept nogil
    cdef void _learn(self) noexcept nogil
    cdef double _threshold(self) noexcept nogil
    cdef double _contrast(self) noexcept nogil
    cdef double _quality(self) noexcept nogil
    cdef bint _is_noise(self) noexcept nogil
    cdef void _emit(self, double height, long long at, bint is_confirmed) noexcept nogil
    cdef void _hand_out(self, list events)
