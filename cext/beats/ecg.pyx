# cython: boundscheck=False, wraparound=False, cdivision=True
"""Streaming R-wave detector for one ECG lead.

Energy: rectified slopes of two bands, each a moving mean. The low one, 7-15 Hz over 140 ms (Pan and
Tompkins 1985; Hamilton 2002), has the most of every QRS, also of a broad ectopic one; the high one, 18-40 Hz
over 100 ms (near the third detail of the wavelets of Kalidas and Tamil 2017), has the least of what moving
electrodes make. The more of the hum is in the low band and not in the high one, the more the high one counts.
The hunt is in `hunter.pyx`, what changes in noise in `storm.pyx`. The R wave itself is then sought in the
signal, because the peak of an energy is far too blunt for heart-rate variability (`_mark.pxd`).
"""

from libc.math cimport fabs
from libc.string cimport memset

from cext.beats._filters cimport Section, highpass, lowpass, settle, step
from cext.beats._mark cimport (
    Portrait, Way, climb, foresee, is_downward, nearness, remember_lag, smooth, summit)
from cext.beats._shapes cimport SHAPE_SPAN, Shapes, learn_shape, likeness
from cext.beats.hunter cimport RING
from cext.beats.intake cimport FINE
from cext.beats.storm cimport StormHunter

cdef double LOW_FROM_HZ = 7.0
cdef double LOW_TO_HZ = 15.0
cdef double LOW_WINDOW_MS = 140.0
cdef double HIGH_FROM_HZ = 18.0
cdef double HIGH_TO_HZ = 40.0
cdef double HIGH_WINDOW_MS = 100.0
# The share of the high band, in calm and at most, and how it follows the hum of the two.
cdef double LEAST_HIGH = 0.23
cdef double MOST_HIGH = 0.7
cdef double HIGH_PER_HUM = 6.0
cdef double HIGH_HUM_COUNTS = 0.6
cdef double HUM_BEFORE_HIGH = 0.03
# From the R wave to the peak of the energy, and how far around it R may lie.
cdef double DELAY_MS = 120.0
cdef double AROUND_MS = 70.0
# Shapes, the portrait, how far they are moved to fit, and how far from the portrait's mark a summit may be.
cdef double SHAPE_MS = 120.0
cdef double SHAPE_SLACK_MS = 15.0
cdef double PORTRAIT_MS = 160.0
cdef double PORTRAIT_SLACK_MS = 45.0
cdef double NEAR_MS = 10.0
# Each like the one before it turned over and as high: the edges of a square wave, the slopes of a sine, no
# heart. From which likeness, to which difference of heights, and how often less how often not.
cdef double TURNED = 0.9
cdef double AS_HIGH = 0.2
cdef int TURNS = 4


cdef class EcgDetector(StormHunter):
    """Finds R waves sample by sample, whichever way up they point.

    rate_hz: 50 to 4,000; from 500 Hz on neighbouring samples are averaged first. Raises ValueError.
    """

    cdef Section low_high, low_low, high_high, high_low
    cdef double[RING] low_slope, high_slope
    cdef double last_low, last_high, low_sum, high_sum, low_weight, high_weight
    cdef double last_energy, usual_high, high_hum, high_hum_step
    cdef Shapes last_shape
    cdef int turns
    cdef Portrait portrait
    cdef Way way
    cdef int low_window, high_window, delay, around, near

    def __init__(self, double rate_hz):
        if not 50.0 <= rate_hz <= 4000.0:
            raise ValueError(f"an ECG rate of {rate_hz:g} Hz cannot be used; give 50 to 4000 a second")
        self.rate_hz = rate_hz
        self.reset()

    cdef void _design(self) noexcept nogil:
        self.decimation = max(1, <int>(self.rate_hz / 250.0))
        self.fine_rate_hz = self.rate_hz / self.decimation
        self.pairing = 2 if self.fine_rate_hz >= 230.0 else 1
        self.work_rate_hz = self.fine_rate_hz / self.pairing
        cdef double fine_ms = self.fine_rate_hz / 1000.0, ms = self.work_rate_hz / 1000.0
        self.latency = 0.17
        self.threshold_share = 0.5
        self.fall_share = 0.55
        self.echo_ratio = 0.6
        self.overdue_ratio = 1.5
        self.overdue_share = 0.6
        self.least_contrast = 0.4
        self.storm_level = 0.2
        self.least_regularity = 0.0
        self.fall_span = <int>(140 * ms + 0.5)
        self.refractory_span = <int>(200 * ms + 0.5)
        self.echo_span = <int>(360 * ms + 0.5)
        self.settle_span = <int>(300 * ms + 0.5)
        self.learn_span = <int>(2000 * ms + 0.5)
        self.low_window = max(2, <int>(LOW_WINDOW_MS * ms + 0.5))
        self.high_window = max(2, <int>(HIGH_WINDOW_MS * ms + 0.5))
        self.delay = <int>(DELAY_MS * fine_ms + 0.5)
        self.around = <int>(AROUND_MS * fine_ms + 0.5)
        self.near = <int>(NEAR_MS * fine_ms + 0.5)
        highpass(&self.low_high, LOW_FROM_HZ, self.work_rate_hz)
        lowpass(&self.low_low, LOW_TO_HZ, self.work_rate_hz)
        highpass(&self.high_high, HIGH_FROM_HZ, self.work_rate_hz)
        lowpass(&self.high_low, HIGH_TO_HZ, self.work_rate_hz)
        memset(self.low_slope, 0, sizeof(self.low_slope))
        memset(self.high_slope, 0, sizeof(self.high_slope))
        self.last_low = self.last_high = self.low_sum = self.high_sum = 0.0
        memset(&self.last_shape, 0, sizeof(Shapes))
        self.turns = 0
        memset(&self.portrait, 0, sizeof(Portrait))
        memset(&self.way, 0, sizeof(Way))
        self.shapes.span = min(<int>SHAPE_SPAN, <int>(SHAPE_MS * ms + 0.5))
        self.shapes.slack = <int>(SHAPE_SLACK_MS * ms + 0.5)
        self.last_shape.span = self.shapes.span
        self.last_shape.slack = self.shapes.slack
        self.portrait.shapes.span = min(<int>SHAPE_SPAN, <int>(PORTRAIT_MS * ms + 0.5))
        self.portrait.shapes.slack = <int>(PORTRAIT_SLACK_MS * ms + 0.5)

    cdef void _settle(self, double x) noexcept nogil:
        self.last_low = settle(&self.low_low, settle(&self.low_high, x))
        self.last_high = settle(&self.high_low, settle(&self.high_high, x))

    cdef void _relearn(self) noexcept nogil:
        self.low_weight = 1.0 - LEAST_HIGH
        self.high_weight = LEAST_HIGH
        self.usual_high = self.high_hum = self.high_hum_step = 0.0
        StormHunter._relearn(self)

    cdef double _energy(self, double x) noexcept nogil:
        cdef int k, at = self.n & (RING - 1)
        cdef double low = step(&self.low_low, step(&self.low_high, x))
        cdef double high = step(&self.high_low, step(&self.high_high, x))
        cdef double calm
        self.low_slope[at] = fabs(low - self.last_low)
        self.high_slope[at] = fabs(high - self.last_high)
        self.wave[at] = low + high
        self.last_low = low
        self.last_high = high
        if at == 0:
            # Now and then from scratch, so that rounding never piles up.
            self.low_sum = self.high_sum = 0.0
            for k in range(self.low_window):
                self.low_sum += self.low_slope[(RING - k) & (RING - 1)]
            for k in range(self.high_window):
                self.high_sum += self.high_slope[(RING - k) & (RING - 1)]
        else:
            self.low_sum += self.low_slope[at] - self.low_slope[(at - self.low_window) & (RING - 1)]
            self.high_sum += self.high_slope[at] - self.high_slope[(at - self.high_window) & (RING - 1)]
        calm = (1.0 - LEAST_HIGH) * self.low_sum + LEAST_HIGH * self.high_sum
        self.hum += self.hum_step if calm > self.hum else -self.hum_step
        self.high_hum += self.high_hum_step if self.high_sum > self.high_hum else -self.high_hum_step
        return self.low_weight * self.low_sum + self.high_weight * self.high_sum

    cdef bint _is_agreed(self, long long at) noexcept nogil:
        return self._high_at(at) > 0.5 * self.usual_high

    cdef double _high_at(self, long long at) noexcept nogil:
        """The energy of the high band alone."""
        cdef double high = 0.0
        cdef int i
        for i in range(self.high_window):
            high += self.high_slope[(at - i) & (RING - 1)]
        return high

    cdef void _tune(self, double level) noexcept nogil:
        """Share the energy between the bands; beats keep the height they have in calm."""
        cdef double share, low, norm
        if self.usual_high <= 0.0:
            return
        share = level - HIGH_HUM_COUNTS * self.high_hum / self.usual_high - HUM_BEFORE_HIGH
        share = max(LEAST_HIGH, min(MOST_HIGH, LEAST_HIGH + HIGH_PER_HUM * share))
        low = (self.usual_height - LEAST_HIGH * self.usual_high) / (1.0 - LEAST_HIGH)
        norm = (1.0 - share) * max(low, 0.1 * self.usual_height) + share * self.usual_high
        norm = min(2.0, self.usual_height / norm)
        self.low_weight = (1.0 - share) * norm
        self.high_weight = share * norm

    cdef double _centre(self, long long at) noexcept nogil:
        """Where the energy of this beat is centred: a steadier mark than its peak."""
        cdef long long i
        cdef double total = 0.0, moment = 0.0
        for i in range(max(<long long>0, at - self.low_window + 1), at + 1):
            total += self.low_slope[i & (RING - 1)]
            moment += self.low_slope[i & (RING - 1)] * (i - at)
        return at + moment / total if total > 0.0 else at

    cdef long long _first(self, long long at) noexcept nogil:
        return <long long>(self._centre(at) + 0.5) - self.shapes.span // 2

    cdef void _know(self, long long at) noexcept nogil:
        cdef double high
        StormHunter._know(self, at)
        self.turns = max(0, min(2 * TURNS, self.turns + (1 if self._is_turned(at, self._first(at)) else -1)))
        if not self.is_stormy:
            high = self._high_at(at)
            if self.usual_high == 0.0:
                self.usual_high = high
            self.usual_high += 0.1 * (min(2.0 * self.usual_high, high) - self.usual_high)
            self.high_hum_step = 0.25 * self.usual_high / self.work_rate_hz

    cdef bint _is_turned(self, long long at, long long first) noexcept nogil:
        """Whether this is the last beat upside down; remembers it as the last."""
        cdef bint is_turned = likeness(&self.last_shape, self.wave, RING - 1, first).best > TURNED
        cdef double height = self.energy[at & (RING - 1)]
        cdef int i
        is_turned = is_turned and fabs(height - self.last_energy) < AS_HIGH * self.last_energy
        self.last_energy = height
        learn_shape(&self.last_shape.shape[0], self.last_shape.span, self.wave, RING - 1, first, 1.0)
        self.last_shape.shape[0].weight = 1.0
        for i in range(self.last_shape.span):
            self.last_shape.shape[0].values[i] *= -1.0
        return is_turned

    cdef bint _may_be_heart(self, double top) noexcept nogil:
        cdef int i, pairs = -1, turned = 0
        cdef long long at
        for i in range(self.candidate_count):
            if self.candidates[i].height > 0.5 * top:
                pairs += 1
                at = self.candidates[i].at
                turned += self._is_turned(at, self._first(at)) and pairs > 0
        return 2 * turned < max(1, pairs) and StormHunter._may_be_heart(self, top)

    cdef bint _is_noise(self) noexcept nogil:
        return self.turns >= TURNS or StormHunter._is_noise(self)

    cdef double _refine(self, long long at, double* amplitude, bint is_final) noexcept nogil:
        cdef double centre = self._centre(at) * self.pairing + 0.5 * (self.pairing - 1)
        cdef long long i, first, last, best, up_at = -1, down_at = -1
        cdef double base = 0.0, v, up = 0.0, down = 0.0, weight, best_up = 0.0, best_down = 0.0
        cdef bint is_down, is_foreseen
        at *= self.pairing
        first = max(<long long>2, at - self.delay - self.around)
        last = min(self.fine_n - 2, at - self.delay + self.around)
        if last <= first:
            return -1.0
        for i in range(first, last + 1):
            base += self.raw[i & (FINE - 1)]
        base /= last - first + 1
        for i in range(first, last + 1):
            v = smooth(self.raw, i) - base
            up = max(up, v)
            down = max(down, -v)
            # No weight is above 1, so most samples need none.
            if v > best_up:
                weight = nearness(centre - i, self.way.lag_up, self.way.has_up, self.around)
                if weight * v > best_up:
                    best_up = weight * v
                    up_at = i
            elif -v > best_down:
                weight = nearness(centre - i, self.way.lag_down, self.way.has_down, self.around)
                if -weight * v > best_down:
                    best_down = -weight * v
                    down_at = i
        amplitude[0] = up + down
        is_down = is_downward(&self.way, up, down, is_final)
        best = down_at if is_down else up_at
        is_foreseen = is_final and foresee(
            &self.portrait, self.wave, RING - 1,
            <long long>(centre / self.pairing + 0.5) - self.portrait.shapes.span // 2, self.pairing)
        if is_foreseen:
            is_down = self.portrait.points_down
            best = <long long>(self.portrait.first + self.portrait.place + 0.5)
            best = max(<long long>2, min(self.fine_n - 2, best))
        if best < 0:
            return -1.0
        if is_foreseen:
            first = max(first, best - self.near)
            last = min(last, best + self.near)
        best = climb(self.raw, best, -1.0 if is_down else 1.0, first, last)
        if is_final:
            remember_lag(&self.way, is_down, centre - best)
            if not self.portrait.is_placed:
                self.portrait.is_placed = True
                self.portrait.points_down = is_down
                self.portrait.place = best - self.portrait.first
            elif is_foreseen:
                self.portrait.place += 0.1 * (best - self.portrait.first - self.portrait.place)
        return summit(self.raw, best)
