# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""A steel plate: four diffusers, then a tank of two halves that feed each other crosswise.

Lengths, taps and signs are the paper's, scaled from its 29761 Hz. Each half smears the sound in a swaying
all-pass, lets it wait, darkens and weakens it, smears it again and hands it to the other half; fourteen taps
along the way are heard. The decay is given in seconds instead of the paper's factor.
Source: J. Dattorro, Effect Design Part 1, JAES 45 (1997) 660, figure 1 and tables 1 and 2.
"""

from libc.math cimport M_PI, exp, floor, log10, pow
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport RAMP, TICK, sine_of, turn_of
from cext.effects.reverbs._lines cimport (
    MIRROR, line_absorb, line_at, line_between, line_powers, line_seal, line_smear, line_soften, line_write,
)
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef enum:
    MIX, DECAY, DAMPING, PREDELAY, HIGH_CUT, DIFFUSION, DEPTH
    HALF = 4                 # the first row of the tank

cdef double _PAPER_HZ = 29_761.0
cdef int[ROWS] FRAMES = [142, 107, 379, 277, 672, 4453, 1800, 3720, 908, 4217, 2656, 3163]
# Row and frame of each tap; the first two and the fourth are added, the others taken away.
cdef int[2][7] TAP_ROW = [[9, 9, 10, 11, 5, 6, 7], [5, 5, 6, 7, 9, 10, 11]]
cdef int[2][7] TAP = [[266, 2974, 1913, 1996, 1990, 187, 1066], [353, 3627, 1228, 2673, 2111, 335, 121]]
cdef float[7] SIGN = [0.6, 0.6, -0.6, 0.6, -0.6, -0.6, -0.6]
cdef double _EXCURSION = 8.0


cdef inline double _ring_s(double decay_s) noexcept nogil:
    # The all-passes hold the sound back longer than their length wherever they ring: by so much, as measured
    # over the octaves of 250 to 4000 Hz and decays of 1 to 20 s, the tank must fall faster than it seems.
    return decay_s / (1.03 + 0.13 / (max(decay_s, 0.5) - 0.1))


cdef class Plate(Tail):
    """A studio plate: dense from the first moment, bright, wide and slowly shimmering."""

    SOURCE = "J. Dattorro, JAES 45 (1997) 660"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.35),
        Parameter("decay_s", "s", 1.0, 20.0, 2.5, "log"),
        Parameter("damping", "", 0.0, 1.0, 0.35),
        Parameter("predelay_ms", "ms", 0.0, 250.0, 10.0),
        Parameter("high_cut_hz", "Hz", 500.0, 20_000.0, 14_000.0, "log"),
        Parameter("diffusion", "", 0.0, 1.0, 1.0),
        Parameter("depth", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int ear, i
        cdef double scale = rate_hz / _PAPER_HZ
        for i in range(ROWS):
            # Never shorter than a tick, because a tick is worked through in one go.
            self.length[i] = max(TICK, round(FRAMES[i] * scale))
        for i in (HALF, 2 * HALF):
            self.length[i] = max(self.length[i], <int> (TICK + 2 * _EXCURSION * scale + 4))
        for ear in range(2):
            for i in range(7):
                self.tap[ear][i] = max(TICK, round(TAP[ear][i] * scale))
        size = 1 << int(max([self.length[i] for i in range(ROWS)]) + 3 * TICK).bit_length()
        self.memory = np.zeros((ROWS, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.sway_turn = turn_of(TICK / rate_hz)
        self.clear()

    cdef void turn(self) noexcept nogil:
        cdef int half, i
        cdef double frames, low, high, gain = 1.0, pole = 0.0, rate_hz = self.rate_hz
        if self.is_fresh or self.end[DECAY] != self.known[0] or self.end[DAMPING] != self.known[1]:
            self.known[0] = self.end[DECAY]
            self.known[1] = self.end[DAMPING]
            low = _ring_s(self.known[0])
            high = _ring_s(self.known[0] * pow(0.1, self.known[1]))
            for half in range(2):
                frames = 0.0
                for i in range(HALF * (half + 1), HALF * (half + 2)):
                    frames += self.length[i]
                line_absorb(frames, rate_hz, low, log10(low / high), &gain, &pole)
                line_powers(self.powers[half], pole)
                self.gain[half] = <float> (gain * (1.0 - pole))
        if self.is_fresh or self.end[HIGH_CUT] != self.known[2]:
            self.known[2] = self.end[HIGH_CUT]
            pole = exp(-2.0 * M_PI * self.known[2] / rate_hz)
            line_powers(self.powers[2], pole)
            self.gain[2] = <float> (0.5 * (1.0 - pole))

    cdef void ring(self) noexcept nogil:
        cdef int ear, i, j
        cdef float g = <float> self.end[DIFFUSION]
        cdef float[TICK] mono
        cdef float[TICK] right
        cdef const float* tap
        for j in range(TICK):
            mono[j] = self.heard[0][j] + self.heard[1][j]
        line_soften(mono, self.last[2], self.powers[2], self.gain[2])
        for i in range(HALF):
            self._smear(i, mono, g * <float> (0.75 if i < 2 else 0.625))
        for j in range(TICK):
            right[j] = mono[j]
        self._half(0, mono)
        self._half(1, right)
        for ear in range(2):
            for j in range(TICK):
                self.wet[ear][j] = 0.0
            for i in range(7):
                # One tick ahead: what the tap will say while the next tick is heard.
                tap = self._row(TAP_ROW[ear][i], self.clock + TICK - self.tap[ear][i])
                for j in range(TICK):
                    self.wet[ear][j] += SIGN[i] * tap[j]

    cdef void _half(self, int half, float* sound) noexcept nogil:
        # What comes in, and the end of the other half.
        cdef int j, whole, row = HALF * (half + 1)
        cdef float[TICK] swaying
        cdef double before = self.reach[half], reach, wide = _EXCURSION * self.rate_hz / _PAPER_HZ
        cdef int last = ROWS - 1 - HALF * half
        cdef const float* other = self._row(last, self.clock - self.length[last])
        for j in range(TICK):
            sound[j] += other[j]
        self.sway[half] += self.sway_turn
        reach = self.length[row] + wide * self.end[DEPTH] * sine_of(self.sway[half])
        if self.is_fresh:
            before = reach
        self.reach[half] = reach
        whole = <int> floor(0.5 * (before + reach))
        line_between(swaying, self._row(row, self.clock - whole - 2), RAMP, <float> (before - whole),
                     <float> ((reach - before) / TICK))
        line_smear(sound, swaying, self._row(row, self.clock), <float> -0.7)
        line_seal(self._row(row, 0), self.mask, self.clock)
        line_write(&self.memory[row + 1, 0], self.mask, self.clock, sound)
        memcpy(sound, self._row(row + 1, self.clock - self.length[row + 1]), TICK * sizeof(float))
        line_soften(sound, self.last[half], self.powers[half], self.gain[half])
        self._smear(row + 2, sound, 0.5)
        line_write(&self.memory[row + 3, 0], self.mask, self.clock, sound)

    cdef void _smear(self, int row, float* sound, float g) noexcept nogil:
        line_smear(sound, self._row(row, self.clock - self.length[row]), self._row(row, self.clock), g)
        line_seal(self._row(row, 0), self.mask, self.clock)

    cdef float* _row(self, int row, long long frame) noexcept nogil:
        return line_at(&self.memory[row, 0], self.mask, frame)

    cdef void hush(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        memset(self.last, 0, sizeof(self.last))
        # The halves sway a quarter of a turn apart.
        self.sway[0] = 0
        self.sway[1] = <uint64_t> 1 << 62
