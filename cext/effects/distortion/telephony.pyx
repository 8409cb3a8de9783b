# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Voices from far away: band-limited, sampled slowly, and sent in eight or four bits.

The laws are those of telephony, to the bit: mu-law and A-law in their segmented form, and the adaptive
differential code of four bits, in which each step says how large the next may be.
Sources: ITU-T G.711 (1988); IMA Digital Audio Focus and Technical Working Groups, Recommended
Practices (1992).
"""

from libc.math cimport fabs

from cext._types cimport RAMP, TICK
from cext.effects.filters._section cimport section_aim, section_clear, section_run
from cext.effects.filters._shapes cimport HIGHPASS, LOWPASS, shape_t, shaped, state_space
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    CODE, CLOCK, CODE_MIX

cdef enum:
    MU, A, ADPCM

_CODES = ("mu_law", "a_law", "adpcm")

cdef int[89] SIZES = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73,
    80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494,
    544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499,
    2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442,
    11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
]
cdef double[3] SHARP = [0.5176380902050415, 0.7071067811865476, 1.9318516525781366]
cdef int[8] GROWS = [-1, -1, -1, -1, 2, 4, 6, 8]


cdef inline float mu_law(float x) noexcept nogil:
    # 14 bits to 8: eight segments of sixteen steps, each segment twice as coarse as the one below.
    cdef int level = min(<int> (fabs(x) * 8159.0 + 0.5), 8158) + 33
    cdef int segment = 0
    while level >> (segment + 6):
        segment += 1
    level = ((((level >> (segment + 1)) & 15) * 2 + 33) << segment) - 33
    return <float> (level if x >= 0.0 else -level) / <float> 8159.0


cdef inline float a_law(float x) noexcept nogil:
    # 13 bits to 8: the two lowest segments are equally fine.
    cdef int level = min(<int> (fabs(x) * 4096.0), 4095)
    cdef int segment = 0
    while level >> (segment + 5):
        segment += 1
    if segment == 0:
        level = ((level >> 1) << 1) + 1
    else:
        level = ((level >> segment) << segment) + (1 << (segment - 1))
    return <float> (level if x >= 0.0 else -level) / <float> 4096.0


cdef inline float adpcm(float x, int* step, int* guess) noexcept nogil:
    cdef int goal = <int> (min(max(x, <float> -1.0), <float> 1.0) * 32767.0)
    cdef int size = SIZES[step[0]], off = goal - guess[0], code = 0, told = size >> 3, bit
    cdef bint below = off < 0
    if below:
        off = -off
    for bit in range(3):
        if off >= size >> bit:
            off -= size >> bit
            told += size >> bit
            code |= 4 >> bit
    guess[0] = min(max(guess[0] - told if below else guess[0] + told, -32768), 32767)
    step[0] = min(max(step[0] + GROWS[code], 0), 88)
    return <float> guess[0] / <float> 32768.0


def said_again(str kind, codes):
    """What one of the codes makes of a row of samples, each from -1 to 1: for laboratories and lessons."""
    cdef int step = 0, guess = 0, which = _CODES.index(kind)
    if which == ADPCM:
        return [adpcm(x, &step, &guess) for x in codes]
    return [mu_law(x) if which == MU else a_law(x) for x in codes]


cdef class Codec(Effect):
    """A voice down a telephone line: narrow, coarse, and close all the same."""

    SOURCE = "ITU-T G.711 (1988); IMA ADPCM, Recommended Practices (1992)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        switch("code", *_CODES),
        Parameter("clock_hz", "Hz", 2_000.0, 48_000.0, 8_000.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double[9] goal
        cdef shape_t shape
        cdef double top = 0.425 * min(self.end[CLOCK], self.rate_hz)
        cdef int i
        # 300 Hz to 3.4 kHz at the telephone's clock; Butterworth of the sixth order against images.
        for i in range(7):
            if i == 0:
                shape = shaped(HIGHPASS, 0.0375 * self.end[CLOCK], 0.0, 0.7071067811865476, self.rate_hz)
            else:
                shape = shaped(LOWPASS, top, 0.0, SHARP[i % 3], self.rate_hz)
            state_space(shape, goal)
            section_aim(&self.filters[i], goal)

    cdef float coded(self, float x, int kind, int ear) noexcept nogil:
        if kind == MU:
            return mu_law(x)
        if kind == A:
            return a_law(x)
        return adpcm(x, &self.stride[ear], &self.guess[ear])

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int i, j, ear, kind = <int> self.begin[CODE]
        cdef double beat, phase = self.phase
        cdef float late, share
        cdef float wet[2][TICK]
        cdef float* sound[2]
        sound[0] = left
        sound[1] = right
        section_run(&self.filters[0], left, right, wet[0], wet[1], RAMP, first, frames)
        for i in range(1, 4):
            section_run(&self.filters[i], wet[0], wet[1], wet[0], wet[1], RAMP, first, frames)
        for j in range(frames):
            beat = (self.begin[CLOCK] + self.step[CLOCK] * RAMP[first + j]) / self.rate_hz
            phase += beat
            if phase >= 1.0:
                phase -= 1.0
                late = <float> (phase / beat) if beat < 1.0 else 0.0
                if phase >= 1.0:
                    phase = 0.0
                for ear in range(2):
                    share = wet[ear][j] + late * (self.last[ear] - wet[ear][j])
                    self.held[ear] = self.coded(share, kind, ear)
            for ear in range(2):
                self.last[ear] = wet[ear][j]
                wet[ear][j] = self.held[ear]
        self.phase = phase
        for i in range(4, 7):
            section_run(&self.filters[i], wet[0], wet[1], wet[0], wet[1], RAMP, first, frames)
        for ear in range(2):
            for j in range(frames):
                share = <float> (self.begin[CODE_MIX] + self.step[CODE_MIX] * RAMP[first + j])
                sound[ear][j] += share * (wet[ear][j] - sound[ear][j])

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(7):
            section_clear(&self.filters[i])
        for i in range(2):
            self.last[i] = self.held[i] = 0.0
            self.stride[i] = self.guess[i] = 0
        self.phase = 1.0
