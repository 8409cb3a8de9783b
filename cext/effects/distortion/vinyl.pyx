# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""A record that has been played: it sways, it hisses, it crackles, and its treble is gone.

The hole is never quite in the middle, so the pitch sways once a turn (33 1/3 a minute). The groove holds
no side signal in the bass (the cutting lathe folds it to the middle) and little beyond the treble. Clicks
come by chance, as many a second as the wear says, each larger or smaller by chance, and ring for a
millisecond as a stylus does. All chance is a mixing function of the frame count.
Sources: IEC 60098 (1987), wow and channel limits; S. J. Godsill and P. J. W. Rayner, Digital Audio
Restoration (1998), chapter 5 (clicks as a Poisson process of bursts).
"""

import numpy as np

from libc.math cimport M_PI, cos, exp, log, pow
from libc.stdint cimport uint64_t

from cext._types cimport RAMP, TICK, scatter
from cext.effects.delays._line cimport MIRROR, blend, line_keep, line_read, line_size
from cext.effects.filters._section cimport section_aim, section_clear, section_run
from cext.effects.filters._shapes cimport HIGHPASS, LOWPASS, shaped, state_space
from cext.effects.modulation._sweep cimport head_move, sweep_clear, sweep_tick
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    WOW, WEAR, NOISE, TREBLE, MIX

cdef double _TURN_HZ = 100.0 / 180.0
cdef double _CLICKS_HZ = 40.0              # at full wear
cdef double _NEAREST = 2.0                 # frames the cubic needs around it


cdef class Vinyl(Effect):
    """An old record: it sways, hisses and crackles, and has no bass at the sides."""

    SOURCE = "IEC 60098 (1987); S. J. Godsill and P. J. W. Rayner, Digital Audio Restoration (1998)"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("wow_percent", "%", 0.0, 2.0, 0.3),
        Parameter("wear", "", 0.0, 1.0, 0.3),
        Parameter("noise_dbfs", "dBFS", -120.0, -20.0, -60.0),
        Parameter("treble_hz", "Hz", 1_000.0, 20_000.0, 12_000.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size = line_size(0.02 * rate_hz)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.dark = 1.0 - exp(-2.0 * M_PI * 3_000.0 / rate_hz)
        # A stylus on its cantilever: rings at 7 kHz for a millisecond, or as high as the rate allows.
        ring = exp(-1.0 / (0.0004 * rate_hz))
        self.spring = 2.0 * ring * cos(2.0 * M_PI * min(7_000.0 / rate_hz, 0.4))
        self.rub = -ring * ring
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double[9] goal
        cdef double reach, top = self.end[TREBLE]
        state_space(shaped(LOWPASS, top, 0.0, 0.541196100146197, self.rate_hz), goal)
        section_aim(&self.treble[0], goal)
        state_space(shaped(LOWPASS, top, 0.0, 1.306562964876377, self.rate_hz), goal)
        section_aim(&self.treble[1], goal)
        state_space(shaped(HIGHPASS, 150.0, 0.0, 0.7071067811865476, self.rate_hz), goal)
        section_aim(&self.base, goal)
        # The delay whose change a frame is the sway of the pitch, from nothing upwards.
        sweep_tick(&self.turn, _TURN_HZ, self.rate_hz)
        reach = 0.01 * self.end[WOW] * self.rate_hz / (2.0 * M_PI * _TURN_HZ)
        if self.is_fresh:
            head_move(&self.head, _NEAREST + reach * (1.0 - self.turn.past_cosine), 0.0)
            self.head.slope = reach * self.turn.turn * self.turn.past_sine
            self.is_fresh = False
        head_move(
            &self.head, _NEAREST + reach * (1.0 - self.turn.cosine),
            reach * self.turn.turn * self.turn.sine,
        )

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[2][TICK + 8] wet
        cdef float[2][TICK] without        # the bass: of both, but only the side is heard
        cdef float middle, side
        cdef float share = <float> self.begin[MIX], step = <float> self.step[MIX]
        cdef int ear, j
        line_keep(&self.memory[0, 0], self.mask, self.clock, left, frames)
        line_keep(&self.memory[1, 0], self.mask, self.clock, right, frames)
        for ear in range(2):
            for j in range(TICK + 8):
                wet[ear][j] = 0.0
            line_read(wet[ear], &self.memory[ear, 0], self.mask, self.clock, &self.head.way,
                      1.0, 0.0, first, frames)
        self.clock += frames
        for j in range(frames):
            middle = <float> 0.5 * (wet[0][j] + wet[1][j])
            side = <float> 0.5 * (wet[0][j] - wet[1][j])
            wet[0][j] = middle
            wet[1][j] = side
        section_run(&self.base, wet[0], wet[1], without[0], without[1], RAMP, first, frames)
        for j in range(frames):
            middle = wet[0][j]
            wet[0][j] = middle + without[1][j]
            wet[1][j] = middle - without[1][j]
        self.scratch(wet[0], wet[1], first, frames)
        for ear in range(2):
            section_run(&self.treble[ear], wet[0], wet[1], wet[0], wet[1], RAMP, first, frames)
        blend(left, right, wet[0], wet[1], RAMP + first, <float> 1.0 - share, -step, share, step, frames)

    cdef void scratch(self, float* left, float* right, int first, int frames) noexcept nogil:
        # Each ear and each frame has 64 random bits: some for the hiss, some for the click.
        cdef int j, ear
        cdef uint64_t bits
        cdef double chance, blow, now
        cdef double loud = pow(10.0, self.end[NOISE] / 20.0) * 4.0
        cdef double often = self.end[WEAR] * _CLICKS_HZ / self.rate_hz * 16777216.0
        cdef float* sound
        for ear in range(2):
            sound = right if ear else left
            for j in range(frames):
                bits = scatter(2 * <uint64_t> (self.clock - frames + j) + ear)
                self.hiss[ear] += self.dark * ((<double> (bits >> 40) / 8388608.0 - 1.0) - self.hiss[ear])
                blow = 0.0
                if <double> (bits & 0xFFFFFF) < often:
                    chance = (<double> ((bits >> 24) & 0xFFFF) + 1.0) / 65536.0
                    blow = -0.05 * log(chance) * (1.0 if bits & 1 else -1.0)
                now = self.spring * self.click[2 * ear] + self.rub * self.click[2 * ear + 1] + blow
                self.click[2 * ear + 1] = self.click[2 * ear]
                self.click[2 * ear] = now
                sound[j] += <float> (loud * self.hiss[ear] + now)

    cdef void clear(self) noexcept nogil:
        cdef int i, row
        for row in range(2):
            for i in range(self.memory.shape[1]):
                self.memory[row, i] = 0.0
            section_clear(&self.treble[row])
            self.hiss[row] = 0.0
        for i in range(4):
            self.click[i] = 0.0
        section_clear(&self.base)
        sweep_clear(&self.turn, 0)
        self.clock = 0
        self.is_fresh = True
