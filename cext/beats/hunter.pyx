# cython: boundscheck=False, wraparound=False, cdivision=True
"""The hunt both beat detectors share: peaks of an energy are beats when they rise above an adaptive line.

The energy (a subclass's idea of "something beats here") is followed sample by sample. A peak counts as
over when the energy has fallen or not grown for a while. Its height is then held against a line
between the medians of the last eight signal and the last eight noise peaks, after Hamilton (Computers
in Cardiology 2002, 101) and Pan and Tompkins (IEEE Trans Biomed Eng 32 (1985) 230): a refractory span,
an echo test for T waves, a search back for the best runner-up when a beat is overdue.

Invariant: nothing depends on how the samples were cut into chunks; all state is per sample.
"""

from libc.math cimport fabs, isfinite
from libc.string cimport memset

from cext.beats._recent cimport MEMORY, Recent, is_orderly, is_shallow, may_be_heart, recall, regularity

import numpy as np

from cext.beats.events import Event

# The energy must grow by this much out of a valley before it can be a peak: a steady hum never does.
cdef double RISE = 1.05
# After a silence a peak below this share of the beats before it is not taken for a heart at once.
cdef double FLOOR_SHARE = 0.1
# Filters leave this much of a constant behind; nothing smaller is a signal.
cdef double ROUNDING = 1e-9


cdef class BeatHunter:
    """The shared half of a detector; a subclass gives the filters, the energy and the fine timing."""

    def reset(self):
        """Forget everything; the next sample is at 0 s again."""
        memset(self.raw, 0, sizeof(self.raw))
        memset(self.energy, 0, sizeof(self.energy))
        self.given = self.n = 0
        self.held = 0
        self.held_sum = 0.0
        self.is_held_bad = False
        self.last_value = 0.0
        self.bad_run = self.flat_run = self.blank_until = 0
        self.found_count = 0
        self.last_beat_s = -1e9
        self.floor = 0.0
        self.told_at = self.noise_at = -1
        self._design()
        self.look_span = max(1, <int>(0.5 * self.work_rate_hz))
        self._relearn()

    @property
    def latency_s(self):
        """Typical time from the peak of a beat to its confirmed event."""
        return self.latency

    @property
    def quality(self):
        """How far the signal can be trusted now, 0..1."""
        return 0.0 if self.is_lost else self._quality()

    @property
    def is_lost(self):
        """Whether there is no usable signal now: NaN, a flat line, a rail, or not enough of it yet."""
        cdef long long second = <long long>self.work_rate_hz
        return (self.is_learning or self.bad_run > second or self.flat_run > second
                or self.told_at < 0 or self.n - self.told_at > 3 * second)

    def feed(self, values):
        """Take the next samples (any number, NaN for a lost one) and return what was found in them."""
        cdef const double[::1] x = np.ascontiguousarray(values, dtype=np.float64).reshape(-1)
        cdef Py_ssize_t i = 0, count = x.shape[0]
        cdef list events = []
        while i < count:
            with nogil:
                # Learning may hand out half a queue at once; leave room for it.
                while i < count and self.found_count < PENDING // 2:
                    self._take(x[i])
                    i += 1
            self._hand_out(events)
        return events

    cdef void _hand_out(self, list events):
        cdef int i
        cdef Found* one
        for i in range(self.found_count):
            one = &self.found[i]
            events.append(Event(one.time_s, one.found_s, "confirmed" if one.is_confirmed else "provisional",
                                one.quality, one.amplitude))
        self.found_count = 0

    cdef void _design(self) noexcept nogil:
        pass

    cdef void _settle(self, double x) noexcept nogil:
        pass

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
        self.valley = self.energy[(self.n - 1 + RING) % RING]
        self.peak_at = self.n
        self.is_rising = False
        self.is_foretold = False
        memset(&self.signal_peaks, 0, sizeof(Recent))
        memset(&self.noise_peaks, 0, sizeof(Recent))
        memset(&self.valleys, 0, sizeof(Recent))
        memset(&self.intervals, 0, sizeof(Recent))
        self.last_at = -1
        self.last_height = 0.0
        self.runner_up.height = 0.0

    cdef void _take(self, double x) noexcept nogil:
        self.given += 1
        if isfinite(x):
            self.held_sum += x
        else:
            self.is_held_bad = True
        self.held += 1
        if self.held == self.decimation:
            self._work(self.held_sum / self.decimation, not self.is_held_bad)
            self.held = 0
            self.held_sum = 0.0
            self.is_held_bad = False

    cdef void _work(self, double x, bint is_good) noexcept nogil:
        """One sample at the work rate: mind the gaps, follow the energy, decide."""
        cdef double f
        cdef double second = self.work_rate_hz
        if not is_good:
            self.bad_run += 1
            x = self.last_value
        else:
            if (self.n == 0 or self.bad_run > 0.2 * second
                    or (self.flat_run > second and x != self.last_value)):
                # After a gap or a flat line the first sample is a step, not a beat.
                self._settle(x)
                self.blank_until = self.n + (self.settle_span if self.n else 0)
                self.peak = self.valley = 0.0
                if self.bad_run > 4 * second or self.flat_run > 4 * second:
                    self._relearn()
                    self.learn_from = self.blank_until
            self.bad_run = 0
            self.flat_run = self.flat_run + 1 if x == self.last_value else 0
            self.last_value = x
        self.raw[self.n % RING] = x
        f = self._energy(x)
        self.energy[self.n % RING] = f
        if self.n >= self.blank_until and self.bad_run == 0:
            self._hunt(f)
        if self.is_learning:
            # Looked at again twice a second until it is convincing.
            if (self.n - self.learn_from >= self.learn_span
                    and (self.n - self.learn_from - self.learn_span) % self.look_span == 0):
                self._orient()
                self._learn()
        else:
            self._overdue()
        self.n += 1

    cdef void _hunt(self, double f) noexcept nogil:
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
            if (not self.is_learning and not self.is_foretold and f > self._threshold()
                    and (self.last_at < 0 or self.n - self.last_at > self.echo_span)):
                self.is_foretold = True
                self._emit(f, self.n, False)
        elif f < self.fall_share * self.peak or self.n - self.peak_at > self.fall_span:
            self.is_rising = False
            self.valley = f
            self.is_foretold = False
            self._candidate(self.peak, self.peak_at)

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
            if self.candidate_count < PENDING:
                self.candidates[self.candidate_count].height = height
                self.candidates[self.candidate_count].at = at
                self.candidate_count += 1
            return
        if not is_first and since < self.refractory_span:
            return
        if height > self._threshold() and (
                is_first or since >= self.echo_span or height >= self.echo_ratio * self.last_height):
            self._beat(height, at)
            return
        recall(&self.noise_peaks, height)
        self.noise_at = self.n
        if height > self.runner_up.height and (is_first or since >= self.echo_span):
            self.runner_up.height = height
            self.runner_up.at = at

    cdef void _beat(self, double height, long long at) noexcept nogil:
        if self.last_at >= 0:
            recall(&self.intervals, at - self.last_at)
        recall(&self.signal_peaks, height)
        self.last_at = at
        self.last_height = height
        self.runner_up.height = 0.0
        self._emit(height, at, True)

    cdef void _overdue(self) noexcept nogil:
        """Search back for a beat that should have come; start over when none has come for long."""
        cdef long long since = self.n - self.last_at
        if (self.intervals.seen and self.runner_up.height > 0.0
                and since > self.overdue_ratio * self.intervals.median
                and self.runner_up.height > self.overdue_share * self._threshold()):
            self._beat(self.runner_up.height, self.runner_up.at)
        elif since > 4 * self.work_rate_hz and self.n - self.learn_from > 4 * self.work_rate_hz:
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
        if not may_be_heart(self.candidates, self.candidate_count, top, self.valleys.median,
                            self.least_contrast):
            # Look at more of it, and after three spans at new signal only.
            if self.n - self.learn_from > 3 * self.learn_span or self.candidate_count >= PENDING // 2:
                self.floor *= 0.5
                self._relearn()
            return
        self.is_learning = False
        self.floor = 0.0
        self.signal_peaks.median = top
        for i in range(self.candidate_count):
            self._candidate(self.candidates[i].height, self.candidates[i].at)
        self.candidate_count = 0

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
        cdef double time_s = ((place + 0.5) * self.decimation - 0.5) / self.rate_hz
        cdef Found* one
        if self._is_noise() or amplitude <= ROUNDING * fabs(self.last_value):
            return
        if place < 0.0 or time_s < self.last_beat_s + 0.15 or self.found_count >= PENDING:
            return
        if is_confirmed:
            self.last_beat_s = time_s
            self.told_at = self.n
        one = &self.found[self.found_count]
        one.time_s = time_s
        one.found_s = (self.given - 1) / self.rate_hz
        one.quality = self._quality()
        one.amplitude = amplitude
        one.is_confirmed = is_confirmed
        self.found_count += 1
