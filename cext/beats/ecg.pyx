# cython: boundscheck=False, wraparound=False, cdivision=True
"""Streaming R-wave detector for one ECG lead.

Energy: band-pass 7-15 Hz, rectified slope, moving mean over 140 ms (Pan and Tompkins 1985; Hamilton 2002);
the hunt is in `hunter.pyx`. The R wave is then searched in the signal itself and refined between
samples, because the peak of the energy is far too blunt for heart-rate variability.

A lead may show R upwards, or S downwards, or both alike. Marking now one and now the other would look like
variability; the way the beats usually point is therefore kept unless one beat clearly differs (an
ectopic one does).
"""

from libc.math cimport fabs
from libc.string cimport memset

from cext.beats._filters cimport Section, highpass, lowpass, settle, step
from cext.beats.hunter cimport RING, BeatHunter

cdef double BAND_LOW_HZ = 7.0
cdef double BAND_HIGH_HZ = 15.0
cdef double WINDOW_MS = 140.0
# From the R wave to the peak of the energy, and how far around it R may lie.
cdef double DELAY_MS = 120.0
cdef double AROUND_MS = 70.0
# How much larger the other way must be than it usually is to be the beat after all.
cdef double UNLIKE = 1.6
cdef double TURNED = 1.3
# How much of its height a summit far from the usual place loses in the choice.
cdef double FAVOUR = 0.3


cdef class EcgDetector(BeatHunter):
    """Finds R waves sample by sample, whichever way up they point.

    rate_hz: 50 to 4,000; from 500 Hz on neighbouring samples are averaged first. Raises ValueError.
    """

    cdef Section high, low
    cdef double[RING] slope
    cdef double last_band, slope_sum, usual_up, usual_down, lag_up, lag_down
    cdef int window, delay, around
    cdef bint points_down, has_up, has_down

    def __init__(self, double rate_hz):
        if not 50.0 <= rate_hz <= 4000.0:
            raise ValueError(f"an ECG rate of {rate_hz:g} Hz cannot be used; give 50 to 4000 a second")
        self.rate_hz = rate_hz
        self.reset()

    cdef void _design(self) noexcept nogil:
        self.decimation = max(1, <int>(self.rate_hz / 250.0))
        self.work_rate_hz = self.rate_hz / self.decimation
        cdef double ms = self.work_rate_hz / 1000.0
        self.latency = 0.17
        self.threshold_share = 0.5
        self.fall_share = 0.55
        self.echo_ratio = 0.6
        self.overdue_ratio = 1.5
        self.overdue_share = 0.6
        self.window = max(2, <int>(WINDOW_MS * ms + 0.5))
        self.least_contrast = 0.4
        self.least_regularity = 0.0
        self.fall_span = <int>(140 * ms + 0.5)
        self.refractory_span = <int>(200 * ms + 0.5)
        self.echo_span = <int>(360 * ms + 0.5)
        self.settle_span = <int>(300 * ms + 0.5)
        self.learn_span = <int>(2000 * ms + 0.5)
        self.delay = <int>(DELAY_MS * ms + 0.5)
        self.around = <int>(AROUND_MS * ms + 0.5)
        highpass(&self.high, BAND_LOW_HZ, self.work_rate_hz)
        lowpass(&self.low, BAND_HIGH_HZ, self.work_rate_hz)
        memset(self.slope, 0, sizeof(self.slope))
        self.last_band = self.slope_sum = 0.0
        self.usual_up = self.usual_down = 0.0
        self.points_down = self.has_up = self.has_down = False
        self.lag_up = self.lag_down = 0.0

    cdef void _settle(self, double x) noexcept nogil:
        self.last_band = settle(&self.low, settle(&self.high, x))

    cdef double _energy(self, double x) noexcept nogil:
        cdef int k
        cdef double band = step(&self.low, step(&self.high, x))
        self.slope[self.n % RING] = fabs(band - self.last_band)
        self.last_band = band
        if self.n % RING == 0:
            # Now and then from scratch, so that rounding never piles up.
            self.slope_sum = 0.0
            for k in range(self.window):
                self.slope_sum += self.slope[(RING - k) % RING]
        else:
            self.slope_sum += self.slope[self.n % RING] - self.slope[(self.n - self.window + RING) % RING]
        return self.slope_sum / self.window

    cdef double _smooth(self, long long i) noexcept nogil:
        return 0.25 * (self.raw[(i - 1) % RING] + 2.0 * self.raw[i % RING] + self.raw[(i + 1) % RING])

    cdef double _refine(self, long long at, double* amplitude, bint is_final) noexcept nogil:
        cdef long long i, first, last, best, up_at = -1, down_at = -1
        cdef double base = 0.0, v, up = 0.0, down = 0.0, before, after, bend
        cdef double centre = self._centre(at), weight, best_up = 0.0, best_down = 0.0
        cdef bint is_down
        cdef double sign
        first = max(<long long>2, at - self.delay - self.around)
        last = min(self.n - 2, at - self.delay + self.around)
        if last <= first:
            return -1.0
        for i in range(first, last + 1):
            base += self.raw[i % RING]
        base /= last - first + 1
        for i in range(first, last + 1):
            v = self._smooth(i) - base
            up = max(up, v)
            down = max(down, -v)
            weight = self._nearness(centre - i, self.lag_up, self.has_up)
            if weight * v > best_up:
                best_up = weight * v
                up_at = i
            weight = self._nearness(centre - i, self.lag_down, self.has_down)
            if -weight * v > best_down:
                best_down = -weight * v
                down_at = i
        is_down = self._is_downward(up, down, is_final)
        best = down_at if is_down else up_at
        if best < 0:
            return -1.0
        # The weight may have moved the summit by a sample or two: climb the rest of the way.
        sign = -1.0 if is_down else 1.0
        while best < last and sign * self._smooth(best + 1) > sign * self._smooth(best):
            best += 1
        while best > first and sign * self._smooth(best - 1) > sign * self._smooth(best):
            best -= 1
        if is_final and is_down:
            self.lag_down += (0.1 if self.has_down else 1.0) * (centre - best - self.lag_down)
            self.has_down = True
        elif is_final:
            self.lag_up += (0.1 if self.has_up else 1.0) * (centre - best - self.lag_up)
            self.has_up = True
        amplitude[0] = up + down
        before = self._smooth(best - 1)
        after = self._smooth(best + 1)
        bend = before - 2.0 * self._smooth(best) + after
        if bend == 0.0 or fabs(before - after) > 2.0 * fabs(bend):
            return best
        return best + 0.5 * (before - after) / bend

    cdef double _centre(self, long long at) noexcept nogil:
        """Where the energy of this beat is centred: a steadier mark than its peak."""
        cdef long long i
        cdef double total = 0.0, moment = 0.0
        for i in range(max(<long long>0, at - self.window + 1), at + 1):
            total += self.slope[i % RING]
            moment += self.slope[i % RING] * (i - at)
        return at + moment / total if total > 0.0 else at

    cdef double _nearness(self, double lag, double usual, bint is_known) noexcept nogil:
        """Favour the place where R usually lies, so that twin summits are not marked in turn."""
        return 1.0 - FAVOUR * min(1.0, fabs(lag - usual) / self.around * 2.0) if is_known else 1.0

    cdef bint _is_downward(self, double up, double down, bint is_final) noexcept nogil:
        """Whether this beat is marked at its lowest point."""
        if is_final:
            if self.usual_up == 0.0 and self.usual_down == 0.0:
                self.usual_up = up
                self.usual_down = down
            self.usual_up += 0.1 * (up - self.usual_up)
            self.usual_down += 0.1 * (down - self.usual_down)
            if self.points_down:
                self.points_down = self.usual_up <= TURNED * self.usual_down
            else:
                self.points_down = self.usual_down > TURNED * self.usual_up
        if self.points_down:
            return not (up > down and up * self.usual_down > UNLIKE * down * self.usual_up)
        return down > up and down * self.usual_up > UNLIKE * up * self.usual_down
