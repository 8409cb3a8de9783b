# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The heart of the pitch effects: peaks of the spectrum, each moved with all that surrounds it.

Each partial is a peak with a region of bins around it. The region moves as a whole by a whole number of
bins, and is turned by an angle that grows by (new - old frequency) x hop from window to window: so the tone
has exactly its new frequency, while phases inside the region (its decay, its vibrato, its place between the
ears) stay locked to the peak. With eight windows over every frame the fraction of a bin that was rounded
off lies 75 dB below.

A click is a peak whose phase slope says that its energy lies away from the window's middle, where a click
was heard in the sound itself. Its angle is set outright to what puts every partial of the click at the
moment of the click, and grows on from there, so that all windows that contain it agree: attacks stay sharp.

Sources: J. Laroche and M. Dolson, New phase-vocoder techniques for pitch-shifting, harmonizing and other
exotic effects, WASPAA (1999); the phase slope as a sign of attacks from A. Röbel, DAFx (2003).
"""

import numpy as np

from libc.math cimport atan2, fabs, floor, log2, sqrt
from libc.string cimport memcpy, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK, sine_of, turn_of

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_power(
            const float *restrict lr, const float *restrict li, const float *restrict rr,
            const float *restrict ri, float *restrict power, int bins) {
        for (int k = 0; k < bins; k++)
            power[k] = lr[k] * lr[k] + li[k] * li[k] + rr[k] * rr[k] + ri[k] * ri[k];
    }
    ECHOEL_CLONES static void echoel_turned(
            const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi,
            float c, float s, int bins) {
        for (int k = 0; k < bins; k++) {
            yr[k] += xr[k] * c - xi[k] * s;
            yi[k] += xr[k] * s + xi[k] * c;
        }
    }
    """
    void _power "echoel_power"(
        const float*, const float*, const float*, const float*, float*, int) noexcept nogil
    void _turned "echoel_turned"(
        const float*, const float*, float*, float*, float, float, int) noexcept nogil

cdef enum:
    NOTES = 160            # candidates for the melody's note

cdef double _TURN = 0.15915494309189535    # 1 / (2 pi)


cdef class Shifter:
    """Finds the partials of a window and sings them at another pitch."""

    def __init__(self, int size, int hop, double rate_hz):
        self.size = size
        self.half = size // 2
        self.hop = hop
        self.rate_hz = rate_hz
        self.before = np.zeros((4, self.half + 1), np.float32)
        self.power = np.zeros(self.half + 8, np.float32)
        self.peak = np.zeros(self.half // 2 + 2, np.intc)
        self.edge = np.zeros(self.half // 2 + 2, np.intc)
        self.turn = np.zeros(self.half // 2 + 2)
        self.lag = np.zeros(self.half // 2 + 2)
        # What is lost in the overlap when a tone lies so far from where its region was put: the transform of
        # the squared Hann window, 0 to 1/2 bin off.
        off = np.linspace(0.0, 0.5, LOSSES)
        spread = np.sinc(off) + (np.sinc(off - 1) + np.sinc(off + 1)) * 2 / 3
        self.make_up = (1 / (spread + (np.sinc(off - 2) + np.sinc(off + 2)) / 6)).astype(np.float32)
        self.wipe()

    cdef void wipe(self) noexcept nogil:
        memset(&self.before[0, 0], 0, 4 * (self.half + 1) * sizeof(float))
        self.clock = -self.half
        self.peaks = self.onsets = 0
        self.loudness = 0.0

    cdef void newest(
        self, const float* left, const float* right, double begin, int frames
    ) noexcept nogil:
        # Clicks in so many frames of sound, the first at `begin`: ticks whose slopes are far above the last.
        cdef int step, tick, j, at
        cdef float energy, slope, most, x, y
        for step in range(frames // TICK):
            tick = step * TICK
            energy = most = 0.0
            at = 0
            for j in range(tick if tick else 1, tick + TICK):
                x = left[j] - left[j - 1]
                y = right[j] - right[j - 1]
                slope = x * x + y * y
                energy += slope
                if slope > most:
                    most = slope
                    at = j
            if energy > 12.0 * self.loudness + 1e-6 and most > 0.0:
                if not self.onsets or begin + at > self.onset[(self.onsets - 1) % ONSETS] + self.size // 8:
                    self.onset[self.onsets % ONSETS] = begin + at
                    self.onsets += 1
            self.loudness += <float> 0.06 * (energy - self.loudness)

    cdef void analyse(
        self, const float* lr, const float* li, const float* rr, const float* ri
    ) noexcept nogil:
        cdef int k, j, low, count = 0, half = self.half
        cdef float* power = &self.power[2]
        cdef float* before_lr = &self.before[0, 0]
        cdef float* before_li = &self.before[1, 0]
        cdef float* before_rr = &self.before[2, 0]
        cdef float* before_ri = &self.before[3, 0]
        cdef double re, im, expected, off
        cdef float least, floor_power = 0.0
        self.clock += self.hop
        _power(lr, li, rr, ri, power, half + 1)
        for k in range(half + 1):
            if power[k] > floor_power:
                floor_power = power[k]
        floor_power *= <float> 1e-13
        k = 1
        while k < half:
            if (power[k] > floor_power and power[k] >= power[k - 1] and power[k] > power[k + 1]
                    and power[k] >= power[k - 2] and power[k] > power[k + 2]):
                self.peak[count] = k
                if count:
                    # Two neighbours part where it is quietest between them.
                    low = self.peak[count - 1] + 1
                    least = power[low]
                    for j in range(low + 1, k):
                        if power[j] < least:
                            least = power[j]
                            low = j
                    self.edge[count] = low
                count += 1
                k += 1
            k += 1
        self.peaks = count
        self.edge[0] = 0
        self.edge[count] = half + 1
        for j in range(count):
            k = self.peak[j]
            # How far the phase has come since the last window, against what this bin's own pitch expects.
            re = (lr[k] * before_lr[k] + li[k] * before_li[k] + rr[k] * before_rr[k] + ri[k] * before_ri[k])
            im = (li[k] * before_lr[k] - lr[k] * before_li[k] + ri[k] * before_rr[k] - rr[k] * before_ri[k])
            expected = <double> k * self.hop / self.size
            off = atan2(im, re) * _TURN - expected
            off -= floor(off + 0.5)
            if fabs(off) > 1.5 * self.hop / self.size:
                off = 0.0
            self.turn[j] = (expected + off) / self.hop
            if self.onsets:
                re = (lr[k] * (lr[k - 1] + lr[k + 1]) + li[k] * (li[k - 1] + li[k + 1])
                      + rr[k] * (rr[k - 1] + rr[k + 1]) + ri[k] * (ri[k - 1] + ri[k + 1]))
                im = (li[k] * (lr[k - 1] - lr[k + 1]) - lr[k] * (li[k - 1] - li[k + 1])
                      + ri[k] * (rr[k - 1] - rr[k + 1]) - rr[k] * (ri[k - 1] - ri[k + 1]))
                self.lag[j] = -atan2(im, re) * _TURN * self.size
        memcpy(before_lr, lr, (half + 1) * sizeof(float))
        memcpy(before_li, li, (half + 1) * sizeof(float))
        memcpy(before_rr, rr, (half + 1) * sizeof(float))
        memcpy(before_ri, ri, (half + 1) * sizeof(float))

    cdef void sing(
        self, double ratio, float gain_left, float gain_right, float[:, ::1] rotation, int page,
        const float* lr, const float* li, const float* rr, const float* ri, float[:, ::1] out, bint moves,
    ) noexcept nogil:
        # Adds the moved spectrum to `out`; the voice's angles, in turns, go from one page to the other.
        # Without moves the partials stay where they are and only turn: so time is stretched by the ratio.
        cdef int i, j, k, a, b, to, half = self.half
        cdef double angle, shift, click = 0.0, width = self.size / 2.2
        cdef bint has_click = False, is_click
        cdef float c, s, level
        cdef float* last = &rotation[page, 0]
        cdef float* now = &rotation[1 - page, 0]
        for i in range(min(self.onsets, ONSETS)):
            if fabs(self.onset[i] - self.clock) < width:
                # The one nearest to the middle speaks loudest in this window.
                if not has_click or fabs(self.onset[i] - self.clock) < fabs(click):
                    click = self.onset[i] - self.clock
                has_click = True
        if fabs(click) <= self.size / 64.0:
            # In the middle of the window it cannot be told from a tone, and needs no help.
            has_click = False
        for j in range(self.peaks):
            k = self.peak[j]
            a = self.edge[j]
            b = self.edge[j + 1]
            shift = (ratio - 1.0) * self.turn[j]
            is_click = has_click and fabs(self.lag[j] - click) < self.size / 24.0
            if is_click and not moves:
                self._slide(click, a, b, now, lr, li, rr, ri, out)
                continue
            if is_click:
                angle = -shift * click
            else:
                angle = last[k] + shift * self.hop
            angle -= floor(angle)
            for i in range(a, b):
                now[i] = <float> angle
            to = 0
            level = 1.0
            if moves:
                to = <int> floor(shift * self.size + 0.5)
                level = self.make_up[<int> (fabs(shift * self.size - to) * (2 * (LOSSES - 1)) + 0.5)]
            if a + to < 0:
                a = -to
            if b + to > half + 1:
                b = half + 1 - to
            if a >= b:
                continue
            s = level * <float> sine_of(turn_of(0.5 * angle) << 1)
            c = level * <float> sine_of((turn_of(0.5 * angle) << 1) + turn_of(0.25))
            _turned(lr + a, li + a, &out[0, a + to], &out[1, a + to], c * gain_left, s * gain_left, b - a)
            _turned(rr + a, ri + a, &out[2, a + to], &out[3, a + to], c * gain_right, s * gain_right, b - a)

    cdef void _slide(
        self, double click, int a, int b, float* now,
        const float* lr, const float* li, const float* rr, const float* ri, float[:, ::1] out,
    ) noexcept nogil:
        # A click in stretched time: moved inside its window to where it has to sound, bin by bin; if that is
        # outside, another window has it.
        cdef int k
        cdef double at = self.stretch * (self.clock + click) - self.clock_out, turn
        cdef float c, s
        for k in range(a, b):
            turn = -(at - click) * k / self.size
            turn -= floor(turn)
            now[k] = <float> turn
            if fabs(at) < 0.45 * self.size:
                s = <float> sine_of(turn_of(0.5 * turn) << 1)
                c = <float> sine_of((turn_of(0.5 * turn) << 1) + turn_of(0.25))
                out[0, k] = lr[k] * c - li[k] * s
                out[1, k] = lr[k] * s + li[k] * c
                out[2, k] = rr[k] * c - ri[k] * s
                out[3, k] = rr[k] * s + ri[k] * c

    cdef double note(self) noexcept nogil:
        # The note of the window, in semitones from A 440: the fundamental, 70 to 700 Hz, whose multiples hold
        # most, each counting for less than the one before. -10000 for silence.
        cdef int j, i, harmonic
        cdef double hz, level, at, off, best = 0.0, found = -10_000.0, weight, whole = 0.0
        cdef double[NOTES] sum
        for i in range(NOTES):
            sum[i] = 0.0
        for j in range(self.peaks):
            hz = self.turn[j] * self.rate_hz
            if not 60.0 < hz < 4_000.0:
                continue
            level = sqrt(self.power[2 + self.peak[j]])
            whole += level
            weight = 1.0
            for harmonic in range(1, 11):
                # Fundamentals from -32 to +8 semitones from A.
                at = (12.0 * log2(hz / (440.0 * harmonic)) + 32.0) * 4.0
                if -1.0 < at < NOTES:
                    i = <int> floor(at)
                    off = at - i
                    if i >= 0:
                        sum[i] += weight * level * (1.0 - off)
                    if i + 1 < NOTES:
                        sum[i + 1] += weight * level * off
                weight *= 0.84
        for i in range(NOTES):
            if sum[i] > best * 1.0001:
                best = sum[i]
                found = i
        if whole < 1e-3 * self.size or best <= 0.0:
            return -10_000.0
        i = <int> found
        if 0 < i < NOTES - 1:
            found += (sum[i + 1] - sum[i - 1]) / (sum[i - 1] + sum[i] + sum[i + 1])
        return found / 4.0 - 32.0
