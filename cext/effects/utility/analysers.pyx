# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What is in a sound: its spectrum, and the pitch of one voice. Both let the sound pass.

The spectrum is Welch's: half-overlapping windows, their powers averaged. The pitch is McLeod's: the
normalised square difference, whose first high enough maximum is the period; the same maximum several periods
later, where the window still reaches, gives it to a fraction of a sample.
Sources: P. D. Welch, IEEE Trans. AU 15 (1967) 70; P. McLeod and G. Wyvill, A smarter way to find pitch, ICMC
(2005) 138.
"""

import numpy as np

from libc.math cimport exp, fabs, log2
from libc.string cimport memset

from cext._types cimport RAMP
from cext.fft cimport Fft
from cext.parts cimport Effect

from cext.parameters import switch

cdef double _CLEAR = 0.9       # a maximum this close to the highest is the period
cdef double _QUIET = 1e-5      # power of a frame below which there is no pitch: -50 dBFS
cdef double _MEAN_S = 0.5


cdef class Analyser(Effect):
    """Something that looks at the last stretch of a sound now and then."""

    NEUTRAL: dict = {}

    cdef int holds(self, double seconds, int more) except -1:
        # A window of at least so long, a power of two; the transform `more` times as long.
        self.size = 1 << max(int(np.ceil(np.log2(seconds * self.rate_hz))), 9)
        self.fft = Fft(more * self.size)
        self.heard = np.zeros((2, self.size), dtype=np.float32)
        self.work = np.zeros((2, more * self.size), dtype=np.float32)
        return 0

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        for j in range(frames):
            self.heard[0, self.place + j] = left[j]
            self.heard[1, self.place + j] = right[j]
        # The ring is a whole number of ticks, and a hop too.
        self.place = (self.place + frames) % self.size
        self.fresh += frames
        if self.fresh == self.hop:
            self.fresh = 0
            self.look()

    cdef void look(self) noexcept nogil:
        # The oldest frame is at `place`.
        pass

    cdef void clear(self) noexcept nogil:
        memset(&self.heard[0, 0], 0, 2 * self.size * sizeof(float))
        self.place = self.fresh = 0


cdef class SpectrumAnalyser(Analyser):
    """Shows how a sound is made up of low and high: levels in third octaves, and the whole spectrum."""

    SOURCE = "P. D. Welch, IEEE Trans. AU 15 (1967) 70; third octaves by IEC 61260 (base ten)"
    PARAMETERS = ()

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.holds(0.08, 1)
        self.hop = self.size // 2
        window = np.hanning(self.size + 1)[: self.size]
        # A sine of full scale has its power, one half, spread over the bins of its peak: 0 dBFS together.
        self.window = (window * np.sqrt(2.0 / (self.size * np.sum(window**2)))).astype(np.float32)
        self.parts = np.zeros((4, self.size // 2 + 1), dtype=np.float32)
        self.power = np.zeros((2, self.size // 2 + 1), dtype=np.float64)
        self.share = 1.0 - exp(-self.hop / (_MEAN_S * rate_hz))
        self.clear()

    def spectrum(self):
        """The power of every bin over the last half second: hz of shape (bins,), dbfs of shape (2, bins)."""
        power = np.asarray(self.power) / max(self.weight, 1e-9)
        return np.fft.rfftfreq(self.size, 1.0 / self.rate_hz), 10.0 * np.log10(2.0 * power + 1e-20)

    def readings(self):
        """Level of each third octave, both ears together: 25_hz_dbfs .. 20000_hz_dbfs; centroid_hz."""
        hz = np.fft.rfftfreq(self.size, 1.0 / self.rate_hz)
        power = np.asarray(self.power).sum(axis=0) / max(self.weight, 1e-9)
        levels = {}
        for number in range(14, 44):
            middle_hz = 10.0 ** (number / 10.0)
            low_hz, high_hz = middle_hz * 10.0**-0.05, middle_hz * 10.0**0.05
            # A bin counts as far as it lies in the band: low bands are narrower than one.
            half_hz = 0.5 * self.rate_hz / self.size
            inside = np.clip(np.minimum(hz + half_hz, high_hz) - np.maximum(hz - half_hz, low_hz), 0.0, None)
            level = 10.0 * np.log10(np.sum(power * inside) / (2.0 * half_hz) + 1e-20)
            levels[f"{_NOMINAL[number % 10] * 10 ** (number // 10 - 1):g}_hz_dbfs"] = float(level)
        total = power.sum()
        levels["centroid_hz"] = float((hz * power).sum() / total) if total > 1e-15 else 0.0
        return levels

    cdef void look(self) noexcept nogil:
        cdef int j, k, ear, half = self.size // 2
        for ear in range(2):
            for j in range(self.size - self.place):
                self.work[ear, j] = self.heard[ear, self.place + j] * self.window[j]
            k = self.size - self.place
            for j in range(self.place):
                self.work[ear, k + j] = self.heard[ear, j] * self.window[k + j]
        self.fft.forward(&self.work[0, 0], &self.work[1, 0])
        self.fft.part(
            &self.work[0, 0], &self.work[1, 0],
            &self.parts[0, 0], &self.parts[1, 0], &self.parts[2, 0], &self.parts[3, 0],
        )
        self.weight += self.share * (1.0 - self.weight)
        for ear in range(2):
            for j in range(half + 1):
                self.power[ear, j] += self.share * (
                    (1.0 if 0 < j < half else 0.5) * (
                        self.parts[2 * ear, j] * self.parts[2 * ear, j]
                        + self.parts[2 * ear + 1, j] * self.parts[2 * ear + 1, j]
                    ) - self.power[ear, j]
                )

    cdef void clear(self) noexcept nogil:
        Analyser.clear(self)
        memset(&self.power[0, 0], 0, 2 * (self.size // 2 + 1) * sizeof(double))
        self.weight = 0.0


_NOMINAL = (10.0, 12.5, 16.0, 20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0)


cdef class Tuner(Analyser):
    """Shows the pitch of one voice or string: its frequency, the nearest note and the cents beside it."""

    SOURCE = "P. McLeod and G. Wyvill, A smarter way to find pitch, ICMC (2005) 138"
    PARAMETERS = (switch("mute", "off", "on"),)

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.holds(0.08, 2)
        self.hop = self.size // 2
        self.square = np.zeros(self.size // 2 + 2, dtype=np.float32)
        self.clear()

    def readings(self):
        """frequency_hz, 0 where there is no pitch; clarity, 0..1; midi_note and cents by a' = 440 Hz, and
        the same by 432 Hz.
        """
        found = {"frequency_hz": self.frequency_hz, "clarity": self.clarity}
        for suffix, a_hz in (("", 440.0), ("_432", 432.0)):
            note = 69.0 + 12.0 * log2(self.frequency_hz / a_hz) if self.frequency_hz else 0.0
            found[f"midi_note{suffix}"] = float(round(note))
            found[f"cents{suffix}"] = 100.0 * (note - round(note))
        return found

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef float gain
        Analyser.segment(self, left, right, first, frames)
        if self.begin[0] != 0.0 or self.end[0] != 0.0:
            for j in range(frames):
                gain = <float> (1.0 - self.begin[0]) - <float> self.step[0] * RAMP[first + j]
                left[j] *= gain
                right[j] *= gain

    cdef void look(self) noexcept nogil:
        cdef int j, k, period = 0, most = self.size // 2, times
        cdef double both = 0.0, power, high = 0.0, height = 0.0, found
        cdef bint is_below = False
        cdef float* x = &self.work[0, 0]
        cdef float* y = &self.work[1, 0]
        for j in range(self.size):
            k = (self.place + j) % self.size
            x[j] = <float> 0.5 * (self.heard[0, k] + self.heard[1, k])
            both += x[j] * x[j]
        self.frequency_hz = self.clarity = 0.0
        if both < _QUIET * self.size:
            return
        memset(x + self.size, 0, self.size * sizeof(float))
        memset(y, 0, 2 * self.size * sizeof(float))
        # The sum of squares under both windows, for every distance between them.
        power = 2.0 * both
        self.square[0] = <float> power
        for j in range(most + 1):
            power -= x[j] * x[j] + x[self.size - 1 - j] * x[self.size - 1 - j]
            self.square[j + 1] = <float> power
        # Autocorrelation by the power spectrum.
        self.fft.forward(x, y)
        for j in range(2 * self.size):
            x[j] = x[j] * x[j] + y[j] * y[j]
            y[j] = 0.0
        self.fft.inverse(x, y)
        for j in range(most + 2):
            x[j] = <float> 2.0 * x[j] / max(self.square[j], <float> 1e-12)
        # The highest maximum behind the first fall below zero, and the first that is nearly as high.
        for j in range(1, most):
            is_below = is_below or x[j] < 0.0
            if is_below and x[j] > x[j - 1] and x[j] >= x[j + 1] and x[j] > high:
                high = x[j]
        is_below = False
        for j in range(1, most):
            is_below = is_below or x[j] < 0.0
            if is_below and x[j] > x[j - 1] and x[j] >= x[j + 1] and x[j] >= _CLEAR * high:
                period = j
                break
        if period == 0 or high < 0.3:
            return
        found = self.top(x, period, &height)
        self.clarity = min(height, 1.0)
        # Twice as many periods later the same maximum stands at twice the distance, twice as exactly.
        times = 2
        while times * found < most - 2:
            j = <int> (times * found + 0.5)
            for k in range(-2, 3):
                if x[j + k] > x[j + k - 1] and x[j + k] >= x[j + k + 1]:
                    j += k
                    break
            else:
                break
            power = self.top(x, j, &height) / times
            if height < 0.8 * self.clarity or fabs(power - found) > 0.6 / times:
                break
            found = power
            times *= 2
        self.frequency_hz = self.rate_hz / found

    cdef double top(self, const float* curve, int place, double* height) noexcept nogil:
        # The vertex of the parabola through three neighbours.
        cdef double a = curve[place - 1], b = curve[place], c = curve[place + 1]
        cdef double bend = a - 2.0 * b + c, shift = 0.5 * (a - c) / bend if bend < 0.0 else 0.0
        height[0] = b - 0.25 * (a - c) * shift
        return place + shift

    cdef void clear(self) noexcept nogil:
        Analyser.clear(self)
        self.frequency_hz = self.clarity = 0.0
