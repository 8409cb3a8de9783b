# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Dynamics of each bin by itself: quiet ones closed, all of them drawn out, a moment held.

Where a bin goes on without its sound, its phase goes on turning at the speed it last had, so that a held tone
stays that tone.
"""

import numpy as np

from libc.math cimport atan2, exp, floor, pow, sqrt
from libc.string cimport memset

from cext._types cimport sine_of, turn_of
from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter, switch

cdef enum:
    THRESHOLD, REDUCTION, RELEASE

cdef enum:
    BLUR, BLUR_MIX

cdef enum:
    FREEZE, EVERY, FADE, FREEZE_MIX

cdef double _TURN = 0.15915494309189535    # 1 / (2 pi)


cdef class SpectralGate(Spectral):
    """Closes every frequency that is quieter than the threshold, and opens it at once when it speaks."""

    SOURCE = "U. Zölzer (ed.), DAFX (2011), chapter 7: a noise gate in each bin"
    NEUTRAL = {"reduction_db": 0.0}
    PARAMETERS = (
        Parameter("threshold_dbfs", "dBFS", -120.0, 0.0, -50.0),
        Parameter("reduction_db", "dB", 0.0, 80.0, 24.0),
        Parameter("release_ms", "ms", 10.0, 2_000.0, 80.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(2048, 4)
        self.gain = np.ones(self.half + 1, np.float32)
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        # A sine of amplitude 1 has the magnitude size / 4 in its bin. Two bins a gate, so that none chatters.
        cdef int k
        cdef float least = <float> pow(10.0, -self.end[REDUCTION] / 20.0)
        cdef double limit = pow(10.0, self.end[THRESHOLD] / 20.0) * self.size / 4.0
        cdef float scale = <float> (1.0 / (limit * limit)), power, other, wanted
        cdef float fall = <float> exp(-1000.0 * self.hop / (self.end[RELEASE] * self.rate_hz))
        for k in range(self.half + 1):
            power = lr[k] * lr[k] + li[k] * li[k]
            other = rr[k] * rr[k] + ri[k] * ri[k]
            power = max(power, other) * scale
            wanted = min(<float> 1.0, max(least, power * power))
            self.gain[k] = max(wanted, wanted + fall * (self.gain[k] - wanted))
            lr[k] *= self.gain[k]
            li[k] *= self.gain[k]
            rr[k] *= self.gain[k]
            ri[k] *= self.gain[k]

    cdef void clear(self) noexcept nogil:
        cdef int k
        self.wipe()
        for k in range(self.half + 1):
            self.gain[k] = 1.0


cdef void _climb(const float* level, int* top, int bins) noexcept nogil:
    # For each bin the top of the hill it lies on; a top keeps itself.
    cdef int k, j, peak = -1
    for k in range(bins):
        if k > peak and (k == 0 or level[k] > level[k - 1]):
            peak = k
            while peak + 1 < bins and level[peak + 1] > level[peak]:
                peak += 1
            for j in range(k, peak):
                top[j] = peak
            top[peak] = peak
        elif k > peak:
            top[k] = top[k - 1]


cdef class SpectralBlur(Spectral):
    """Draws every frequency out in time, as long exposure does with lights at night."""

    SOURCE = "U. Zölzer (ed.), DAFX (2011), chapter 7: magnitudes averaged from window to window"
    NEUTRAL = {"blur_ms": 0.0}
    PARAMETERS = (
        Parameter("blur_ms", "ms", 0.0, 5_000.0, 400.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(4096, 8)
        self.level = np.zeros((2, self.half + 1), np.float32)
        self.phasor = np.zeros((4, self.half + 1), np.float32)
        self.spin = np.zeros((4, self.half + 1), np.float32)
        self.before = np.zeros((4, self.half + 1), np.float32)
        self.hill = np.zeros(self.half + 1, np.intc)
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        self._draw(0, lr, li)
        self._draw(1, rr, ri)

    cdef void _draw(self, int ear, float* re, float* im) noexcept nogil:
        cdef int k
        cdef float keep = 0.0, mix = <float> self.end[BLUR_MIX], size, x, y, a, b, scale
        cdef float* level = &self.level[ear, 0]
        cdef float* pr = &self.phasor[2 * ear, 0]
        cdef float* pi = &self.phasor[2 * ear + 1, 0]
        cdef float* sr = &self.spin[2 * ear, 0]
        cdef float* si = &self.spin[2 * ear + 1, 0]
        cdef float* br = &self.before[2 * ear, 0]
        cdef float* bi = &self.before[2 * ear + 1, 0]
        if self.end[BLUR] > 0.0:
            keep = <float> exp(-1000.0 * self.hop / (self.end[BLUR] * self.rate_hz))
        for k in range(self.half + 1):
            x = re[k]
            y = im[k]
            a = x * br[k] + y * bi[k]
            b = y * br[k] - x * bi[k]
            # Only while it does not fall: a tone that ends is heard at the edge of the window, out of step.
            if x * x + y * y > <float> 0.98 * (br[k] * br[k] + bi[k] * bi[k]):
                sr[k] = a + <float> 0.7 * sr[k]
                si[k] = b + <float> 0.7 * si[k]
            br[k] = x
            bi[k] = y
        _climb(level, &self.hill[0], self.half + 1)
        for k in range(self.half + 1):
            x = re[k]
            y = im[k]
            size = <float> sqrt(x * x + y * y)
            level[k] = size + keep * (level[k] - size)
            if size > 1e-9 and size >= <float> 0.9 * level[k]:
                pr[k] = x / size
                pi[k] = y / size
            else:
                # The bins of one tone turn together, as the strongest of them did over the last windows.
                a = sr[self.hill[k]]
                b = si[self.hill[k]]
                scale = <float> sqrt(a * a + b * b)
                if scale > 1e-30:
                    x = (pr[k] * a - pi[k] * b) / scale
                    pi[k] = (pr[k] * b + pi[k] * a) / scale
                    pr[k] = x
                x = re[k]
            if keep > 0.0:
                re[k] = x + mix * (level[k] * pr[k] - x)
                im[k] = y + mix * (level[k] * pi[k] - y)
            if level[k] < 1e-15:
                level[k] = 0.0

    cdef void clear(self) noexcept nogil:
        cdef int row
        self.wipe()
        memset(&self.level[0, 0], 0, 2 * (self.half + 1) * sizeof(float))
        for row in range(4):
            memset(&self.phasor[row, 0], 0, (self.half + 1) * sizeof(float))
            memset(&self.spin[row, 0], 0, (self.half + 1) * sizeof(float))
            memset(&self.before[row, 0], 0, (self.half + 1) * sizeof(float))


cdef class SpectralFreeze(Spectral):
    """Holds a moment of sound for as long as you like, and takes a new one every so often."""

    SOURCE = "U. Zölzer (ed.), DAFX (2011), chapter 7: magnitudes held, phases turned on at their own speed"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        switch("freeze", "off", "on", default=1),
        Parameter("every_s", "s", 0.1, 60.0, 0.5, "log"),
        Parameter("fade_ms", "ms", 10.0, 5_000.0, 150.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(4096, 8)
        self.old = np.zeros((2, self.half + 1), np.float32)
        self.new = np.zeros((2, self.half + 1), np.float32)
        self.phase = np.zeros((2, self.half + 1), np.float32)
        self.speed = np.zeros((2, self.half + 1), np.float32)
        self.before = np.zeros((4, self.half + 1), np.float32)
        self.hill = np.zeros(self.half + 1, np.intc)
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int k
        cdef double every = self.end[EVERY] * self.rate_hz / self.hop
        cdef double done = (self.windows - self.taken) * 1000.0 * self.hop / (self.end[FADE] * self.rate_hz)
        cdef float share = <float> min(1.0, done), mix = <float> self.end[FREEZE_MIX]
        cdef bint takes = False
        self.windows += 1
        if self.end[FREEZE] == 0.0:
            self.taken = -1
        elif self.windows > self.size // self.hop and (self.taken < 0 or self.windows - self.taken >= every):
            takes = True
        if takes:
            for k in range(self.half + 1):
                self.old[0, k] += share * (self.new[0, k] - self.old[0, k])
                self.old[1, k] += share * (self.new[1, k] - self.old[1, k])
        share = share if not takes else <float> 0.0
        if takes and self.taken < 0:
            share = 1.0
        self._hold(0, takes, share, mix, lr, li)
        self._hold(1, takes, share, mix, rr, ri)
        if takes:
            self.taken = self.windows

    cdef void _hold(self, int ear, bint takes, float share, float mix, float* re, float* im) noexcept nogil:
        cdef int k
        cdef float x, y, level
        cdef double turn, expected, off
        cdef float* br = &self.before[2 * ear, 0]
        cdef float* bi = &self.before[2 * ear + 1, 0]
        if takes:
            for k in range(self.half + 1):
                x = re[k]
                y = im[k]
                self.new[ear, k] = <float> sqrt(x * x + y * y)
                self.phase[ear, k] = <float> (atan2(y, x) * _TURN)
                expected = <double> k * self.hop / self.size
                off = atan2(y * br[k] - x * bi[k], x * br[k] + y * bi[k]) * _TURN - expected
                self.speed[ear, k] = <float> (expected + off - floor(expected + off))
            # The bins of one tone turn together, at the speed of the strongest.
            _climb(&self.new[ear, 0], &self.hill[0], self.half + 1)
            for k in range(self.half + 1):
                self.speed[ear, k] = self.speed[ear, self.hill[k]]
        for k in range(self.half + 1):
            x = re[k]
            y = im[k]
            if self.taken >= 0 and not takes:
                self.phase[ear, k] += self.speed[ear, k]
            br[k] = x
            bi[k] = y
            if self.end[FREEZE] != 0.0 and (takes or self.taken >= 0) and mix > 0.0:
                level = self.old[ear, k] + share * (self.new[ear, k] - self.old[ear, k])
                turn = self.phase[ear, k]
                turn -= floor(turn)
                self.phase[ear, k] = <float> turn
                re[k] = x + mix * (level * <float> sine_of((turn_of(0.5 * turn) << 1) + turn_of(0.25)) - x)
                im[k] = y + mix * (level * <float> sine_of(turn_of(0.5 * turn) << 1) - y)

    cdef void clear(self) noexcept nogil:
        cdef int row
        self.wipe()
        self.windows = 0
        self.taken = -1
        for row in range(4):
            memset(&self.before[row, 0], 0, (self.half + 1) * sizeof(float))
        for row in range(2):
            memset(&self.old[row, 0], 0, (self.half + 1) * sizeof(float))
            memset(&self.new[row, 0], 0, (self.half + 1) * sizeof(float))
            memset(&self.phase[row, 0], 0, (self.half + 1) * sizeof(float))
            memset(&self.speed[row, 0], 0, (self.half + 1) * sizeof(float))
