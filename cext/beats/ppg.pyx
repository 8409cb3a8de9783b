# cython: boundscheck=False, wraparound=False, cdivision=True
"""Streaming pulse detector for one photoplethysmogram.

Energy: the upstroke: low-pass 8 Hz, rising slope only, root of its squares over 200 ms (a slope sum after
Zong et al., Computers in Cardiology 2003, 259, squared after Elgendi, PLoS ONE 8 (2013) e76585). The upstroke
is the sharpest part of a pulse and is one a beat; squaring keeps the slow rise after the dicrotic notch
out. No high-pass, for it would tilt the diastole upwards. The systolic peak is then the summit of the
signal after that upstroke, refined between samples.

Light sensors differ in sign: more blood is more or less light. A pulse is narrower at its top than at its
foot and its upstroke is steeper than its downstroke, so two skewnesses tell which way up the signal is.
Either alone errs on real fingers; together they turn the signal over only on clear evidence.
"""

from libc.math cimport fabs, sqrt
from libc.string cimport memset

from cext.beats._filters cimport Section, highpass, lowpass, settle, step
from cext.beats.hunter cimport RING
from cext.beats.intake cimport FINE
from cext.beats.storm cimport StormHunter


cdef double PULSE_HZ = 8.0
cdef double DRIFT_HZ = 0.5
cdef double WINDOW_MS = 200.0
# Where the summit lies, before and after the peak of the energy.
cdef double BACK_MS = 250.0
cdef double AHEAD_MS = 200.0
# How long an upstroke may take.
cdef double RISE_MS = 400.0
cdef double SHAPE_MS = 400.0
# How skewed the other way a signal must be to be turned over.
cdef double UPSIDE_DOWN = 0.6


cdef class PpgDetector(StormHunter):
    """Finds systolic peaks and the feet before them sample by sample.

    rate_hz: 20 to 4,000; above 250 Hz neighbouring samples are averaged first. Raises ValueError.
    """

    cdef Section high, low
    cdef double[RING] rise
    cdef double last_pulse, rise_sum, sign, height_2, height_3, slope_2, slope_3
    cdef double forget
    cdef int rise_span, window, back, ahead, stride

    def __init__(self, double rate_hz):
        if not 20.0 <= rate_hz <= 4000.0:
            raise ValueError(f"a PPG rate of {rate_hz:g} Hz cannot be used; give 20 to 4000 a second")
        self.rate_hz = rate_hz
        self.reset()

    cdef void _design(self) noexcept nogil:
        self.decimation = max(1, <int>(self.rate_hz / 125.0))
        self.work_rate_hz = self.rate_hz / self.decimation
        cdef double ms = self.work_rate_hz / 1000.0
        self.latency = 0.16
        self.threshold_share = 0.33
        self.fall_share = 0.6
        self.echo_ratio = 0.6
        self.overdue_ratio = 1.6
        self.overdue_share = 0.5
        self.least_contrast = 0.15
        self.storm_level = 0.4
        self.least_regularity = 0.0
        self.window = max(2, <int>(WINDOW_MS * ms + 0.5))
        self.fall_span = <int>(120 * ms + 0.5)
        self.refractory_span = <int>(280 * ms + 0.5)
        self.echo_span = <int>(420 * ms + 0.5)
        self.settle_span = <int>(1000 * ms + 0.5)
        self.learn_span = <int>(3000 * ms + 0.5)
        self.rise_span = <int>(RISE_MS * ms + 0.5)
        self.back = <int>(BACK_MS * ms + 0.5)
        self.ahead = <int>(AHEAD_MS * ms + 0.5)
        highpass(&self.high, DRIFT_HZ, self.work_rate_hz)
        lowpass(&self.low, PULSE_HZ, self.work_rate_hz)
        # Shapes need no more than 50 points a second.
        self.stride = max(1, <int>(self.work_rate_hz / 50.0))
        self.shapes.span = <int>(SHAPE_MS * ms / self.stride)
        self.shapes.slack = 2
        memset(self.rise, 0, sizeof(self.rise))
        self.last_pulse = self.rise_sum = 0.0
        self.height_2 = self.height_3 = self.slope_2 = self.slope_3 = 0.0
        self.forget = 1.0 / (8.0 * self.work_rate_hz)
        self.sign = 1.0

    cdef void _settle(self, double x) noexcept nogil:
        self.last_pulse = settle(&self.low, x)
        settle(&self.high, self.last_pulse)

    cdef double _energy(self, double x) noexcept nogil:
        cdef int k
        cdef double energy
        cdef double pulse = step(&self.low, x)
        cdef double slope = pulse - self.last_pulse
        cdef double height = step(&self.high, pulse)
        self.last_pulse = pulse
        self.height_2 += self.forget * (height * height - self.height_2)
        self.height_3 += self.forget * (height * height * height - self.height_3)
        self.slope_2 += self.forget * (slope * slope - self.slope_2)
        self.slope_3 += self.forget * (slope * slope * slope - self.slope_3)
        slope = max(0.0, self.sign * slope)
        self.rise[self.n & (RING - 1)] = slope * slope
        if self.n & (RING - 1) == 0:
            # Now and then from scratch, so that rounding never piles up.
            self.rise_sum = 0.0
            for k in range(self.window):
                self.rise_sum += self.rise[(RING - k) & (RING - 1)]
        else:
            self.rise_sum += self.rise[self.n & (RING - 1)] - self.rise[(self.n - self.window) & (RING - 1)]
        self.wave[(self.n // self.stride) & (RING - 1)] = height
        energy = sqrt(max(0.0, self.rise_sum))
        self.hum += self.hum_step if energy > self.hum else -self.hum_step
        return energy

    cdef long long _first(self, long long at) noexcept nogil:
        return (at - self.back) // self.stride

    cdef void _orient(self) noexcept nogil:
        """Turn the signal over and look at the same seconds again when it is upside down."""
        cdef long long start, end
        cdef double skew
        if self.height_2 <= 0.0 or self.slope_2 <= 0.0:
            return
        skew = (2.0 * self.height_3 / (self.height_2 * sqrt(self.height_2))
                + self.slope_3 / (self.slope_2 * sqrt(self.slope_2)))
        if self.sign * skew > -UPSIDE_DOWN:
            return
        self.sign = -self.sign
        start = max(self.learn_from, self.n - self.learn_span)
        end = self.n
        self._settle(self.raw[start & (FINE - 1)])
        self.rise_sum = 0.0
        memset(self.rise, 0, sizeof(self.rise))
        self.candidate_count = 0
        self.peak = self.valley = 0.0
        self.is_rising = True
        self.n = start
        while self.n <= end:
            self._hunt(self._energy(self.raw[self.n & (FINE - 1)]))
            self.n += 1
        self.n = end

    cdef double _smooth(self, long long i) noexcept nogil:
        return self.sign * 0.25 * (
            self.raw[(i - 1) & (FINE - 1)] + 2.0 * self.raw[i & (FINE - 1)] + self.raw[(i + 1) & (FINE - 1)])

    cdef double _refine(self, long long at, double* amplitude, bint is_final) noexcept nogil:
        cdef long long i, first, last, best = -1
        cdef double v, most = 0.0, least = 0.0, before, after, bend
        first = max(<long long>2, at - self.back)
        last = min(self.n - 2, at + self.ahead)
        if last <= first:
            return -1.0
        for i in range(first, last + 1):
            v = self._smooth(i)
            if best < 0 or v > most:
                most = v
                best = i
            if i == first or v < least:
                least = v
        amplitude[0] = most - least
        self.foot = self._foot(best)
        before = self._smooth(best - 1)
        after = self._smooth(best + 1)
        bend = before - 2.0 * most + after
        if bend == 0.0 or fabs(before - after) > 2.0 * fabs(bend):
            return best
        return best + 0.5 * (before - after) / bend

    cdef double _foot(self, long long top) noexcept nogil:
        """Where the steepest tangent meets the level before it (Chiu, Am Heart J 121 (1991) 1460)."""
        cdef long long i, first = max(<long long>2, top - self.rise_span), steepest = -1
        cdef double slope, most = 0.0, least, place
        for i in range(first, top):
            slope = self._smooth(i + 1) - self._smooth(i)
            if slope > most:
                most = slope
                steepest = i
        if steepest < 0:
            return -1.0
        least = self._smooth(steepest)
        for i in range(first, steepest):
            least = min(least, self._smooth(i))
        place = steepest + 0.5 - (0.5 * (self._smooth(steepest) + self._smooth(steepest + 1)) - least) / most
        return max(<double>first, place)
