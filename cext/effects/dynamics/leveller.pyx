# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A hand on the fader: loud passages come down and quiet ones up, slowly, without losing their own dynamics.

Every 10 ms the power of both ears joins a running mean over the window; what it lacks to the target is the
gain wanted. That gain is smoothed by a Gaussian over 0.1 s on either side, so it begins to move before the
passage that asks for it; the sound waits for it. Silence (below the gate) leaves the hand where it is.
Source: frame gain with Gaussian smoothing as in the dynamic audio normalisers; ITU-R BS.1770-4 for gating.
"""

from libc.math cimport exp, exp2, log2

from cext._types cimport TICK
from cext.effects.dynamics.levels cimport OCTAVE_DB
from cext.parts cimport Effect

import numpy as np

from cext.parameters import Parameter

cdef enum:
    TARGET, RANGE, WINDOW, GATE

cdef double _HOP_S = 0.01


cdef class Leveller(Effect):
    """Rides the fader for you: brings speech or music of changing loudness to one level."""

    SOURCE = "Gaussian-smoothed window gain, gated as in ITU-R BS.1770-4"
    NEUTRAL = {"range_db": 0.0}
    PARAMETERS = (
        Parameter("target_db", "dBFS", -40.0, 0.0, -20.0),
        Parameter("range_db", "dB", 0.0, 40.0, 15.0),
        Parameter("window_s", "s", 0.1, 10.0, 1.0, "log"),
        Parameter("gate_db", "dBFS", -90.0, -20.0, -55.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        cdef int k
        cdef double all_ = 1.0
        super().__init__(rate_hz, **values)
        # An even number of ticks, because the gain turns at the middle of a hop.
        self.hop = 2 * TICK * max(1, round(0.5 * _HOP_S * rate_hz / TICK))
        self.shape[0] = 1.0
        for k in range(1, REACH + 1):
            self.shape[k] = exp(-0.5 * (k / (0.4 * REACH)) ** 2)
            all_ += 2.0 * self.shape[k]
        for k in range(REACH + 1):
            self.shape[k] /= all_
        self.line = np.zeros((2, (REACH + 2) * self.hop), dtype=np.float32)
        self.delays((REACH + 2) * self.hop)
        self.clear()

    def readings(self):
        """Where the hand is: gain_db; how loud the passage is: level_dbfs."""
        return {
            "gain_db": OCTAVE_DB * self.smooth[1],
            "level_dbfs": 0.5 * OCTAVE_DB * log2(max(self.mean / max(self.weight, 1e-9), 1e-20)),
        }

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # A hop is a whole number of ticks, so its end is the end of a segment.
        cdef int j
        cdef double gain, step, now, x, y, power = self.power, from_middle = self.heard - 0.5 * self.hop
        cdef int side = from_middle >= 0.0
        step = (self.smooth[side + 1] - self.smooth[side]) / self.hop
        gain = self.smooth[side]
        from_middle = from_middle if side else from_middle + self.hop
        for j in range(frames):
            x = left[j]
            y = right[j]
            power += 0.5 * (x * x + y * y)
            x = self.line[0, self.place]
            y = self.line[1, self.place]
            self.line[0, self.place] = left[j]
            self.line[1, self.place] = right[j]
            self.place += 1
            now = gain + step * (from_middle + j)
            if now != 0.0:
                left[j] = <float> (x * exp2(now))
                right[j] = <float> (y * exp2(now))
            else:
                left[j] = <float> x
                right[j] = <float> y
        if self.place == self.line.shape[1]:
            self.place = 0
        self.power = power
        self.heard += frames
        if self.heard == self.hop:
            self.finish()

    cdef void finish(self) noexcept nogil:
        cdef int k
        cdef double share, want, power = self.power / self.hop
        self.heard = 0
        self.power = 0.0
        for k in range(KEPT - 1):
            self.wanted[k] = self.wanted[k + 1]
        if power > exp2(2.0 * self.end[GATE] / OCTAVE_DB):
            share = 1.0 - exp(-self.hop / (self.end[WINDOW] * self.rate_hz))
            self.mean += share * (power - self.mean)
            self.weight += share * (1.0 - self.weight)
            want = self.end[TARGET] / OCTAVE_DB - 0.5 * log2(self.mean / self.weight)
            share = self.end[RANGE] / OCTAVE_DB
            self.wanted[KEPT - 1] = min(max(want, -share), share)
        self.smooth[0] = self.smooth[1]
        self.smooth[1] = self.smooth[2]
        # The newest one is `REACH` hops after the middle of the Gaussian.
        want = self.shape[0] * self.wanted[KEPT - 1 - REACH]
        for k in range(1, REACH + 1):
            want += self.shape[k] * (self.wanted[KEPT - 1 - REACH - k] + self.wanted[KEPT - 1 - REACH + k])
        self.smooth[2] = want

    cdef void clear(self) noexcept nogil:
        cdef int k
        self.line[:, :] = 0.0
        for k in range(KEPT):
            self.wanted[k] = 0.0
        self.smooth[0] = self.smooth[1] = self.smooth[2] = 0.0
        self.place = self.heard = 0
        self.power = self.mean = self.weight = 0.0
