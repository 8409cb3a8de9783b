# cython: boundscheck=False, wraparound=False, cdivision=True
"""Streaming R-wave detector for one ECG lead.

Energy: band-pass 8-20 Hz, rectified slope, moving mean over 150 ms (Pan and Tompkins 1985; Hamilton 2002);
the hunt is in `hunter.pyx`. The R wave is then searched in the signal itself and refined between
samples, because the peak of the energy is far too blunt for heart-rate variability.
"""

from libc.math cimport fabs
from libc.string cimport memset

from cext.beats._filters cimport Section, highpass, lowpass, settle, step
from cext.beats.hunter cimport RING, BeatHunter

DEF_TUNING = {}


cdef class EcgDetector(BeatHunter):
    """Finds R waves sample by sample, whichever way up they point.

    rate_hz: 50 to 4,000; above 500 Hz neighbouring samples are averaged first. Raises ValueError.
    """

    cdef Section high, low
    cdef double[RING] slope
    cdef double last_band, slope_sum, up, down
    cdef int window, delay, half
    cdef public double win_ms, lo, hi, refr_ms, fall_ms, delay_ms, learn_s, c, fs, tr, br, bs

    def __init__(self, double rate_hz, **tuning):
        if not 50.0 <= rate_hz <= 4000.0:
            raise ValueError(f"an ECG rate of {rate_hz:g} Hz cannot be used; give 50 to 4000 samples a second")
        self.rate_hz = rate_hz
        self.c = 0.5
        self.tr = 0.6
        self.br = 1.5
        self.bs = 0.5
        self.fs = 0.5
        self.fall_ms = 120
        self.win_ms = 150
        self.lo = 8
        self.hi = 20
        self.refr_ms = 200
        self.delay_ms = 105
        self.learn_s = 2
        for k, v in tuning.items():
            setattr(self, k, v)
        self.reset()

    cdef void _design(self) noexcept nogil:
        self.decimation = max(1, <int>(self.rate_hz / 250.0))
        self.work_rate_hz = self.rate_hz / self.decimation
        cdef double ms = self.work_rate_hz / 1000.0
        self.latency = 0.185
        self.threshold_share = self.c
        self.fall_share = self.fs
        self.echo_ratio = self.tr
        self.overdue_ratio = self.br
        self.overdue_share = self.bs
        self.window = max(2, <int>(self.win_ms * ms + 0.5))
        self.fall_span = <int>(self.fall_ms * ms + 0.5)
        self.refractory_span = <int>(self.refr_ms * ms + 0.5)
        self.echo_span = <int>(360 * ms + 0.5)
        self.settle_span = <int>(300 * ms + 0.5)
        self.learn_span = <int>(self.learn_s * 1000 * ms + 0.5)
        self.delay = <int>(self.delay_ms * ms + 0.5)
        self.half = <int>(100 * ms + 0.5)
        highpass(&self.high, self.lo, self.work_rate_hz)
        lowpass(&self.low, self.hi, self.work_rate_hz)
        memset(self.slope, 0, sizeof(self.slope))
        self.last_band = self.slope_sum = 0.0
        self.up = self.down = 0.0

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
        first = max(<long long>2, at - self.delay - self.half)
        last = min(self.n - 2, at - self.delay + self.half)
        if last <= first:
            return -1.0
        for i in range(first, last + 1):
            base += self.raw[i % RING]
        base /= last - first + 1
        for i in range(first, last + 1):
            v = self._smooth(i) - base
            if v > up:
                up = v
                up_at = i
            if -v > down:
                down = -v
                down_at = i
        if is_final:
            self.up += 0.1 * (up - self.up)
            self.down += 0.1 * (down - self.down)
        best = up_at
        if self.down > 1.2 * self.up:
            if down > 0.6 * up:
                best = down_at
        elif down > 1.7 * up:
            best = down_at
        if best < 0:
            return -1.0
        amplitude[0] = up + down
        before = self._smooth(best - 1)
        after = self._smooth(best + 1)
        bend = before - 2.0 * self._smooth(best) + after
        if bend == 0.0 or fabs(before - after) > 2.0 * fabs(bend):
            return best
        return best + 0.5 * (before - after) / bend
