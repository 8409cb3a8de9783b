# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The first digital reverb: four combs side by side, then two all-passes, an ear.

Schroeder gave the form and the lengths, Moorer put a one-pole damper into each comb, because air and walls
swallow the treble first. Sources: M. R. Schroeder, JAES 10 (1962) 219; J. A. Moorer, Computer Music Journal
3:2 (1979) 13.
"""

from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport TICK
from cext.effects.reverbs._lines cimport (
    MIRROR, Loop, line_absorb, line_glide, line_powers, line_smear, line_soften, loop_go, loop_lay,
    loop_read, loop_size, loop_write,
)
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef enum:
    MIX, DECAY, DAMPING, PREDELAY

# Milliseconds: the left ear's are Schroeder's.
cdef double[2][COMBS] COMB_MS = [[29.7, 37.1, 41.1, 43.7], [30.5, 36.3, 42.1, 44.9]]
cdef double[2][PASSES] PASS_MS = [[5.0, 1.7], [5.3, 1.9]]


cdef class Schroeder(Tail):
    """The reverb of early computer music: a handful of echoes, grainy and clear."""

    SOURCE = "M. R. Schroeder, JAES 10 (1962) 219; J. A. Moorer, Computer Music Journal 3:2 (1979) 13"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.35),
        Parameter("decay_s", "s", 0.2, 10.0, 1.8, "log"),
        Parameter("damping", "", 0.0, 1.0, 0.25),
        Parameter("predelay_ms", "ms", 0.0, 250.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int ear, i
        cdef float* at
        # Never shorter than a tick, because a tick is worked through in one go.
        ms = rate_hz / 1000.0
        combs = [[max(TICK, round(COMB_MS[ear][i] * ms)) for i in range(COMBS)] for ear in range(2)]
        passes = [[max(TICK, round(PASS_MS[ear][i] * ms)) for i in range(PASSES)] for ear in range(2)]
        sizes = [loop_size(length) + MIRROR for row in combs + passes for length in row]
        self.memory = np.zeros(sum(sizes), np.float32)
        at = &self.memory[0]
        for ear in range(2):
            for i in range(COMBS):
                loop_lay(&self.comb[ear][i], at, combs[ear][i])
                at += self.comb[ear][i].size + MIRROR
            for i in range(PASSES):
                loop_lay(&self.smear[ear][i], at, passes[ear][i])
                at += self.smear[ear][i].size + MIRROR
        self.loudness = 0.35
        self.clear()

    cdef void turn(self) noexcept nogil:
        cdef int ear, i
        cdef double gain = 1.0, pole = 0.0
        self.has_moved = False
        if self.is_fresh or self.end[DECAY] != self.known[0] or self.end[DAMPING] != self.known[1]:
            self.known[0] = self.end[DECAY]
            self.known[1] = self.end[DAMPING]
            self.has_moved = not self.is_fresh
            memcpy(self.powers_before, self.powers, sizeof(self.powers))
            memcpy(self.gain_before, self.gain, sizeof(self.gain))
            for ear in range(2):
                for i in range(COMBS):
                    line_absorb(self.comb[ear][i].length, self.rate_hz, self.known[0], self.known[1],
                                &gain, &pole)
                    line_powers(self.powers[ear][i], pole)
                    self.gain[ear][i] = <float> (gain * (1.0 - pole))

    cdef void ring(self) noexcept nogil:
        cdef int ear, i, j
        cdef Loop* loop
        cdef float* line
        cdef float* back
        memset(self.wet, 0, sizeof(self.wet))
        for ear in range(2):
            for i in range(COMBS):
                loop = &self.comb[ear][i]
                back = self.back[ear][i]
                line = loop_write(loop)
                for j in range(TICK):
                    line[j] = self.heard[ear][j] + back[j]
                loop_go(loop)
                memcpy(back, loop_read(loop), TICK * sizeof(float))
                for j in range(TICK):
                    self.wet[ear][j] += back[j]
                if self.has_moved:
                    line_glide(back, self.last[ear][i], self.powers_before[ear][i], self.gain_before[ear][i],
                               self.powers[ear][i], self.gain[ear][i])
                else:
                    line_soften(back, self.last[ear][i], self.powers[ear][i], self.gain[ear][i])
            for i in range(PASSES):
                loop = &self.smear[ear][i]
                line_smear(self.wet[ear], loop_read(loop), loop_write(loop), <float> -0.7)
                loop_go(loop)

    cdef void hush(self) noexcept nogil:
        cdef int ear, i
        memset(&self.memory[0], 0, self.memory.shape[0] * sizeof(float))
        memset(self.back, 0, sizeof(self.back))
        memset(self.last, 0, sizeof(self.last))
        for ear in range(2):
            for i in range(COMBS):
                self.comb[ear][i].place = 0
            for i in range(PASSES):
                self.smear[ear][i].place = 0
