"""What the beat detectors share: see `hunter.pyx`."""

from cext.beats._recent cimport Candidate, Recent
from cext.beats.intake cimport Intake

cdef enum:
    RING = 2048          # work-rate samples kept: more than 8 s, enough for any search-back
    WAITING = 96         # candidates kept while learning


cdef class BeatHunter(Intake):
    # Spans in work-rate samples, and shares; the subclass fills them in `_design`.
    cdef int fall_span, refractory_span, echo_span, learn_span, look_span, patience
    cdef double threshold_share, fall_share, echo_ratio, overdue_ratio, overdue_share
    cdef double least_contrast, least_regularity
    # The hunt for the next peak of the energy
    cdef double[RING] energy
    cdef double peak, valley
    cdef long long peak_at
    cdef bint is_rising, is_foretold, may_foretell
    # What is known of this wearer
    cdef Recent signal_peaks, noise_peaks, valleys, intervals
    cdef long long last_at, learn_from, told_at, noise_at
    cdef double last_height, last_beat_s, floor
    cdef double foot     # where the beat just refined began, fine samples; below 0 when that is not known
    cdef Candidate runner_up
    cdef bint is_learning
    cdef Candidate[WAITING] candidates
    cdef int candidate_count

    cdef double _energy(self, double x) noexcept nogil
    cdef double _refine(self, long long at, double* amplitude, bint is_final) noexcept nogil
    cdef void _orient(self) noexcept nogil
    cdef void _relearn(self) noexcept nogil
    cdef void _hunt(self, double f) noexcept nogil
    cdef void _candidate(self, double height, long long at) noexcept nogil
    cdef double _line(self, double height, long long at) noexcept nogil
    cdef void _beat(self, double height, long long at) noexcept nogil
    cdef void _noise(self, double height, long long at) noexcept nogil
    cdef void _overdue(self) noexcept nogil
    cdef void _learn(self) noexcept nogil
    cdef bint _may_be_heart(self, double top) noexcept nogil
    cdef double _threshold(self) noexcept nogil
    cdef double _contrast(self) noexcept nogil
    cdef double _quality(self) noexcept nogil
    cdef bint _is_noise(self) noexcept nogil
    cdef double _time_s(self, double place) noexcept nogil
    cdef void _tell(self, double time_s, int kind, double amplitude) noexcept nogil
    cdef void _emit(self, double height, long long at, bint is_confirmed) noexcept nogil
