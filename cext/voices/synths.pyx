# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Synthesisers: seven saws at once, and waves that turn into each other.

Neither aliases to be heard: the saws have band-limited edges, the tables hold only harmonics that fit.
Source: A. Szabo, "How to Emulate the Super Saw" (2010), for detune and mix.
"""

from functools import cache

import numpy as np

from libc.math cimport fmax, fmin
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, scatter, turn_of
from cext.voices.edges cimport saw, skip_edges, turn_page
from cext.voices.ticked cimport Ticked

from cext.parameters import Parameter

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_read(
        const float*, const float*, uint32_t, uint32_t, uint32_t, float, float, float*);
    """

cdef enum:
    LEVEL, FREQUENCY
    DETUNE = 2
    MIX = 3
    WIDTH = 4
    POSITION = 2

cdef double[7] _APART = [-0.11002313, -0.06288439, -0.01952356, 0.0, 0.01991221, 0.06216538, 0.10745242]
cdef double[12] _CURVE = [
    10028.7312891634, -50818.8652045924, 111363.4808729368, -138150.6761080548, 106649.6679158292,
    -53046.9642751875, 17019.9518580080, -3425.0836591318, 404.2703938388, -24.1878824391, 0.6717417634,
    0.0030115596]

_LEVEL = Parameter("level", "", 0.0, 1.0, 0.5)
_FREQUENCY = Parameter("frequency_hz", "Hz", 20.0, 4_000.0, 220.0, "log")


cdef inline uint64_t _step_of(double cycles, double cycles_end) noexcept nogil:
    return <uint64_t> ((<int64_t> (turn_of(cycles_end) - turn_of(cycles))) // TICK)


cdef class Supersaw(Ticked):
    """Seven saws a little apart, wide as a hall."""

    PARAMETERS = (
        _LEVEL, _FREQUENCY,
        Parameter("detune", "", 0.0, 1.0, 0.3),
        Parameter("mix", "", 0.0, 1.0, 0.6),
        Parameter("width", "", 0.0, 1.0, 0.8),
    )

    cdef void clear(self) noexcept nogil:
        cdef int k
        memset(self.waves, 0, sizeof(self.waves))
        for k in range(SAWS):
            self.waves[k].phase = scatter(self.key + k)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, k
        cdef double spread = _apart(self.begin[DETUNE]), spread_end = _apart(self.end[DETUNE])
        cdef double begin, end, place, cycles, cycles_end
        cdef float gain_left, gain_right, step_left, step_right
        memset(left, 0, TICK * sizeof(float))
        memset(right, 0, TICK * sizeof(float))
        for k in range(SAWS):
            cycles = self.begin[FREQUENCY] * (1.0 + spread * _APART[k]) * self.per_frame
            cycles_end = self.end[FREQUENCY] * (1.0 + spread_end * _APART[k]) * self.per_frame
            saw(&self.waves[k], fmin(cycles, 0.45), fmin(cycles_end, 0.45))
            begin = _loud(k, self.begin[MIX])
            end = _loud(k, self.end[MIX])
            place = (k - 3) / 3.0 if k % 2 else (3 - k) / 3.0
            gain_left = <float> (begin * (1.0 - self.begin[WIDTH] * place))
            gain_right = <float> (begin * (1.0 + self.begin[WIDTH] * place))
            step_left = <float> ((end * (1.0 - self.end[WIDTH] * place) - gain_left) / TICK)
            step_right = <float> ((end * (1.0 + self.end[WIDTH] * place) - gain_right) / TICK)
            for j in range(TICK):
                left[j] += self.waves[k].work[j] * (gain_left + step_left * RAMP[j])
                right[j] += self.waves[k].work[j] * (gain_right + step_right * RAMP[j])
            turn_page(&self.waves[k])

    cdef void rest(self) noexcept nogil:
        cdef int k
        cdef double spread = _apart(self.begin[DETUNE]), spread_end = _apart(self.end[DETUNE])
        for k in range(SAWS):
            skip_edges(&self.waves[k], self.begin[FREQUENCY] * (1.0 + spread * _APART[k]) * self.per_frame,
                       self.end[FREQUENCY] * (1.0 + spread_end * _APART[k]) * self.per_frame)


cdef inline double _apart(double detune) noexcept nogil:
    cdef int k
    cdef double sum = 0.0
    for k in range(12):
        sum = sum * detune + _CURVE[k]
    return sum


cdef inline double _loud(int k, double mix) noexcept nogil:
    # Szabo's mix law, scaled so that the sum stays at about a third of full scale.
    return 0.3 * (0.99785 - 0.55366 * mix if k == 3 else (1.2841 - 0.73764 * mix) * mix + 0.044372)


@cache
def wave_tables():
    """Single cycles: sine, hollow, glass, voice, saw; shape (5, MIPS, ROW), float32.

    Mip m holds 4 << m harmonics. Row: one sample before the cycle, the cycle, three after. RMS 0.35.
    """
    number = np.arange(1, (4 << (MIPS - 1)) + 1)
    hz = np.array([[700.0], [1_220.0], [2_600.0]])
    formants = np.array([1.0, 0.6, 0.3]) @ np.exp(-0.5 * ((number * 220.0 - hz) / 140.0) ** 2)
    recipes = (
        (number == 1) * 1.0,
        (number % 2 == 1) / number**1.2,
        np.isin(number, (1, 4, 7, 11, 16)) / np.sqrt(number),
        (formants + 0.02) / np.sqrt(number),
        1.0 / number,
    )
    turns = (np.arange(ROW) - 1) / TABLE
    tables = np.empty((len(recipes), MIPS, ROW))
    for wave, recipe in enumerate(recipes):
        for mip in range(MIPS):
            most = 4 << mip
            fade = recipe[:most] * np.sinc(number[:most] / (most + 1))
            tables[wave, mip] = fade @ np.sin(2 * np.pi * number[:most, None] * turns)
            tables[wave, mip] *= 0.35 / np.sqrt(np.sum(recipe**2) / 2)
    return np.ascontiguousarray(tables, dtype=np.float32)


cdef void _read "echoel_read"(
    const float* one, const float* other, uint32_t phase, uint32_t turn, uint32_t step, float blend,
    float blend_step, float* ear
) noexcept nogil:
    cdef int j
    cdef int32_t at
    cdef uint32_t place
    cdef float share, mix, a, b, c, d
    for j in range(TICK):
        place = <uint32_t> j
        place = phase + turn * place + step * ((place * (place - 1)) >> 1)
        at = <int32_t> (place >> 21)
        share = <float> <int32_t> (place & 0x1FFFFF) * <float> (1.0 / 2097152.0)
        mix = blend + blend_step * RAMP[j]
        a = one[at] + mix * (other[at] - one[at])
        b = one[at + 1] + mix * (other[at + 1] - one[at + 1])
        c = one[at + 2] + mix * (other[at + 2] - one[at + 2])
        d = one[at + 3] + mix * (other[at + 3] - one[at + 3])
        ear[j] = b + share * (<float> 0.5 * (c - a) + share * (
            a - <float> 2.5 * b + 2 * c - <float> 0.5 * d
            + share * (<float> 1.5 * (b - c) + <float> 0.5 * (d - a))))


cdef class Wavetable(Ticked):
    """Five waves in a row, sine, hollow, glass, voice and saw, and everything between them."""

    PARAMETERS = (_LEVEL, _FREQUENCY, Parameter("position", "", 0.0, 1.0, 0.25))

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        self.tables = wave_tables()
        super().__init__(rate_hz, seed=seed, **values)

    cdef void clear(self) noexcept nogil:
        self.phase = 0
        self.mip = -1

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef double cycles = self.begin[FREQUENCY] * self.per_frame
        cdef double end = self.end[FREQUENCY] * self.per_frame
        cdef double place = 4.0 * self.begin[POSITION], place_end = 4.0 * self.end[POSITION]
        cdef int mip = 0, wave = min(<int> fmin(place, place_end), 3), j
        cdef uint32_t phase = <uint32_t> (self.phase >> 32), turn = <uint32_t> (turn_of(cycles) >> 32)
        cdef uint32_t step = <uint32_t> ((<int32_t> (<uint32_t> (turn_of(end) >> 32) - turn)) // TICK)
        cdef float blend = <float> (place - wave), blend_step = <float> ((place_end - place) / TICK)
        while mip < MIPS - 1 and (8 << mip) * fmax(cycles, end) < 0.45:
            mip += 1
        _read(&self.tables[wave, mip, 0], &self.tables[wave + 1, mip, 0], phase, turn, step, blend,
              blend_step, left)
        if self.mip != mip and self.mip >= 0:
            # Other harmonics fit now: fade from the old table to the new one.
            _read(&self.tables[wave, self.mip, 0], &self.tables[wave + 1, self.mip, 0], phase, turn, step,
                  blend, blend_step, right)
            for j in range(TICK):
                left[j] = right[j] + (left[j] - right[j]) * RAMP[j] * <float> (1.0 / TICK)
        self.mip = mip
        for j in range(TICK):
            right[j] = left[j]
        self._move_on()

    cdef void rest(self) noexcept nogil:
        self._move_on()

    cdef void _move_on(self) noexcept nogil:
        cdef double cycles = self.begin[FREQUENCY] * self.per_frame
        cdef double end = self.end[FREQUENCY] * self.per_frame
        self.phase += turn_of(cycles) * <uint64_t> TICK
        self.phase += _step_of(cycles, end) * <uint64_t> (TICK * (TICK - 1) // 2)
