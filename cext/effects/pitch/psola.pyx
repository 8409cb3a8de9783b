# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""One voice, taken apart into its periods and put together at another pitch.

The period is found by YIN: the lag at which the sound differs least from itself, against the mean of all
shorter lags; the differences come from one transform. At each period's strongest point a grain of two
periods is cut with a Hann window, and grains are laid down again at the new distance, each time the one
nearest in time: the throat (the shape of the grains) stays, so that a raised voice does not become a mouse.
Where there is no pitch the grains go down as they were taken, and add up to the sound itself. Sources: E.
Moulines and F. Charpentier, Speech Communication 9 (1990) 453; A. de Cheveigné and H. Kawahara, JASA 111
(2002) 1917.
"""

import numpy as np

from libc.math cimport exp, fabs, floor, log2, pow, sqrt
from libc.string cimport memcpy, memset

from cext._types cimport RAMP, TICK
from cext.effects.spectral.stft cimport size_for
from cext.fft cimport Fft
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    SEMITONES, PSOLA_MIX

cdef enum:
    KEY, SCALE, AMOUNT, SPEED, MIX

cdef enum:
    HANN_STEPS = 1025

# Which of twelve keys are in a scale, from its own note on.
cdef int[3][12] SCALES = [
    [1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1],
    [1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0],
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
]


cdef class Grains(Effect):
    """A voice whose periods are known."""

    cdef int open(self) except -1:
        self.size = size_for(4096, self.rate_hz)
        self.hop = max(TICK, self.size // 16)
        # Voices from 80 to 1000 Hz.
        self.longest = <int> (self.rate_hz / 80.0)
        self.shortest = max(8, <int> (self.rate_hz / 1000.0))
        # A grain needs a period on both sides of a mark that may itself lie half a period off.
        self.delays(TICK * <int> ((3.0 * self.longest + 2 * self.hop) / TICK + 1))
        while self.latency_frames + 2 * self.longest + self.hop > self.size:
            self.size *= 2
        self.fft = Fft(self.size)
        self.heard = np.zeros((3, self.size), np.float32)
        self.sung = np.zeros((2, self.size), np.float32)
        self.wave = np.zeros((2, self.size), np.float32)
        self.squares = np.zeros(self.size + 1)
        turn = np.pi * np.arange(HANN_STEPS + 1) / (HANN_STEPS - 1)
        self.hann = (0.5 + 0.5 * np.cos(turn)).astype(np.float32)
        return 0

    cdef double ratio(self) noexcept nogil:
        # What the pitch is to be multiplied with, asked once a hop.
        return 1.0

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, ear, mask = self.size - 1, place = <int> ((self.clock + self.since) & mask)
        cdef float* sound
        cdef float wet, dry, begin = <float> self.begin[self.mix], step = <float> self.step[self.mix]
        memcpy(&self.heard[0, place], left, frames * sizeof(float))
        memcpy(&self.heard[1, place], right, frames * sizeof(float))
        for j in range(frames):
            self.heard[2, place + j] = <float> 0.5 * (left[j] + right[j])
        # What is sung at a frame of the sound goes out `latency_frames` later, in the place it took.
        for ear in range(2):
            sound = left if ear == 0 else right
            for j in range(frames):
                dry = self.heard[ear, (place + j - self.latency_frames) & mask]
                wet = begin + step * RAMP[first + j]
                sound[j] = dry + wet * (self.sung[ear, place + j] - dry)
        memset(&self.sung[0, place], 0, frames * sizeof(float))
        memset(&self.sung[1, place], 0, frames * sizeof(float))
        self.since += frames
        if self.since == self.hop:
            self.since = 0
            self.clock += self.hop
            self._listen()
            self._sing()

    cdef void _listen(self) noexcept nogil:
        # YIN on the last longest periods: d(lag) = sum of (x[j] - x[j + lag]) ** 2, j over one and a half.
        cdef int j, lag, width = self.longest + self.longest // 2, whole = width + self.longest + 2, best = 0
        cdef int mask = self.size - 1
        cdef float* x = &self.wave[0, 0]
        cdef float* y = &self.wave[1, 0]
        cdef double re, im, sum = 0.0, difference, value, least = 0.12, a, b, c
        self.squares[0] = 0.0
        for j in range(self.size):
            y[j] = self.heard[2, (self.clock - whole + j) & mask] if j < whole else <float> 0.0
            x[j] = y[j] if j < width else <float> 0.0
            self.squares[j + 1] = self.squares[j] + <double> y[j] * y[j]
        self.period = 0.0
        if self.squares[whole] < 1e-7 * whole:
            return
        # Both real sounds in one transform; conj(X) Y is the spectrum of their correlation.
        self.fft.forward(x, y)
        for j in range(self.size // 2 + 1):
            lag = (self.size - j) & mask
            re = 0.5 * (x[j] + x[lag])
            im = 0.5 * (y[j] - y[lag])
            a = 0.5 * (y[j] + y[lag])
            b = 0.5 * (x[lag] - x[j])
            x[j] = <float> (re * a + im * b)
            y[j] = <float> (re * b - im * a)
            if lag != j:
                x[lag] = x[j]
                y[lag] = -y[j]
        self.fft.inverse(x, y)
        for lag in range(1, self.longest + 2):
            difference = self.squares[width] + self.squares[lag + width] - self.squares[lag] - 2.0 * x[lag]
            difference = max(0.0, difference)
            sum += difference
            value = difference * lag / sum if sum > 0.0 else 1.0
            y[lag] = <float> value
        for lag in range(self.shortest, self.longest + 1):
            if y[lag] < least and y[lag] <= y[lag + 1]:
                best = lag
                break
        if best == 0:
            return
        a, b, c = y[best - 1], y[best], y[best + 1]
        self.period = best + (0.5 * (a - c) / (a - 2.0 * b + c) if a - 2.0 * b + c > 1e-12 else 0.0)

    cdef double _near(self, double place, double reach) noexcept nogil:
        # The strongest point near a place: there all grains are cut, so that they match.
        cdef long j, at = <long> place, best = <long> (place + 0.5)
        cdef float most = -1e9, value
        cdef double a, c
        cdef int mask = self.size - 1
        for j in range(at - <long> reach, at + <long> reach + 2):
            value = self.heard[2, j & mask]
            if value > most:
                most = value
                best = j
        # Between the frames, by a parabola: a period that jitters by half a frame is a hoarse voice.
        a, c = self.heard[2, (best - 1) & mask], self.heard[2, (best + 1) & mask]
        if a + c - 2.0 * most < -1e-12 and a <= most and c <= most:
            return best + 0.5 * (a - c) / (a - 2.0 * most + c)
        return best

    cdef void _sing(self) noexcept nogil:
        # Marks go on as far as a whole grain has been heard; grains until the next would come too early.
        cdef double period = self.period if self.period > 0.0 else 0.5 * self.longest
        cdef double ratio = self.ratio() if self.period > 0.0 else 1.0, next_mark
        cdef double end = self.clock - 2.0 * self.longest
        cdef float gain = <float> (1.0 / sqrt(ratio))
        while self.placed + period / ratio < end:
            self.placed += period / ratio
            # The nearest mark in time; each follows the last by a period.
            while self.mark + 0.5 * period < self.placed:
                next_mark = self.mark + period
                if self.period > 0.0:
                    next_mark = self._near(next_mark, 0.2 * period)
                self.mark = next_mark
            if self.period == 0.0 or fabs(self.mark - self.placed) > period:
                self.mark = self.placed
            self._grain(self.mark, self.placed, period, gain)

    cdef void _grain(self, double source, double target, double half, float gain) noexcept nogil:
        # Frame n of the sound that is sung comes from n + source - target; in between by Hermite's cubic.
        cdef long n, at, away = <long> floor(source - target), mask = self.size - 1
        cdef float g = <float> (source - target - away), w, share
        cdef int ear, whole
        cdef double place
        cdef float a, b, c, d
        cdef float* x
        for n in range(<long> floor(target - half) + 1, <long> floor(target + half) + 1):
            place = fabs(n - target) / half * (HANN_STEPS - 1)
            whole = <int> place
            share = <float> (place - whole)
            w = gain * (self.hann[whole] + share * (self.hann[whole + 1] - self.hann[whole]))
            at = n + away
            for ear in range(2):
                x = &self.heard[ear, 0]
                b = x[at & mask]
                if g != 0.0:
                    a = x[(at - 1) & mask]
                    c = x[(at + 1) & mask]
                    d = x[(at + 2) & mask]
                    b += <float> 0.5 * g * (
                        c - a + g * (2 * a - 5 * b + 4 * c - d + g * (3 * (b - c) + d - a))
                    )
                self.sung[ear, (n + self.latency_frames) & mask] += w * b

    cdef void clear(self) noexcept nogil:
        memset(&self.heard[0, 0], 0, 3 * self.size * sizeof(float))
        memset(&self.sung[0, 0], 0, 2 * self.size * sizeof(float))
        self.since = 0
        self.clock = 0
        self.period = 0.0
        self.mark = self.placed = -3.0 * self.longest


cdef class Psola(Grains):
    """Raises or lowers a single voice and leaves its throat as it is."""

    SOURCE = "E. Moulines and F. Charpentier, Speech Communication 9 (1990) 453: TD-PSOLA; YIN"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("semitones", "semitones", -12.0, 12.0, 4.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.mix = PSOLA_MIX
        self.open()
        self.clear()

    cdef double ratio(self) noexcept nogil:
        return pow(2.0, self.end[SEMITONES] / 12.0)


cdef class PitchCorrection(Grains):
    """Puts a voice that is sung beside the note onto it, gently or like a machine."""

    SOURCE = "A. de Cheveigné and H. Kawahara, JASA 111 (2002) 1917: YIN; moved by TD-PSOLA (1990)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        switch("key", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"),
        switch("scale", "major", "minor", "chromatic"),
        Parameter("amount", "", 0.0, 1.0, 1.0),
        Parameter("speed_ms", "ms", 1.0, 500.0, 30.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.mix = MIX
        self.open()
        self.clear()

    def readings(self):
        """The pitch that is heard, in Hz; 0 where there is none."""
        return {"pitch_hz": self.rate_hz / self.period if self.period > 0.0 else 0.0}

    cdef double ratio(self) noexcept nogil:
        cdef int key, best = 0
        cdef double note = 69.0 + 12.0 * log2(self.rate_hz / (self.period * 440.0)), off, nearest = 100.0
        for key in range(<int> note - 3, <int> note + 5):
            off = fabs(note - key)
            if SCALES[<int> self.end[SCALE]][(key - <int> self.end[KEY] + 120) % 12] and off < nearest:
                nearest = off
                best = key
        # The way to the note is gone in the time of `speed_ms`; vibrato above it is left alone.
        off = exp(-1000.0 * self.hop / (self.end[SPEED] * self.rate_hz))
        self.off += (1.0 - off) * (best - note - self.off)
        return pow(2.0, self.end[AMOUNT] * self.off / 12.0)

    cdef void clear(self) noexcept nogil:
        Grains.clear(self)
        self.off = 0.0
