# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Silence where nobody speaks.

The level in the band of voices (200 Hz to 4 kHz) is compared with the level of the pauses, which is
followed: down quickly, up slowly. A word opens the gate, which stays open for a while behind it; the sound
waits 10 ms, so that no beginning is cut. Source: the energy detector of ITU-T G.729 Annex B (1996), with
hangover.
"""

import numpy as np

from libc.math cimport M_PI, exp, log10, pow
from libc.string cimport memset

from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    ABOVE, HOLD, REDUCTION, RELEASE


cdef class SilenceGate(Effect):
    """Closes in the pauses between words and opens in time for the next one, whatever the room's noise."""

    SOURCE = "ITU-T G.729 Annex B (1996): voice activity by energy in the band of speech, with hangover"
    NEUTRAL = {"reduction_db": 0.0}
    PARAMETERS = (
        Parameter("above_db", "dB", 3.0, 40.0, 9.0),
        Parameter("hold_ms", "ms", 20.0, 2_000.0, 80.0, "log"),
        Parameter("reduction_db", "dB", 0.0, 90.0, 40.0),
        Parameter("release_ms", "ms", 5.0, 2_000.0, 100.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        late = TICK * max(2, round(0.01 * rate_hz / TICK))
        self.held = np.zeros((2, late), np.float32)
        self.keep_low = exp(-2.0 * M_PI * 200.0 / rate_hz)
        self.keep_high = exp(-2.0 * M_PI * min(4_000.0, 0.4 * rate_hz) / rate_hz)
        self.delays(late)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        # Once a tick, by the level of the tick before.
        cdef double tick_s = TICK / self.rate_hz, least = pow(10.0, -self.end[REDUCTION] / 20.0), aim
        self.level_db = 10.0 * log10(self.energy / TICK + 1e-12)
        self.energy = 0.0
        if self.level_db < self.floor_db:
            self.floor_db += (1.0 - exp(-tick_s / 0.05)) * (self.level_db - self.floor_db)
        else:
            # 3 dB a second: a word does not become the room's noise, a new fan does.
            self.floor_db = min(self.level_db, self.floor_db + 3.0 * tick_s)
        self.floor_db = max(-100.0, self.floor_db)
        if self.level_db > self.floor_db + self.end[ABOVE] and self.level_db > -85.0:
            self.quiet = 0
        else:
            self.quiet += 1
        aim = 1.0 if self.quiet * tick_s * 1000.0 < self.end[HOLD] else least
        self.gain = self.gain_end
        if aim > self.gain:
            self.gain_end = min(aim, self.gain + tick_s / 0.005)
        else:
            self.gain_end = aim + exp(-1000.0 * tick_s / self.end[RELEASE]) * (self.gain - aim)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef double middle, band
        cdef float x, y, share, gain = <float> self.gain, step = <float> ((self.gain_end - self.gain) / TICK)
        for j in range(frames):
            x = left[j]
            y = right[j]
            middle = 0.5 * (<double> x + y)
            self.low = middle + self.keep_low * (self.low - middle)
            band = middle - self.low
            self.high = band + self.keep_high * (self.high - band)
            self.energy += self.high * self.high
            share = gain + step * RAMP[first + j]
            left[j] = share * self.held[0, self.place]
            right[j] = share * self.held[1, self.place]
            self.held[0, self.place] = x
            self.held[1, self.place] = y
            self.place += 1
            if self.place == self.held.shape[1]:
                self.place = 0

    cdef void clear(self) noexcept nogil:
        memset(&self.held[0, 0], 0, 2 * self.held.shape[1] * sizeof(float))
        self.place = 0
        self.low = self.high = self.energy = 0.0
        self.floor_db = -60.0
        self.gain = self.gain_end = 1.0
        self.quiet = 0
