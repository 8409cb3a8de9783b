# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""A tail of velvet noise: sparse, random pulses of either sign, the smoothest noise there is for its price.

Three loops of 83 to 114 ms repeat what they hear, a little weaker and darker each time; from each an ear
takes 56 echoes, one at random in each 56th of the loop, with random signs and the loop's own fall along it.
Together they make 1700 pulses a second, above which velvet noise is as smooth as the Gaussian kind.
Sources: M. Karjalainen and H. Järveläinen, AES 30th Conf. (2007); V. Välimäki, B. Holm-Rasmussen, B. Alary
and H.-M. Lehtonen, Applied Sciences 7 (2017) 483.
"""

from libc.math cimport pow
from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport RAMP, TICK, scatter
from cext.effects.reverbs._lines cimport (
    MIRROR, line_absorb, line_at, line_echoes, line_glide, line_powers, line_soften, line_write,
)
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef enum:
    MIX, DECAY, DAMPING, PREDELAY

cdef double[LOOPS] LOOP_MS = [83.31, 97.73, 113.89]


cdef class Velvet(Tail):
    """A neutral, very smooth tail without any metal in it."""

    SOURCE = "M. Karjalainen et al., AES 30th Conf. (2007); V. Välimäki et al., Appl. Sci. 7 (2017) 483"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.35),
        Parameter("decay_s", "s", 0.2, 10.0, 1.6, "log"),
        Parameter("damping", "", 0.0, 1.0, 0.3),
        Parameter("predelay_ms", "ms", 0.0, 250.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int ear, i, k
        cdef unsigned long long dice
        cdef double place
        size = 1 << int(LOOP_MS[LOOPS - 1] * rate_hz / 1000 + 4 * TICK).bit_length()
        self.memory = np.zeros((LOOPS, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.loudness = 0.067
        for i in range(LOOPS):
            self.length[i] = <int> (LOOP_MS[i] * rate_hz / 1000) | 1
            for ear in range(2):
                for k in range(PULSES):
                    dice = scatter(1000 * i + 2 * k + ear + 1)
                    place = (k + <double> (dice >> 11) / 9007199254740992.0) / PULSES
                    self.delay[ear][i][k] = TICK + <int> (place * self.length[i])
                    self.sign[ear][i][k] = 1.0 if dice & 1 else -1.0
        self.clear()

    cdef void turn(self) noexcept nogil:
        cdef int ear, i, k
        cdef double gain = 1.0, pole = 0.0
        self.has_moved = False
        if self.is_fresh or self.end[DECAY] != self.known[0] or self.end[DAMPING] != self.known[1]:
            self.known[0] = self.end[DECAY]
            self.known[1] = self.end[DAMPING]
            self.has_moved = not self.is_fresh
            memcpy(self.gain_before, self.gain, sizeof(self.gain))
            memcpy(self.powers_before, self.powers, sizeof(self.powers))
            memcpy(self.keep_before, self.keep, sizeof(self.keep))
            for i in range(LOOPS):
                line_absorb(self.length[i], self.rate_hz, self.known[0], self.known[1], &gain, &pole)
                line_powers(self.powers[i], pole)
                # One loop turns its sign at every round, so that no common beat is heard.
                self.keep[i] = <float> (gain * (1.0 - pole)) * (-1 if i == 1 else 1)
                for ear in range(2):
                    for k in range(PULSES):
                        self.gain[ear][i][k] = self.sign[ear][i][k] * <float> pow(
                            gain, <double> (self.delay[ear][i][k] - TICK) / self.length[i])

    cdef void ring(self) noexcept nogil:
        cdef int ear, i, j
        cdef float[TICK] sound
        cdef float[2][TICK] before
        memset(before, 0, sizeof(before))
        memset(self.wet, 0, sizeof(self.wet))
        for i in range(LOOPS):
            memcpy(sound, line_at(&self.memory[i, 0], self.mask, self.clock - self.length[i]), sizeof(sound))
            if self.has_moved:
                line_glide(sound, self.last[i], self.powers_before[i], self.keep_before[i],
                           self.powers[i], self.keep[i])
            else:
                line_soften(sound, self.last[i], self.powers[i], self.keep[i])
            for j in range(TICK):
                sound[j] += self.heard[0][j] + self.heard[1][j]
            line_write(&self.memory[i, 0], self.mask, self.clock, sound)
            for ear in range(2):
                line_echoes(&self.memory[i, 0], self.mask, self.clock + TICK, self.delay[ear][i],
                            self.gain[ear][i], PULSES, self.wet[ear])
                if self.has_moved:
                    line_echoes(&self.memory[i, 0], self.mask, self.clock + TICK, self.delay[ear][i],
                                self.gain_before[ear][i], PULSES, before[ear])
        if self.has_moved:
            for ear in range(2):
                for j in range(TICK):
                    self.wet[ear][j] += (1 - RAMP[j] / TICK) * (before[ear][j] - self.wet[ear][j])

    cdef void hush(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        memset(self.last, 0, sizeof(self.last))
