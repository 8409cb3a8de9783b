# cython: boundscheck=False, wraparound=False, cdivision=True
"""The hunt both beat detectors share: peaks of an energy are beats when they rise above an adaptive line.

The energy (a subclass's idea of "something beats here") is followed sample by sample. A peak counts as
over when the energy has fallen or not grown for a while. Its height is then held against a line
between the medians of the last eight signal and the last eight noise peaks, after Hamilton (Computers
in Cardiology 2002, 101) and Pan and Tompkins (IEEE Trans Biomed Eng 32 (1985) 230): a refractory span,
an echo test for T waves, a search back for the best runner-up when a beat is overdue.
"""

from libc.math cimport fabs
from libc.string cimport memset

from cext.beats._recent cimport MEMORY, Recent, is_orderly, is_shallow, may_be_heart, recall, regularity
from cext.beats.intake cimport CONFIRMED, FOOT, PENDING, PROVISIONAL, Found, Intake

# The energy must grow by this much out of a valley before it can be a peak: a steady hum never does.
cdef double RISE = 1.05
# After a silence a peak below this share of the beats before it is not taken for a heart at once.
cdef double FLOOR_SHARE = 0.1
# Filters leave this much of a constant behind; nothing smaller is a signal.
cdef double ROUNDING = 1e-9


cdef inline void hunt(BeatHunter self, double f) noexcept nogil:
    if not self.is_rising:
        if f < self.valley:
            self.valley = f
        elif f > RISE * self.valley:
            self.is_rising = True
            self.peak = f
            self.peak_at = self.n
            recall(&self.valleys, self.valley)
    elif f > self.peak:
        self.peak = f
        self.peak_at = self.n
        if (self.may_foretell and not self.is_learning and not self.is_foretold and f > self._threshold()
                and (self.last_at < 0 or self.n - self.last_at > self.echo_span)):
            self.is_foretold = True
            self._emit(f, self.n, False)
    elif f < self.fall_share * self.peak or self.n - self.peak_at > self.fall_span:
        self.is_rising = False
        self.valley = f
        self.is_foretold = False
        self._candidate(self.peak, self.peak_at)


cdef class BeatHunter(Intake):
    """The shared half of a detector; a subclass gives the filters, the energy and the fine timing."""

    @property
    def quality(self):
        """How far the signal can be trusted now, 0..1."""
        return 0.0 if self.is_lost else self._quality()

    @property
    def is_lost(self):
        """Whether there is no usable signal now: NaN, a flat line, a rail, or not enough of it yet."""
        return (self.is_learning or self.bad_run > self.second or self.flat_run > self.second
                or self.told_at < 0 or self.n - self.told_at > 3 * self.second)

    cdef void _begin(self) noexcept nogil:
        memset(self.energy, 0, sizeof(self.energy))
        self.last_beat_s = -1e9
        self.floor = 0.0
        self.foot = -1.0
        self.told_at = self.noise_at = -1
        self.may_foretell = True
        self.look_span = max(1, <int>(0.5 * self.work_rate_hz))
        self._relearn()

    cdef void _lose(self) noexcept nogil:
        self._relearn()
        self.learn_from = self.blank_until

    cdef double _energy(self, double x) noexcept nogil:
        return 0.0

    cdef double _refine(self, long long at, double* amplitude, bint is_final) noexcept nogil:
        return -1.0

    cdef void _orient(self) noexcept nogil:
        pass

    cdef void _relearn(self) noexcept nogil:
        """Start over, but remember for a while how strong the beats were: what is far weaker is noise."""
        self.floor = max(self.floor, FLOOR_SHARE * self.signal_peaks.median)
        self.is_learning = True
        self.learn_from = self.n
        self.candidate_count = 0
        self.peak = 0.0
        self.valley = self.energy[(self.n - 1) & (RING - 1)]
        self.peak_at = self.n
        self.is_rising = False
        self.is_foretold = False
        memset(&self.signal_peaks, 0, sizeof(Recent))
        memset(&self.noise_peaks, 0, sizeof(Recent))
        memset(&self.valleys, 0, sizeof(Recent))
        memset(&self.intervals, 0, sizeof(Recent))
        self.last_at = -1
        self.patience = 4 * self.second
        self.last_height = 0.0
        self.runner_up.height = 0.0

    cdef void _follow(self, double x, bint is_usable) noexcept nogil:
        cdef double f = self._energy(x)
        self.energy[self.n & (RING - 1)] = f
        if is_usable:
            hunt(self, f)
        elif self.bad_run == 0:
            # Just after a gap: what the filters do now is no peak.
            self.peak = self.valley = 0.0
        if self.is_learning:
            # Looked at again twice a second until it is convincing.
            if (self.n - self.learn_from >= self.learn_span
                    and (self.n - self.learn_from - self.learn_span) % self.look_span == 0):
                self._orient()
                self._learn()
        elif self.n - self.last_at > self.patience:
            self._overdue()

    cdef void _hunt(self, double f) noexcept nogil:
        hunt(self, f)

    cdef double _threshold(self) noexcept nogil:
        cdef double noise = self.noise_peaks.median
        return noise + self.threshold_share * (self.signal_peaks.median - noise)

    cdef double _contrast(self) noexcept nogil:
        """How far the beats stand out of the noise, 0..1."""
        if self.signal_peaks.seen == 0 or self.signal_peaks.median <= 0.0:
            return 0.0
        return max(0.0, 1.0 - self.noise_peaks.median / self.signal_peaks.median)

    cdef void _candidate(self, double height, long long at) noexcept nogil:
        cdef long long since = at - self.last_at
        cdef bint is_first = self.last_at < 0
        if self.is_learning:
            if self.candidate_count < WAITING:
                self.candidates[self.candidate_count].height = height
                self.candidates[self.candidate_count].at = at
                self.candidate_count += 1
            return
        if not is_first and since < self.refractory_span:
            return
        if height > self._line(height, at) and (
                is_first or since >= self.echo_span or height >= self.echo_ratio * self.last_height):
            self._beat(height, at)
            return
        self._noise(height, at)
        if height > self.runner_up.height and (is_first or since >= self.echo_span):
            self.runner_up.height = height
            self.runner_up.at = at

    cdef double _line(self, double height, long long at) noexcept nogil:
        """What this candidate must rise above to be a beat."""
        return self._threshold()

    cdef void _noise(self, double height, long long at) noexcept nogil:
        recall(&self.noise_peaks, height)
        self.noise_at = self.n

    cdef void _beat(self, double height, long long at) noexcept nogil:
        if self.last_at >= 0:
            recall(&self.intervals, at - self.last_at)
            self.patience = <int>min(self.overdue_ratio * self.intervals.median, 4.0 * self.second)
        recall(&self.signal_peaks, height)
        self.last_at = at
        self.last_height = height
        self.runner_up.height = 0.0
        self._emit(height, at, True)

    cdef void _overdue(self) noexcept nogil:
        """Search back for a beat that should have come; start over when none has come for long."""
        cdef long long since = self.n - self.last_at
        if (self.intervals.seen and self.runner_up.height > 0.0
                and self.runner_up.height > self.overdue_share * self._threshold()):
            self._beat(self.runner_up.height, self.runner_up.at)
        elif since > 4 * self.second and self.n - self.learn_from > 4 * self.second:
            self._relearn()

    cdef void _learn(self) noexcept nogil:
        """Set the first line from what the learning span held, then judge what was seen in it."""
        cdef int i
        cdef double top = 0.0
        for i in range(self.candidate_count):
            top = max(top, self.candidates[i].height)
        if top <= self.floor or top <= ROUNDING * fabs(self.last_value):
            self.floor *= 0.5
            self._relearn()
            return
        if not self._may_be_heart(top):
            # Look at more of it, and after three spans at new signal only.
            if self.n - self.learn_from > 3 * self.learn_span or self.candidate_count >= WAITING // 2:
                self.floor *= 0.5
                self._relearn()
            return
        self.is_learning = False
        self.floor = 0.0
        self.signal_peaks.median = top
        for i in range(self.candidate_count):
            self._candidate(self.candidates[i].height, self.candidates[i].at)
        self.candidate_count = 0

    cdef bint _may_be_heart(self, double top) noexcept nogil:
        """Whether what the learning span held, `top` its highest peak, can be heartbeats."""
        return may_be_heart(self.candidates, self.candidate_count, top, self.valleys.median,
                            self.least_contrast)

    cdef bint _is_noise(self) noexcept nogil:
        """Whether what beats here now is no heart: peaks like any others, or a row without order."""
        cdef bint is_alone = self.noise_peaks.seen < 4 or self.n - self.noise_at > 10 * self.work_rate_hz
        if not is_alone and self._contrast() < self.least_contrast:
            return True
        # With no lesser peaks to compare with, only deep valleys or an even row speak for a heart.
        if is_alone and is_shallow(self.valleys.median, self.signal_peaks.median):
            return self.intervals.seen >= 4 and not is_orderly(&self.intervals)
        return self.intervals.seen >= MEMORY and regularity(&self.intervals) < self.least_regularity

    cdef double _quality(self) noexcept nogil:
        return max(0.0, min(1.0, (self._contrast() - self.least_contrast) / (0.85 - self.least_contrast)))

    cdef void _emit(self, double height, long long at, bint is_confirmed) noexcept nogil:
        cdef double amplitude = 0.0
        cdef double place = self._refine(at, &amplitude, is_confirmed)
        cdef double time_s = self._time_s(place)
        if self._is_noise() or amplitude <= ROUNDING * fabs(self.last_value):
            return
        if place < 0.0 or time_s < self.last_beat_s + 0.15 or self.found_count >= PENDING:
            return
        self._tell(time_s, CONFIRMED if is_confirmed else PROVISIONAL, amplitude)
        if is_confirmed:
            self.last_beat_s = time_s
            self.told_at = self.n
            if self.foot >= 0.0 and self.found_count < PENDING:
                self._tell(self._time_s(self.foot), FOOT, amplitude)

    cdef double _time_s(self, double place) noexcept nogil:
        return ((place + 0.5) * self.decimation - 0.5) / self.rate_hz

    cdef void _tell(self, double time_s, int kind, double amplitude) noexcept nogil:
        cdef Found* one = &self.found[self.found_count]
        one.time_s = time_s
        one.found_s = (self.given - 1) / self.rate_hz
        one.quality = self._quality()
        one.amplitude = amplitude
        one.kind = kind
        self.found_count += 1
