# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Soft sounds that carry a session: a warm chord that never quite repeats, and a breath to follow.

Pad: five just-tuned notes, each of two slightly detuned saw strands read from band-limited tables (so many
harmonics as fit below 0.45 of the rate, no aliasing), each strand drifting in level and place on its own very
slow cycle, all through a low-pass whose corner is the brightness. Swell: pink noise through a low-pass that
opens as it grows, over a quiet low tone: louder is also brighter, as in breathing.
"""

from functools import cache

import numpy as np

from libc.math cimport exp2
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, scatter, sine_of, turn_of
from cext.effects.filters.swept cimport svf_aim, svf_lowpass
from cext.voices.noises cimport design_pink, pink, spray
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport play_two, skip

from cext.parameters import Parameter

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_drift(
        uint64_t*, const uint64_t*, double, double, double, double*, double*, double*);
    ECHOEL_CLONES static void echoel_strand(
        const float*, uint32_t, uint32_t, uint32_t, float*, float*, float, float, float, float);
    """

cdef enum:
    LEVEL, ROOT, BRIGHTNESS, DETUNE, WIDTH
    TONE = 1
    AIR = 2

# Two strands a note: a fifth, an octave, a third and a fifth above the root.
cdef double[10] RATIO = [1.0, 1.0, 1.5, 1.5, 2.0, 2.0, 2.5, 2.5, 3.0, 3.0]
cdef double[10] WEIGHT = [1.0, 1.0, 0.62, 0.62, 0.5, 0.5, 0.36, 0.36, 0.26, 0.26]
cdef double[10] SIDE = [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0]
cdef double[10] PERIOD_S = [23.0, 31.0, 19.0, 37.0, 29.0, 17.0, 41.0, 13.0, 43.0, 11.0]


cdef void _drift "echoel_drift"(
    uint64_t* drift, const uint64_t* turn, double root, double detune, double width,
    double* cycles, double* left, double* right
) noexcept nogil:
    # Where every strand will be at the end of the tick: frequency, and loudness in both ears.
    cdef int i
    cdef double bend, level, place
    for i in range(STRANDS):
        drift[i] += turn[i]
        # The detuning itself wanders a little, so that the beating between strands keeps changing.
        bend = SIDE[i] * detune * (0.75 + 0.25 * sine_of(drift[i] * 3)) * (0.6931471805599453 / 1200.0)
        cycles[i] = root * RATIO[i] * (1.0 + bend * (1.0 + bend * (0.5 + bend * (1.0 / 6.0 + bend / 24.0))))
        level = 0.21 * WEIGHT[i] * (0.72 + 0.28 * sine_of(drift[i]))
        place = 0.9 * width * SIDE[i] * (0.7 + 0.3 * sine_of(drift[i] * 2))
        left[i] = level * (1.0 - place)
        right[i] = level * (1.0 + place)


cdef void _strand "echoel_strand"(
    const float* table, uint32_t phase, uint32_t turn, uint32_t step, float* left, float* right,
    float gain_left, float step_left, float gain_right, float step_right
) noexcept nogil:
    cdef int j
    cdef uint32_t place, at
    cdef float value, share
    for j in range(TICK):
        place = <uint32_t> j
        place = phase + turn * place + step * ((place * (place - 1)) >> 1)
        at = place >> 21
        share = <float> <int32_t> (place & 0x1FFFFF) * <float> (1.0 / 2097152.0)
        value = table[<int32_t> at] + share * (table[<int32_t> at + 1] - table[<int32_t> at])
        left[j] += value * (gain_left + step_left * RAMP[j])
        right[j] += value * (gain_right + step_right * RAMP[j])


@cache
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


cdef inline uint32_t _step_of(uint32_t turn, double cycles_end) noexcept nogil:
    return <uint32_t> ((<int32_t> (<uint32_t> (turn_of(cycles_end) >> 32) - turn)) // TICK)


cdef class Pad(Ticked):
    """A warm chord that moves slowly and never quite repeats."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.5),
        Parameter("root_hz", "Hz", 40.0, 440.0, 110.0, "log"),
        Parameter("brightness", "", 0.0, 1.0, 0.4),
        Parameter("detune_cents", "cents", 0.0, 30.0, 7.0),
        Parameter("width", "", 0.0, 1.0, 0.8),
    )

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        self.tables = saw_tables()
        super().__init__(rate_hz, seed=seed, **values)

    cdef void clear(self) noexcept nogil:
        cdef int i
        self.is_fresh = True
        self.filter.corner_hz = 0.0
        memset(self.state, 0, sizeof(self.state))
        for i in range(STRANDS):
            self.phase[i] = scatter(self.key + i)
            self.drift[i] = scatter(self.key + 32 + i)
            self.drift_turn[i] = turn_of(TICK / (PERIOD_S[i] * self.rate_hz))

    cdef void prepare(self) noexcept nogil:
        cdef int i, mip
        cdef double corner
        _drift(&self.drift[0], &self.drift_turn[0], self.end[ROOT] * self.per_frame, self.end[DETUNE],
               self.end[WIDTH], &self.cycles_end[0], &self.left_end[0], &self.right_end[0])
        for i in range(STRANDS):
            if self.is_fresh:
                self.cycles[i] = self.cycles_end[i]
                self.left[i] = self.left_end[i]
                self.right[i] = self.right_end[i]
            mip = 0
            while mip < MIPS - 1 and (8 << mip) * self.cycles_end[i] < 0.45:
                mip += 1
            self.mip[i] = mip
        # Brightness turns the corner from 250 Hz to 5 kHz; two strands' drifts make it breathe by a tenth.
        corner = 250.0 * exp2(self.end[BRIGHTNESS] * 4.3)
        corner *= 1.0 + 0.1 * sine_of(self.drift[0] + self.drift[7])
        svf_aim(&self.filter, corner, 1.3, self.rate_hz)
        self.is_fresh = False

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int i
        cdef uint32_t turn, step
        memset(left, 0, TICK * sizeof(float))
        memset(right, 0, TICK * sizeof(float))
        for i in range(STRANDS):
            turn = <uint32_t> (turn_of(self.cycles[i]) >> 32)
            step = _step_of(turn, self.cycles_end[i])
            _strand(&self.tables[self.mip[i], 0], <uint32_t> (self.phase[i] >> 32), turn, step, left, right,
                    <float> self.left[i], <float> ((self.left_end[i] - self.left[i]) / TICK),
                    <float> self.right[i], <float> ((self.right_end[i] - self.right[i]) / TICK))
        svf_lowpass(&self.filter, self.state, left, right, 0, TICK)
        self._move_on()

    cdef void rest(self) noexcept nogil:
        self._move_on()

    cdef void _move_on(self) noexcept nogil:
        # The whole 64 bits go on, so that rounding inside a tick never adds up.
        cdef int i
        cdef uint64_t turn, step
        for i in range(STRANDS):
            turn = turn_of(self.cycles[i])
            step = <uint64_t> ((<int64_t> (turn_of(self.cycles_end[i]) - turn)) // TICK)
            self.phase[i] += turn * <uint64_t> TICK + step * <uint64_t> (TICK * (TICK - 1) // 2)
            self.cycles[i] = self.cycles_end[i]
            self.left[i] = self.left_end[i]
            self.right[i] = self.right_end[i]


cdef class Swell(Ticked):
    """A soft rush of air over a low tone, to breathe with."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.5),
        Parameter("tone_hz", "Hz", 40.0, 440.0, 110.0, "log"),
        Parameter("air", "", 0.0, 1.0, 0.6),
    )

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        # Only what the low-pass lets through has to be pink: the corner never rises above 2 kHz.
        design_pink(&self.air, 30.0, 0.577, rate_hz)

    cdef void clear(self) noexcept nogil:
        self.tone[0].phase = self.tone[1].phase = 0
        self.tone[0].ticks_left = self.tone[1].ticks_left = 0
        self.filter.corner_hz = 0.0
        memset(self.state, 0, sizeof(self.state))
        memset(self.air.state, 0, sizeof(self.air.state))
        memset(self.air.last, 0, sizeof(self.air.last))

    cdef void prepare(self) noexcept nogil:
        # 180 Hz when empty, 1.8 kHz when full: the ear hears the opening more than the loudness.
        if self.is_moving or self.filter.corner_hz == 0.0:
            self.corner_hz = 180.0 * exp2(3.3 * self.end[LEVEL])
        svf_aim(&self.filter, self.corner_hz, 1.2, self.rate_hz)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef float low[TICK]
        cdef float low_right[TICK]
        cdef int j
        cdef double cycles = self.begin[TONE] * self.per_frame, cycles_end = self.end[TONE] * self.per_frame
        cdef float air
        spray(self.key + self.tick, 1.0, left, right)
        pink(&self.air, left, right)
        svf_lowpass(&self.filter, self.state, left, right, 0, TICK)
        play_two(&self.tone[0], cycles, cycles_end, low,
                 &self.tone[1], 1.003 * cycles, 1.003 * cycles_end, low_right)
        for j in range(TICK):
            air = <float> self.begin[AIR] + <float> self.step[AIR] * RAMP[j]
            left[j] = <float> 0.5 * air * left[j] + <float> 0.2 * (1 - air) * low[j]
            right[j] = <float> 0.5 * air * right[j] + <float> 0.2 * (1 - air) * low_right[j]

    cdef void rest(self) noexcept nogil:
        cdef double cycles = self.begin[TONE] * self.per_frame, cycles_end = self.end[TONE] * self.per_frame
        skip(&self.tone[0], cycles, cycles_end)
        skip(&self.tone[1], 1.003 * cycles, 1.003 * cycles_end)
