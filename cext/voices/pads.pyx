# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Soft sounds that carry a session: a warm chord that never quite repeats, and a breath to follow.

Pad: five just-tuned notes, each of two slightly detuned saw strands read from band-limited tables (so many
harmonics as fit below 0.45 of the rate, no aliasing), each strand drifting in level and place on its own very
slow cycle, all through a low-pass whose corner is the brightness. Swell: pink noise through a low-pass that
opens as it grows, over a quiet low tone: louder is also brighter, as in breathing.
"""

import numpy as np

from libc.math cimport exp2
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from cext._types cimport RAMP, TICK, scatter, sine_of, turn_of
from cext.effects.filters cimport svf_aim, svf_lowpass
from cext.parts cimport Voice
from cext.voices.noises cimport design_pink, pink

from cext.parameters import Parameter

cdef float _UNIT = 1.0 / 2147483648.0
cdef double[5] RATIO = [1.0, 1.5, 2.0, 2.5, 3.0]
cdef double[5] WEIGHT = [1.0, 0.62, 0.5, 0.36, 0.26]
cdef double[10] PERIOD_S = [23.0, 31.0, 19.0, 37.0, 29.0, 17.0, 41.0, 13.0, 43.0, 11.0]


def saw_tables():
    """Single cycles of a saw with 4, 8 .. 256 harmonics, shape (mips, TABLE + 1), RMS near 0.5.

    The last harmonics are faded (Lanczos) so that a cycle has no ringing edge.
    """
    turns = np.arange(TABLE + 1) / TABLE
    rows = []
    for mip in range(MIPS):
        most = 4 << mip
        number = np.arange(1, most + 1)[:, None]
        fade = np.sinc(number / (most + 1))
        rows.append((fade / number * np.sin(2 * np.pi * number * turns)).sum(axis=0))
    return np.ascontiguousarray(rows, dtype=np.float32) * np.float32(0.55)


cdef class Pad(Voice):
    """A warm chord that moves slowly and never quite repeats."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.5),
        Parameter("root_hz", "Hz", 40.0, 440.0, 110.0, "log"),
        Parameter("brightness", "", 0.0, 1.0, 0.4),
        Parameter("detune_cents", "cents", 0.0, 30.0, 7.0),
        Parameter("width", "", 0.0, 1.0, 0.8),
    )

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, **values)
        cdef int i
        self.tables = saw_tables()
        self.is_fresh = True
        for i in range(STRANDS):
            self.phase[i] = scatter(seed * 64 + i)
            self.drift[i] = scatter(seed * 64 + 32 + i)
            self.drift_turn[i] = turn_of(TICK / (PERIOD_S[i] * rate_hz))

    cdef void prepare(self) noexcept nogil:
        cdef int i, note, mip
        cdef double side, frequency, frequency_end, cents, sway, level, place, corner
        cdef uint64_t turn_end
        for i in range(STRANDS):
            note = i // 2
            side = 1.0 if i % 2 else -1.0
            # The detuning itself wanders a little, so that the beating between strands keeps changing.
            cents = side * self.begin[3] * (0.75 + 0.25 * sine_of(self.drift[i] * 3))
            frequency = self.begin[1] * RATIO[note] * exp2(cents / 1200.0)
            cents = side * self.end[3] * (0.75 + 0.25 * sine_of((self.drift[i] + self.drift_turn[i]) * 3))
            frequency_end = self.end[1] * RATIO[note] * exp2(cents / 1200.0)
            self.turn[i] = turn_of(frequency / self.rate_hz)
            turn_end = turn_of(frequency_end / self.rate_hz)
            self.turn_step[i] = (<int64_t> (turn_end - self.turn[i])) // TICK
            mip = 0
            while mip < MIPS - 1 and (8 << mip) * frequency < 0.45 * self.rate_hz:
                mip += 1
            self.mip[i] = mip
            self.drift[i] += self.drift_turn[i]
            sway = sine_of(self.drift[i])
            level = self.end[0] * WEIGHT[note] * (0.72 + 0.28 * sway)
            place = self.end[4] * side * (0.7 + 0.3 * sine_of(self.drift[i] * 2))
            self.left_gain[i] = self.left_end[i]
            self.right_gain[i] = self.right_end[i]
            self.left_end[i] = 0.21 * level * (1.0 - 0.9 * place)
            self.right_end[i] = 0.21 * level * (1.0 + 0.9 * place)
            if self.is_fresh:
                self.left_gain[i] = self.left_end[i]
                self.right_gain[i] = self.right_end[i]
            self.left_step[i] = (self.left_end[i] - self.left_gain[i]) / TICK
            self.right_step[i] = (self.right_end[i] - self.right_gain[i]) / TICK
        # Brightness turns the corner from 250 Hz to 5 kHz; two strands' drifts make it breathe by a tenth.
        corner = 250.0 * exp2(self.end[2] * 4.3) * (1.0 + 0.1 * sine_of(self.drift[0] + self.drift[7]))
        svf_aim(&self.filter, corner, 1.3, self.rate_hz)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float sum_left[64]
        cdef float sum_right[64]
        cdef int i, j
        cdef uint64_t phase, turn
        cdef int64_t turn_step
        cdef uint32_t place
        cdef float* table
        cdef float share, value, gain_left, gain_right, step_left, step_right
        if self.begin[0] == 0.0 and self.end[0] == 0.0 and self._is_quiet():
            for i in range(STRANDS):
                self._skip(i, first, frames)
            return
        for j in range(frames):
            sum_left[j] = 0.0
            sum_right[j] = 0.0
        for i in range(STRANDS):
            table = &self.tables[self.mip[i], 0]
            phase = self.phase[i]
            turn_step = self.turn_step[i]
            turn = self.turn[i] + <uint64_t> (turn_step * first)
            step_left = <float> self.left_step[i]
            step_right = <float> self.right_step[i]
            gain_left = <float> self.left_gain[i]
            gain_right = <float> self.right_gain[i]
            for j in range(frames):
                place = <uint32_t> (phase >> 53)
                share = <float> <int32_t> <uint32_t> ((phase >> 29) & 0xFFFFFF) * <float> (1.0 / 16777216.0)
                value = table[place] + share * (table[place + 1] - table[place])
                sum_left[j] += value * (gain_left + step_left * RAMP[first + j])
                sum_right[j] += value * (gain_right + step_right * RAMP[first + j])
                phase += turn
                turn += <uint64_t> turn_step
            self.phase[i] = phase
        svf_lowpass(&self.filter, self.state, sum_left, sum_right, first, frames)
        for j in range(frames):
            left[j] += sum_left[j]
            right[j] += sum_right[j]

    cdef bint _is_quiet(self) noexcept nogil:
        cdef int i
        for i in range(4):
            if self.state[i] > 1e-9 or self.state[i] < -1e-9:
                return False
        return True

    cdef void _skip(self, int i, int first, int frames) noexcept nogil:
        # Move a silent strand on exactly as rendering would have.
        cdef uint64_t turn = self.turn[i] + <uint64_t> (self.turn_step[i] * first)
        for _ in range(frames):
            self.phase[i] += turn
            turn += <uint64_t> self.turn_step[i]


cdef class Swell(Voice):
    """A soft rush of air over a low tone, to breathe with."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.5),
        Parameter("tone_hz", "Hz", 40.0, 440.0, 110.0, "log"),
        Parameter("air", "", 0.0, 1.0, 0.6),
    )

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, **values)
        self.key = scatter(seed * 2 + 7)
        # Only what the low-pass lets through has to be pink: the corner never rises above 2 kHz.
        design_pink(&self.air, 30.0, 0.577, rate_hz)

    cdef void prepare(self) noexcept nogil:
        # 180 Hz when empty, 1.8 kHz when full: the ear hears the opening more than the loudness.
        svf_aim(&self.filter, 180.0 * exp2(3.3 * self.end[0]), 1.2, self.rate_hz)
        self.turn[0] = turn_of(self.begin[1] / self.rate_hz)
        self.turn[1] = turn_of(self.begin[1] * 1.003 / self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float air_left[64]
        cdef float air_right[64]
        cdef int j
        cdef uint64_t bits, frame
        cdef float level, air, tone
        if self.begin[0] == 0.0 and self.end[0] == 0.0:
            self.frame += frames
            for j in range(2):
                self.phase[j] += self.turn[j] * <uint64_t> frames
            return
        for j in range(frames):
            bits = scatter(self.key + self.frame + <uint64_t> j)
            air_left[j] = <float> <int32_t> <uint32_t> bits * _UNIT
            air_right[j] = <float> <int32_t> <uint32_t> (bits >> 32) * _UNIT
        pink(&self.air, air_left, air_right, frames)
        svf_lowpass(&self.filter, self.state, air_left, air_right, first, frames)
        for j in range(frames):
            level = <float> self.begin[0] + <float> self.step[0] * RAMP[first + j]
            air = <float> self.begin[2] + <float> self.step[2] * RAMP[first + j]
            tone = <float> 0.2 * (1 - air) * level
            air *= <float> 0.5 * level
            frame = <uint64_t> j
            left[j] += air * air_left[j] + tone * <float> sine_of(self.phase[0] + self.turn[0] * frame)
            right[j] += air * air_right[j] + tone * <float> sine_of(self.phase[1] + self.turn[1] * frame)
        for j in range(2):
            self.phase[j] += self.turn[j] * <uint64_t> frames
        self.frame += frames
