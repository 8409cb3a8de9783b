# cython: boundscheck=False, wraparound=False, cdivision=True
"""A hunt that keeps its head in noise.

The hum, the running median of the energy, says how much of it is always there: next to nothing between clean
beats, a fifth of a beat's height and more when electrodes move. Above a limit it is stormy: no peak is then
believed at once, but those of the last second or so are weighed against each other by their height, their
likeness to known beats and the rhythm (`_jury.pxd`), so a confirmed beat comes about one interval late.
When it calms down, beats are told at once again. What is usual of a heart is learnt from beats that look like
its others only, or noise would soon be the usual.
"""

from libc.math cimport fabs, log
from libc.string cimport memset

from cext.beats._jury cimport BENCH, dismiss, hear, swear, verdict
from cext.beats._recent cimport MEMORY, recall
from cext.beats._shapes cimport SHAPES, Likeness, learn_shape, likeness
from cext.beats.hunter cimport RING, BeatHunter

# A storm ends at this share of the hum it began at; an unsteady rhythm helps a jury less.
cdef double STORM_ENDS = 0.7
cdef double UNREST_HELPS_LESS = 2.0
# So much hum with beats so little alike is no heart, and so little rest between first peaks is none either:
# the share of the learning span that must lie below so many tenths of the highest.
cdef double DROWNED = 0.5
cdef double ALIKE = 0.8
cdef double LEAST_REST = 0.2
cdef int REST_TENTHS = 4
# A lead has a hum of its own (P and T waves), its quietest of late but never more than MOST_OWN. POOR_HUM
# beyond that makes the index one half; beats that the second energy never sees take a share of it.
cdef double MOST_OWN = 0.1
cdef double POOR_HUM = 0.07
cdef double DISSENT_COSTS = 0.4
# How fast the hum may move, usual heights a second.
cdef double HUM_PACE = 0.25
# From which likeness a beat belongs to a shape.
cdef double SAME = 0.8
# What a beat must score to be worth its place in a row, and how much a high one may count.
cdef double WORTH = 0.35
cdef double MOST_HEIGHT = 1.5
# What a step out of rhythm costs, and from which departure (a logarithm; more for an unsteady heart) it does.
cdef double PRICE = 0.4
cdef double WIDTH = 0.5
cdef double WIDTH_OF_UNREST = 4.0
# How like two neighbouring beats must be for their interval to be the heart's own.
cdef double OWN = 0.95
# A candidate like a known beat needs less height, an unlike one more: how much, around which likeness.
cdef double LIKENESS_COUNTS = 0.5
cdef double LIKENESS_MIDDLE = 0.85
cdef double LIKENESS_MOST = 0.15


cdef class StormHunter(BeatHunter):
    """The hunt with a jury for noisy times; a subclass says how like a known beat a candidate is."""

    cdef void _begin(self) noexcept nogil:
        cdef int i
        self.calm_fall_share = self.fall_share
        self.calm_fall_span = self.fall_span
        self.storm_fall_span = <int>(0.06 * self.work_rate_hz)
        self.is_stormy = False
        self.looked_at = -1
        memset(self.wave, 0, sizeof(self.wave))
        for i in range(SHAPES):
            self.shapes.shape[i].weight = 0.0
        BeatHunter._begin(self)

    cdef void _relearn(self) noexcept nogil:
        self._calm()
        self.hum = self.hum_step = self.usual_height = self.unrest = 0.0
        self.own_hum = MOST_OWN
        self.like = self.beat_like = self.like_before = 0.0
        # Until beats are known to be alike, much hum is taken for noise.
        self.alike = 0.95 * ALIKE
        self.agreement = 1.0
        memset(&self.jury, 0, sizeof(self.jury))
        memset(&self.habit, 0, sizeof(self.habit))
        BeatHunter._relearn(self)

    cdef long long _first(self, long long at) noexcept nogil:
        """Where in `wave` the shape of the candidate here begins."""
        return at

    cdef double _likeness(self, long long at) noexcept nogil:
        """How like a known beat the candidate here is, -1..1."""
        self.looked_at = at
        self.looked = likeness(&self.shapes, self.wave, RING - 1, self._first(at))
        return self.looked.best

    cdef void _know(self, long long at) noexcept nogil:
        """Learn from a beat; leaves its likeness to the known ones in `like`."""
        cdef long long first = self._first(at)
        cdef Likeness found
        cdef int i, least = 0
        # Mostly this is the candidate just looked at.
        self.like = self.looked.best if at == self.looked_at else self._likeness(at)
        found = self.looked
        self.looked_at = -1
        for i in range(SHAPES):
            self.shapes.shape[i].weight *= 0.98
            if self.shapes.shape[i].weight < self.shapes.shape[least].weight:
                least = i
        if found.best > SAME:
            learn_shape(&self.shapes.shape[found.which], self.shapes.span, self.wave, RING - 1,
                        first + found.lag, 0.1)
            self.shapes.shape[found.which].weight += 1.0
        elif not self.is_stormy:
            learn_shape(&self.shapes.shape[least], self.shapes.span, self.wave, RING - 1, first, 1.0)
            self.shapes.shape[least].weight = 1.0

    cdef bint _is_agreed(self, long long at) noexcept nogil:
        """Whether a second energy sees this beat too."""
        return True

    cdef void _tune(self, double level) noexcept nogil:
        """Suit the energy to this much hum."""

    cdef void _candidate(self, double height, long long at) noexcept nogil:
        self.like = 0.0
        if self.is_stormy and not self.is_learning:
            self._judge(height, at)
        else:
            BeatHunter._candidate(self, height, at)

    cdef double _line(self, double height, long long at) noexcept nogil:
        cdef double noise = self.noise_peaks.median, reach = self.signal_peaks.median - noise
        cdef double line = noise + self.threshold_share * reach
        if self.signal_peaks.seen < MEMORY or not 0.2 * reach < height - noise < 1.5 * reach:
            return line
        self.like = self._likeness(at)
        return line + reach * max(-LIKENESS_MOST, min(LIKENESS_MOST,
                                                      LIKENESS_COUNTS * (LIKENESS_MIDDLE - self.like)))

    cdef void _noise(self, double height, long long at) noexcept nogil:
        BeatHunter._noise(self, height, at)
        self._weigh()

    cdef void _weigh(self) noexcept nogil:
        """Whether the hum is such that no single peak can be believed."""
        cdef double level
        if self.signal_peaks.seen < MEMORY or self.noise_peaks.seen < MEMORY or self.intervals.seen < MEMORY:
            return
        level = self.hum / self.usual_height / (1.0 + UNREST_HELPS_LESS * self.unrest)
        self._tune(level)
        if not self.is_stormy and level > self.storm_level:
            self.is_stormy = True
            self.may_foretell = False
            self.fall_share = 0.75
            self.fall_span = self.storm_fall_span
            swear(&self.jury, self.last_at)
        elif self.is_stormy and level < STORM_ENDS * self.storm_level:
            self._decide(self.n)
            self._calm()

    cdef void _calm(self) noexcept nogil:
        self.is_stormy = False
        self.may_foretell = True
        self.fall_share = self.calm_fall_share
        self.fall_span = self.calm_fall_span
        self.runner_up.height = 0.0

    cdef void _judge(self, double height, long long at) noexcept nogil:
        cdef double score
        self.like = self._likeness(at)
        score = min(MOST_HEIGHT, height / self.usual_height) * max(0.0, self.like) - WORTH
        self.habit.width = max(WIDTH, WIDTH_OF_UNREST * self.unrest)
        self.habit.price = PRICE
        self.habit.nearest = self.refractory_span
        if self.jury.count == BENCH:
            swear(&self.jury, self.jury.bench[0].at)
        hear(&self.jury, height, score, at, &self.habit)
        self._decide(self.n - <long long>self.habit.interval)

    cdef void _decide(self, long long until) noexcept nogil:
        """Tell the beats of the best row up to a moment."""
        cdef int one, i
        while self.is_stormy:
            one = verdict(&self.jury)
            if one == 0 or self.jury.bench[one].at > until:
                break
            for i in range(1, one):
                recall(&self.noise_peaks, self.jury.bench[i].height)
                self.noise_at = self.n
            self._beat(self.jury.bench[one].height, self.jury.bench[one].at)
            dismiss(&self.jury, one, &self.habit)
            if until < self.n:
                self._weigh()
        if self.is_stormy and self.n - self.told_at > 4 * self.second:
            # Whatever it was following, it is lost.
            self._relearn()

    cdef void _beat(self, double height, long long at) noexcept nogil:
        self.like_before = self.beat_like
        self._know(at)
        self.beat_like = self.like
        if self.like > -1.0:
            self.alike += 0.1 * (self.like - self.alike)
        self.agreement += 0.1 * (self._is_agreed(at) - self.agreement)
        BeatHunter._beat(self, height, at)
        self._remember(height)

    cdef void _remember(self, double height) noexcept nogil:
        """Bring up to date what is usual."""
        cdef double ratio, departure
        if self.intervals.seen < 4 or self.usual_height == 0.0:
            self.usual_height = self.signal_peaks.median
            self.habit.interval = self.intervals.median
            self.unrest = 0.05
        else:
            ratio = self.intervals.values[(self.intervals.seen - 1) % MEMORY] / self.habit.interval
            departure = min(0.5, fabs(log(ratio)))
            if self.beat_like > OWN and self.like_before > OWN:
                self.unrest += (0.01 if self.is_stormy else 0.05) * (departure - self.unrest)
                if not self.is_stormy:
                    self.habit.interval *= 1.0 + 0.05 * (max(0.5, min(2.0, ratio)) - 1.0)
            if self.is_stormy:
                if 0.7 < ratio < 1.4:
                    self.habit.interval *= 1.0 + 0.1 * (ratio - 1.0)
                if self.beat_like > 0.7:
                    self.usual_height *= 1.0 + 0.05 * max(-0.3, min(0.3, height / self.usual_height - 1.0))
            else:
                self.usual_height += 0.1 * (self.signal_peaks.median - self.usual_height)
        departure = min(MOST_OWN, self.hum / self.usual_height) - self.own_hum
        self.own_hum += (0.05 if departure < 0.0 else 0.002) * departure
        self.hum_step = HUM_PACE * self.usual_height / self.work_rate_hz

    cdef void _overdue(self) noexcept nogil:
        if not self.is_stormy:
            BeatHunter._overdue(self)
        elif self.n - self.last_at > 4 * self.second:
            self._relearn()

    cdef double _quality(self) noexcept nogil:
        """Little hum, beats alike, and two energies of one mind."""
        cdef double hum
        if self.usual_height <= 0.0:
            return BeatHunter._quality(self)
        hum = max(0.0, self.hum / self.usual_height - self.own_hum) / POOR_HUM
        return (max(0.0, min(1.0, (self.alike - 0.5) / 0.4)) * (1.0 - DISSENT_COSTS * (1.0 - self.agreement))
                / (1.0 + hum * hum * hum))

    cdef bint _may_be_heart(self, double top) noexcept nogil:
        cdef long long i, first = max(self.learn_from + self.second // 2, self.n - RING + 1)
        cdef int[10] below
        cdef int k
        cdef double share
        memset(below, 0, sizeof(below))
        for i in range(first, self.n):
            share = self.energy[i & (RING - 1)] / top
            # Not below 0.9 may be not a number: the sum of what is too large for one.
            below[<int>(10.0 * share) if 0.0 <= share < 0.9 else 9] += 1
        for k in range(1, 10):
            below[k] += below[k - 1]
        # A first idea of the hum, to a tenth.
        k = 0
        while k < 9 and 2 * below[k] < self.n - first:
            k += 1
        self.hum = 0.1 * k * top
        return below[REST_TENTHS - 1] > LEAST_REST * (self.n - first) and BeatHunter._may_be_heart(self, top)

    cdef bint _is_noise(self) noexcept nogil:
        cdef double height = self.usual_height if self.usual_height > 0.0 else self.signal_peaks.median
        if self.hum > DROWNED * height and self.alike < ALIKE:
            return True
        return not self.is_stormy and BeatHunter._is_noise(self)
