# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A bucket brigade: charges handed on by a clock, whose pace is the delay.

The clock does not keep to frames. In front of the chain and behind it stands a low-pass of fourth order
(Butterworth) as two complex modes; between two frames a mode only decays, so its value at the very moment of
a clock tick is known, and a step of the chain's output enters the modes behind as late as it comes: no
oversampling, and the aliases are those of the chain itself. Around it a compander (NE570: the square root of
the level in, its square out). A slow clock is dull and grainy, as it was. Sources: M. Holters and J. D.
Parker, DAFx-18 (2018); C. Raffel and J. O. Smith, DAFx-10 (2010).
"""

import numpy as np

from libc.math cimport M_PI, cos, exp, fabs, sin
from libc.string cimport memset

from cext._types cimport RAMP, TICK
from cext.effects.modulation._sweep cimport sweep_clear, sweep_tick
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    TIME, FEEDBACK, BAND, SPEED, DEPTH, COMPANDER, MIX

cdef double _QUIETEST = 0.003      # the compander lifts nothing below -50 dBFS any further
cdef double _FOLLOW_S = 0.01


cdef inline Complex _times(Complex a, Complex b) noexcept nogil:
    cdef Complex c
    c.re = a.re * b.re - a.im * b.im
    c.im = a.re * b.im + a.im * b.re
    return c


cdef class BbdDelay(Effect):
    """The dark, breathing echo of a bucket-brigade chip; slow clocks grow grainy."""

    SOURCE = "M. Holters and J. D. Parker, DAFx-18 (2018); C. Raffel and J. O. Smith, DAFx-10 (2010)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("time_ms", "ms", 5.0, 600.0, 200.0, "log"),
        Parameter("feedback", "", 0.0, 0.95, 0.45),
        Parameter("band_hz", "Hz", 1_000.0, 12_000.0, 4_500.0, "log"),
        Parameter("speed_hz", "Hz", 0.05, 8.0, 0.6, "log"),
        Parameter("depth", "", 0.0, 1.0, 0.1),
        switch("compander", "off", "on", default=1),
        Parameter("mix", "", 0.0, 1.0, 0.4),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.chain = np.zeros((2, BUCKETS), dtype=np.float32)
        # Each place two doubles: real and imaginary part.
        self.decay = np.zeros((2, PLACES + 2, 2)).view([("re", "f8"), ("im", "f8")])[:, :, 0].copy()
        self.follow = 1.0 - exp(-1.0 / (_FOLLOW_S * rate_hz))
        self.clear()

    cdef void _tune(self, double corner_hz) noexcept nogil:
        # Butterworth's poles w exp(j angle); of each pair one, the other is its mirror image. The residue of
        # H = w^4 / prod (s - p) at each is the mode's weight.
        cdef int k, i
        cdef double w = 2.0 * M_PI * min(corner_hz / self.rate_hz, 0.35), angle, size
        cdef Complex p[4]
        cdef Complex product, gap, unit
        for k in range(2):
            angle = M_PI * (5.0 + 2.0 * k) / 8.0
            p[k].re = w * cos(angle)
            p[k].im = w * sin(angle)
            p[k + 2].re = p[k].re
            p[k + 2].im = -p[k].im
        for k in range(2):
            product.re = 1.0
            product.im = 0.0
            for i in range(4):
                if i != k:
                    gap.re = p[k].re - p[i].re
                    gap.im = p[k].im - p[i].im
                    product = _times(product, gap)
            # Twice the real part of w^4 / product; behind the chain, of steps: divided by the pole as well.
            size = 2.0 * w * w * w * w / (product.re * product.re + product.im * product.im)
            self.weigh_in[k].re = size * product.re
            self.weigh_in[k].im = -size * product.im
            size = 1.0 / (p[k].re * p[k].re + p[k].im * p[k].im)
            unit.re = size * p[k].re
            unit.im = -size * p[k].im
            self.weigh_out[k] = _times(self.weigh_in[k], unit)
            for i in range(PLACES + 2):
                size = exp(p[k].re * i / PLACES)
                self.decay[k, i].re = size * cos(p[k].im * i / PLACES)
                self.decay[k, i].im = size * sin(p[k].im * i / PLACES)
            self.pole[k] = self.decay[k, PLACES]

    cdef void prepare(self) noexcept nogil:
        cdef int k
        cdef double late = self.end[TIME] * self.rate_hz / 1000.0
        sweep_tick(&self.sweep, self.end[SPEED], self.rate_hz)
        self.pace = self.pace_end
        # The clock sways by up to a fifth.
        self.pace_end = BUCKETS / (late * (1.0 + 0.2 * self.end[DEPTH] * self.sweep.sine))
        if self.is_fresh:
            self.pace = self.pace_end
        if self.is_fresh or self.end[BAND] != self.corner_known:
            self.corner_known = self.end[BAND]
            self._tune(self.corner_known)
        for k in range(4):
            # What fades for ever ends here.
            if fabs(self.outward[k // 2][k % 2].re) + fabs(self.outward[k // 2][k % 2].im) < 1e-20:
                self.outward[k // 2][k % 2].re = self.outward[k // 2][k % 2].im = 0.0
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, ear, k
        cdef double x, wet, mix, pace, gone, compander
        cdef double dry[2]
        cdef Complex next
        for j in range(frames):
            mix = self.begin[MIX] + self.step[MIX] * RAMP[first + j]
            compander = self.begin[COMPANDER] + self.step[COMPANDER] * RAMP[first + j]
            dry[0] = left[j]
            dry[1] = right[j]
            for ear in range(2):
                wet = self.last[ear]
                for k in range(2):
                    wet += self.outward[ear][k].re
                # Out: the level squares itself again.
                self.level[2 + ear] += self.follow * (fabs(wet) - self.level[2 + ear])
                wet *= 1.0 + compander * (max(self.level[2 + ear], _QUIETEST) - 1.0)
                x = dry[ear] + (self.begin[FEEDBACK] + self.step[FEEDBACK] * RAMP[first + j]) * wet
                # In: the gain is one over the level that comes out, which makes a square root of it.
                x *= 1.0 + compander * (1.0 / max(self.level[ear], _QUIETEST) - 1.0)
                # A bucket holds only so much.
                x = min(max(x, -4.0), 4.0)
                self.level[ear] += self.follow * (fabs(x) - self.level[ear])
                dry[ear] += mix * (wet - dry[ear])
                for k in range(2):
                    next = _times(self.inward[ear][k], self.pole[k])
                    next.re += x
                    self.inward[ear][k] = next
                    self.outward[ear][k] = _times(self.outward[ear][k], self.pole[k])
            left[j] = <float> dry[0]
            right[j] = <float> dry[1]
            # Every clock tick between this frame and the next, at its own moment.
            pace = self.pace + (self.pace_end - self.pace) / TICK * RAMP[first + j]
            gone = 1.0 - self.phase
            self.phase += pace
            while self.phase >= 1.0:
                self._shift(gone / pace)
                gone += 1.0
                self.phase -= 1.0

    cdef void _shift(self, double share) noexcept nogil:
        # One tick of the clock, `share` of a frame after the present one. `share` may miss 1 by rounding.
        cdef int ear, k
        cdef double place = min(max(share, 0.0), 1.0) * PLACES, rest, value, step
        cdef int whole = <int> place
        cdef int before = <int> (PLACES - place)
        cdef double before_rest = PLACES - place - before
        cdef Complex decay[2]
        cdef Complex left_over[2]
        rest = place - whole
        for k in range(2):
            decay[k].re = self.decay[k, whole].re
            decay[k].re += rest * (self.decay[k, whole + 1].re - self.decay[k, whole].re)
            decay[k].im = self.decay[k, whole].im
            decay[k].im += rest * (self.decay[k, whole + 1].im - self.decay[k, whole].im)
            decay[k] = _times(decay[k], self.weigh_in[k])
            left_over[k].re = self.decay[k, before].re + before_rest * (
                self.decay[k, before + 1].re - self.decay[k, before].re)
            left_over[k].im = self.decay[k, before].im + before_rest * (
                self.decay[k, before + 1].im - self.decay[k, before].im)
            left_over[k] = _times(left_over[k], self.weigh_out[k])
        for ear in range(2):
            value = 0.0
            for k in range(2):
                value += self.inward[ear][k].re * decay[k].re - self.inward[ear][k].im * decay[k].im
            step = self.chain[ear, self.place] - self.last[ear]
            self.last[ear] += step
            self.chain[ear, self.place] = <float> value
            for k in range(2):
                self.outward[ear][k].re += step * left_over[k].re
                self.outward[ear][k].im += step * left_over[k].im
        self.place = (self.place + 1) % BUCKETS

    cdef void clear(self) noexcept nogil:
        memset(&self.chain[0, 0], 0, 2 * BUCKETS * sizeof(float))
        memset(self.inward, 0, sizeof(self.inward))
        memset(self.outward, 0, sizeof(self.outward))
        memset(self.level, 0, sizeof(self.level))
        self.last[0] = self.last[1] = 0.0
        self.phase = 0.0
        self.place = 0
        sweep_clear(&self.sweep, 0)
        self.is_fresh = True
