# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Peaks as the ear's loudspeaker will have them: also between the samples.

The wave is looked at in eighths of a sample through a windowed sinc of 48 samples (ITU-R BS.1770-5, annex 2,
asks for quarters); the gain each place needs is held at its least over 40 frames and averaged over them, so
it is low when the peak leaves and never steps. One tick of delay. Sound so quiet that no 48 samples of it
could reach the ceiling passes without being looked at.
"""

from libc.math cimport M_PI, exp, fabs, pow, sin, sqrt
from libc.string cimport memcpy, memmove

from cext._types cimport TICK

# What a longer filter sees more, at worst, in a wave that folds over at half the sample rate.
cdef double _MARGIN_DB = 1.6
cdef double _WINDOW = 5.0
cdef double _RETURN_S = 0.1


cdef class TruePeak:
    """Keeps a stereo wave under a true-peak ceiling, one tick late."""

    def __init__(self, double rate_hz=48_000.0, double ceiling_dbtp=-1.0):
        cdef int p, t, i
        cdef double place, total, absolute, value
        self.ceiling = pow(10.0, (ceiling_dbtp - _MARGIN_DB) / 20.0)
        self.recovery = 1.0 - exp(-1.0 / (_RETURN_S * rate_hz))
        self.recovered = 1.0
        self.is_idle = True
        for i in range(SPAN):
            self.need[i] = 1.0
        self.widest = 1.0
        for p in range(PHASES):
            total = absolute = 0.0
            for t in range(2 * HALF):
                # Tap t is the sample HALF - 1 - t before the gap that is looked into.
                place = t - (HALF - 1) - p / <double> PHASES
                value = sin(M_PI * place) / (M_PI * place) if place != 0.0 else 1.0
                value *= _kaiser(place / HALF)
                self.kernel[p][t] = <float> value
                total += value
            for t in range(2 * HALF):
                self.kernel[p][t] = <float> (self.kernel[p][t] / total)
                absolute += fabs(self.kernel[p][t])
            self.widest = max(self.widest, absolute)

    def process(self, float[:, ::1] block not None):
        """Limit a block of shape (2, frames), whole ticks of 64, in place; it leaves one tick later."""
        cdef Py_ssize_t done
        if block.shape[0] != 2 or block.shape[1] % TICK:
            raise ValueError("a true-peak limiter takes 2 rows of whole ticks of 64 frames")
        for done in range(0, block.shape[1], TICK):
            self.run(&block[0, done], &block[1, done])

    cdef bint run(self, float* left, float* right) noexcept nogil:
        # The tick that comes in is replaced by the one before it. True when it had to be turned down.
        cdef int i, j, n
        cdef float loudest = 0.0, least = 1.0, gain, size
        cdef float[8] most
        cdef float peaks[TICK]
        cdef float low[TICK + SMOOTH]
        cdef double need, total
        for i in range(2):
            memmove(&self.wave[i][0], &self.wave[i][TICK], (SPAN - TICK) * sizeof(float))
        memcpy(&self.wave[0][SPAN - TICK], left, TICK * sizeof(float))
        memcpy(&self.wave[1][SPAN - TICK], right, TICK * sizeof(float))
        for j in range(8):
            most[j] = 0.0
        for i in range(2):
            for n in range((SPAN - TICK - 2 * HALF) // 8, SPAN // 8):
                for j in range(8):
                    size = <float> fabs(self.wave[i][8 * n + j])
                    most[j] = size if size > most[j] else most[j]
        for j in range(8):
            loudest = max(loudest, most[j])
        if loudest * self.widest <= self.ceiling and self.is_idle:
            memcpy(left, &self.wave[0][TICK], TICK * sizeof(float))
            memcpy(right, &self.wave[1][TICK], TICK * sizeof(float))
            return False
        memmove(&self.need[0], &self.need[TICK], (SPAN - TICK) * sizeof(float))
        n = SPAN - TICK - HALF
        if loudest * self.widest <= self.ceiling:
            for j in range(TICK):
                peaks[j] = 0.0
        else:
            self._measure(peaks)
        for j in range(TICK):
            self.recovered += self.recovery * (1.0 - self.recovered)
            if self.recovered > 0.99999:
                self.recovered = 1.0
            if peaks[j] > self.ceiling:
                need = self.ceiling / peaks[j]
                if need < self.recovered:
                    self.recovered = need
            self.need[n + j] = <float> self.recovered
        for j in range(SPAN - HALF):
            least = min(least, self.need[j])
        self.is_idle = least == 1.0
        if self.is_idle:
            memcpy(left, &self.wave[0][TICK], TICK * sizeof(float))
            memcpy(right, &self.wave[1][TICK], TICK * sizeof(float))
            return False
        # low[i]: the least need of the 40 up to frame TICK + i; then its average over the next 40.
        for i in range(TICK + SMOOTH):
            low[i] = self.need[TICK + i]
        for j in range(1, SMOOTH):
            for i in range(TICK + SMOOTH):
                low[i] = self.need[TICK + i - j] if self.need[TICK + i - j] < low[i] else low[i]
        total = 0.0
        for i in range(SMOOTH):
            total += low[i]
        for j in range(TICK):
            gain = <float> (total * (1.0 / SMOOTH))
            left[j] = self.wave[0][TICK + j] * gain
            right[j] = self.wave[1][TICK + j] * gain
            total += <double> low[j + SMOOTH] - <double> low[j]
        return True

    cdef void _measure(self, float* peaks) noexcept nogil:
        # The highest of eight places from each sample to the next, of both ears.
        cdef int i, p, t, j
        cdef float sums[TICK]
        cdef float* wave
        cdef float weight
        for j in range(TICK):
            peaks[j] = 0.0
        for i in range(2):
            wave = &self.wave[i][SPAN - TICK - 2 * HALF + 1]
            for p in range(PHASES):
                for j in range(TICK):
                    sums[j] = 0.0
                for t in range(2 * HALF):
                    weight = self.kernel[p][t]
                    for j in range(TICK):
                        sums[j] += weight * wave[j + t]
                for j in range(TICK):
                    peaks[j] = max(peaks[j], <float> fabs(sums[j]))


cdef double _kaiser(double place) noexcept:
    # Modified Bessel function I0 by its series; place -1..1.
    cdef double x = _WINDOW * sqrt(max(0.0, 1.0 - place * place)) / 2.0
    cdef double y = _WINDOW / 2.0, top = 1.0, below = 1.0, a = 1.0, b = 1.0
    cdef int k
    for k in range(1, 40):
        a *= (x / k) * (x / k)
        b *= (y / k) * (y / k)
        top += a
        below += b
    return top / below
