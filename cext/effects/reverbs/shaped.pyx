# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Tails with a shape of their own: cut off as by a gate, or swelling towards the end as if played backwards.

A tail that must end at a given moment cannot come out of a loop. So three all-pass diffusers an ear make a
cloud of each click, and 128 echoes of that cloud, with random signs, one at random in each 128th of the time
(velvet noise), carry the shape.
Sources: M. Karjalainen and H. Järveläinen, AES 30th Conf. (2007).
"""

from libc.math cimport M_PI, exp, pow, sqrt
from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport RAMP, TICK, scatter
from cext.effects.reverbs._lines cimport (
    MIRROR, line_at, line_echoes, line_glide, line_powers, line_seal, line_smear, line_soften, line_write,
)
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef enum:
    MIX, TIME, SHAPE, HIGH_CUT, PREDELAY

cdef double[2][SMEARS] SMEAR_MS = [[1.871, 4.339, 7.193], [1.733, 4.721, 6.871]]
cdef double _FADE_MS = 6.0


cdef class Shaped(Tail):
    """A tail of a fixed length under an envelope."""

    SPREADS = True
    NEUTRAL = {"mix": 0.0}

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int ear, i
        cdef unsigned long long dice
        longest = self.parameters[TIME].maximum * rate_hz / 1000 + 4 * TICK
        size = 1 << int(longest).bit_length()
        self.memory = np.zeros((2 + 2 * SMEARS, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        for ear in range(2):
            for i in range(SMEARS):
                # Never shorter than a tick, because a tick is worked through in one go.
                self.span[ear][i] = max(TICK, <int> (SMEAR_MS[ear][i] * rate_hz / 1000))
            for i in range(ECHOES):
                dice = scatter(2 * i + ear + 1)
                self.place[ear][i] = (i + <double> (dice >> 11) / 9007199254740992.0) / ECHOES
                self.sign[ear][i] = 1.0 if dice & 1 else -1.0
        self.clear()

    cdef void turn(self) noexcept nogil:
        cdef int ear, i
        cdef double pole, energy, time = self.end[TIME] * self.rate_hz / 1000.0
        self.has_moved = False
        self.is_softening = False
        if self.is_fresh or self.end[HIGH_CUT] != self.high_known:
            self.high_known = self.end[HIGH_CUT]
            self.is_softening = not self.is_fresh
            memcpy(self.powers_before, self.powers, sizeof(self.powers))
            self.soft_gain_before = self.soft_gain
            pole = exp(-2.0 * M_PI * self.high_known / self.rate_hz)
            line_powers(self.powers, pole)
            self.soft_gain = <float> (1.0 - pole)
        if not self.is_fresh and self.end[TIME] == self.known[0] and self.end[SHAPE] == self.known[1]:
            return
        self.known[0] = self.end[TIME]
        self.known[1] = self.end[SHAPE]
        self.has_moved = not self.is_fresh
        memcpy(self.delay_before, self.delay, sizeof(self.delay))
        memcpy(self.gain_before, self.gain, sizeof(self.gain))
        for ear in range(2):
            energy = 0.0
            for i in range(ECHOES):
                self.delay[ear][i] = TICK + <int> (self.place[ear][i] * time)
                self.gain[ear][i] = <float> self.envelope(self.place[ear][i], self.known[1])
                self.gain[ear][i] *= self.sign[ear][i]
                energy += self.gain[ear][i] * self.gain[ear][i]
            for i in range(ECHOES):
                self.gain[ear][i] *= <float> (1.0 / sqrt(energy))

    cdef double envelope(self, double place, double shape_db) noexcept nogil:
        return 1.0

    cdef double _close(self, double place) noexcept nogil:
        # The end is quick, but not a click.
        return min(1.0, (1.0 - place) * self.end[TIME] / _FADE_MS)

    cdef void ring(self) noexcept nogil:
        cdef int ear, i, row, j
        cdef float[TICK] before
        memset(self.wet, 0, sizeof(self.wet))
        for ear in range(2):
            if self.is_softening:
                line_glide(self.heard[ear], self.last[ear], self.powers_before, self.soft_gain_before,
                           self.powers, self.soft_gain)
            else:
                line_soften(self.heard[ear], self.last[ear], self.powers, self.soft_gain)
            for i in range(SMEARS):
                row = 2 + SMEARS * ear + i
                line_smear(self.heard[ear],
                           line_at(&self.memory[row, 0], self.mask, self.clock - self.span[ear][i]),
                           line_at(&self.memory[row, 0], self.mask, self.clock), 0.6)
                line_seal(&self.memory[row, 0], self.mask, self.clock)
            line_write(&self.memory[ear, 0], self.mask, self.clock, self.heard[ear])
            line_echoes(&self.memory[ear, 0], self.mask, self.clock + TICK, self.delay[ear], self.gain[ear],
                        ECHOES, self.wet[ear])
            if self.has_moved:
                memset(before, 0, sizeof(before))
                line_echoes(&self.memory[ear, 0], self.mask, self.clock + TICK, self.delay_before[ear],
                            self.gain_before[ear], ECHOES, before)
                for j in range(TICK):
                    self.wet[ear][j] += (1 - RAMP[j] / TICK) * (before[j] - self.wet[ear][j])

    cdef void hush(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        memset(self.last, 0, sizeof(self.last))


cdef class Gated(Shaped):
    """A big room that is cut off before it can fade, as on the drums of the eighties."""

    SOURCE = "M. Karjalainen and H. Järveläinen, AES 30th Conf. (2007): velvet noise under an envelope"
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.4),
        Parameter("time_ms", "ms", 50.0, 1_000.0, 280.0, "log"),
        Parameter("slope_db", "dB", -40.0, 0.0, -6.0),
        Parameter("high_cut_hz", "Hz", 500.0, 20_000.0, 12_000.0, "log"),
        Parameter("predelay_ms", "ms", 0.0, 250.0, 0.0),
    )

    cdef double envelope(self, double place, double shape_db) noexcept nogil:
        return pow(10.0, shape_db * place / 20.0) * self._close(place)


cdef class Reverse(Shaped):
    """A room that swells towards every sound's end and stops, as if played backwards."""

    SOURCE = "M. Karjalainen and H. Järveläinen, AES 30th Conf. (2007): velvet noise under an envelope"
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.45),
        Parameter("time_ms", "ms", 50.0, 1_000.0, 500.0, "log"),
        Parameter("rise_db", "dB", 6.0, 60.0, 36.0),
        Parameter("high_cut_hz", "Hz", 500.0, 20_000.0, 12_000.0, "log"),
        Parameter("predelay_ms", "ms", 0.0, 250.0, 0.0),
    )

    cdef double envelope(self, double place, double shape_db) noexcept nogil:
        return pow(10.0, shape_db * (place - 1.0) / 20.0) * self._close(place)
