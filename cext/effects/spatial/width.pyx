# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""How wide a sound is: its sides lifted, one ear late, both ears scattered, its bass in the middle.

Sources: M. A. Gerzon, AES 93 (1992) 3371 (width by frequency); M. R. Schroeder, JAES 6 (1958) 74 (a stereo
image from one sound, whose sum stays what it was); H. Haas, Acustica 1 (1951) 49; B. Alary, A. Politis and
V. Valimaki, DAFx 2017 (velvet noise that decorrelates); S. P. Lipshitz and J. Vanderkooy, JAES 34 (1986) 889
and S. H. Linkwitz, JAES 24 (1976) 2 (a crossover whose halves add up to an all-pass).
"""

import numpy as np

from libc.math cimport M_PI, exp, pow, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, scatter
from cext.effects.delays._line cimport MIRROR, course_fit, line_keep, line_read, line_size
from cext.effects.filters._section cimport section_aim, section_clear, section_run
from cext.effects.filters._shapes cimport HIGHPASS, LOWPASS, shaped, state_space
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef extern from *:
    """
    typedef float echoel_f8 __attribute__((vector_size(32), aligned(4), may_alias));
    /* Few taps of a long past: each a stretch that begins `place` frames ago. */
    ECHOEL_CLONES static void echoel_velvet(
            float *restrict out, const float *row, int64_t mask, int64_t clock, const int *place,
            const float *weight, int taps, int frames) {
        for (long j = 0; j < frames; j += 16) {
            echoel_f8 low = {0}, high = {0};
            for (int k = 0; k < taps; k++) {
                const float *from = row + ((clock - place[k]) & mask) + j;
                low += weight[k] * *(const echoel_f8 *)from;
                high += weight[k] * *(const echoel_f8 *)(from + 8);
            }
            *(echoel_f8 *)(out + j) = low;
            *(echoel_f8 *)(out + j + 8) = high;
        }
    }
    """
    void _velvet "echoel_velvet"(
        float* out, const float* row, int64_t mask, int64_t clock, const int* place, const float* weight,
        int taps, int frames
    ) noexcept nogil

cdef enum:
    TAPS = 30
    CHANCE = 193_920     # of 2,500 tried the one with the evenest tone: 4 dB in a third of an octave

cdef double[4] ALLPASS_MS = [3.17, 4.73, 7.91, 11.3]
cdef float _DIFFUSION = 0.6


cdef class Widener(Effect):
    """Wider above a corner, narrower or wider as you like, and the sum of both ears stays what it was."""

    SOURCE = "M. A. Gerzon, AES 93 (1992) 3371; M. R. Schroeder, JAES 6 (1958) 74"
    SPREADS = True
    NEUTRAL = {"width": 1.0, "spread": 0.0}
    PARAMETERS = (
        Parameter("width", "", 0.0, 3.0, 1.4),
        Parameter("corner_hz", "Hz", 20.0, 2_000.0, 200.0, "log"),
        Parameter("spread", "", 0.0, 1.0, 0.2),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int i
        for i in range(4):
            self.length[i] = <int> (ALLPASS_MS[i] * rate_hz / 1000.0) | 1
        self.memory = np.zeros((4, self.length[3]), dtype=np.float32)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        if self.end[1] != self.known_hz:
            self.known_hz = self.end[1]
            self.share = 1.0 - exp(-2.0 * M_PI * self.known_hz / self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # What is added to one ear is taken from the other: mono hears nothing of it.
        cdef int i, j
        cdef double below = self.below
        cdef float middle, side, kept, more, width, spread
        for j in range(frames):
            width = <float> (self.begin[0] + self.step[0] * RAMP[first + j]) - <float> 1.0
            spread = <float> (self.begin[2] + self.step[2] * RAMP[first + j])
            middle = <float> 0.5 * (left[j] + right[j])
            side = <float> 0.5 * (left[j] - right[j])
            below += self.share * (side - below)
            for i in range(4):
                kept = self.memory[i, self.at[i]]
                middle = middle - _DIFFUSION * kept
                self.memory[i, self.at[i]] = middle
                middle = kept + _DIFFUSION * middle
                self.at[i] += 1
                if self.at[i] == self.length[i]:
                    self.at[i] = 0
            more = width * (side - <float> below) + spread * middle
            left[j] += more
            right[j] -= more
        self.below = below

    cdef void clear(self) noexcept nogil:
        cdef int i
        self.below = 0.0
        for i in range(4):
            self.at[i] = 0
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))


cdef class Haas(Effect):
    """One ear a little late: the sound seems to come from the other, and the room to be larger."""

    SOURCE = "H. Haas, Acustica 1 (1951) 49"
    SPREADS = True
    NEUTRAL = {"delay_ms": 0.0, "level_db": 0.0}
    PARAMETERS = (
        Parameter("delay_ms", "ms", 0.0, 40.0, 14.0),
        switch("side", "right", "left"),
        Parameter("level_db", "dB", -24.0, 6.0, -2.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size = line_size(0.04 * rate_hz)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int ear
        cdef double late, gain = pow(10.0, self.end[2] / 20.0)
        for ear in range(2):
            late = 0.0
            if (self.end[1] == 0.0) == (ear == 1):
                late = self.end[0] * self.rate_hz / 1000.0
            # Between no frame and one there is nothing to read yet: on the way there it waits at one.
            if late < 1.0 and (late > 0.0 or (self.has_begun and self.late[ear] > 1.0)):
                late = 1.0
            self.gain[ear] = self.gain_end[ear]
            self.gain_end[ear] = gain if (self.end[1] == 0.0) == (ear == 1) else 1.0
            if not self.has_begun:
                self.late[ear] = late
                self.gain[ear] = self.gain_end[ear]
            if late == 0.0:
                self.late[ear] = 0.0
            course_fit(&self.way[ear], self.late[ear], late, late - self.late[ear], late - self.late[ear])
            self.late[ear] = late
        self.has_begun = True

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[TICK + 8] out
        cdef float* sound
        cdef int ear, j
        for ear in range(2):
            sound = right if ear else left
            line_keep(&self.memory[ear, 0], self.mask, self.clock, sound, frames)
            memset(out, 0, sizeof(out))
            line_read(out, &self.memory[ear, 0], self.mask, self.clock, &self.way[ear],
                      <float> self.gain[ear], <float> ((self.gain_end[ear] - self.gain[ear]) / TICK),
                      first, frames)
            for j in range(frames):
                sound[j] = out[j]
        self.clock += frames

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        self.clock = 0
        self.has_begun = False


cdef class Decorrelator(Effect):
    """Makes both ears strangers to each other and hardly changes their tone: wide, and nowhere."""

    SOURCE = "B. Alary, A. Politis and V. Valimaki, DAFx 2017 (velvet noise)"
    SPREADS = True
    NEUTRAL = {"amount": 0.0}
    PARAMETERS = (
        Parameter("amount", "", 0.0, 1.0, 0.7),
        Parameter("length_ms", "ms", 5.0, 60.0, 30.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size = line_size(0.061 * rate_hz)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.clear()

    cdef void scatter_taps(self) noexcept nogil:
        # One tap in each thirtieth of the length, by chance within it, up or down by chance, fading by 30 dB.
        cdef int ear, k
        cdef uint64_t bits
        cdef double grid = self.known_ms * self.rate_hz / (1000.0 * TAPS), power, where
        for ear in range(2):
            power = 0.0
            for k in range(TAPS):
                bits = scatter(CHANCE + 2 * k + ear)
                where = (bits >> 11) / 9007199254740992.0
                self.place[1][ear][k] = <int> (grid * (k + where)) if k else 0
                self.weight[1][ear][k] = <float> pow(10.0, -1.5 * k / TAPS)
                power += self.weight[1][ear][k] * self.weight[1][ear][k]
                if bits & 1 and k:
                    self.weight[1][ear][k] = -self.weight[1][ear][k]
            for k in range(TAPS):
                self.weight[1][ear][k] /= <float> sqrt(power)

    cdef void prepare(self) noexcept nogil:
        self.changes = False
        if self.end[1] != self.known_ms:
            self.known_ms = self.end[1]
            self.place[0] = self.place[1]
            self.weight[0] = self.weight[1]
            self.scatter_taps()
            self.changes = self.has_begun
        self.has_begun = True

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[80] now
        cdef float[80] then
        cdef float share, wet
        cdef float* sound
        cdef int ear, j
        for ear in range(2):
            sound = right if ear else left
            line_keep(&self.memory[ear, 0], self.mask, self.clock, sound, frames)
            _velvet(now, &self.memory[ear, 0], self.mask, self.clock, self.place[1][ear], self.weight[1][ear],
                    TAPS, frames)
            if self.changes:
                _velvet(then, &self.memory[ear, 0], self.mask, self.clock, self.place[0][ear],
                        self.weight[0][ear], TAPS, frames)
                for j in range(frames):
                    now[j] = then[j] + (RAMP[first + j] + 1) * <float> (1.0 / TICK) * (now[j] - then[j])
            for j in range(frames):
                # Strangers add by their powers.
                share = <float> (self.begin[0] + self.step[0] * RAMP[first + j])
                wet = share * share
                sound[j] = <float> sqrt(<float> 1.0 - wet) * sound[j] + share * now[j]
        self.clock += frames

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        self.clock = 0
        self.known_ms = 0.0
        self.has_begun = False


cdef class BassMono(Effect):
    """Puts the bass in the middle, where records, clubs and loudspeakers want it."""

    SOURCE = "S. H. Linkwitz, JAES 24 (1976) 2; S. P. Lipshitz and J. Vanderkooy, JAES 34 (1986) 889"
    PARAMETERS = (
        Parameter("corner_hz", "Hz", 20.0, 500.0, 120.0, "log"),
        Parameter("bass_width", "", 0.0, 1.0, 0.0),
    )

    cdef void prepare(self) noexcept nogil:
        cdef double[9] goal
        cdef int i, kind
        for i in range(4):
            kind = LOWPASS if i < 2 else HIGHPASS
            state_space(shaped(kind, self.end[0], 0.0, 0.7071067811865476, self.rate_hz), goal)
            section_aim(&self.filters[i], goal)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[2][TICK] low
        cdef float[2][TICK] high
        cdef float middle, side
        cdef int j
        for j in range(frames):
            middle = <float> 0.5 * (left[j] + right[j])
            high[1][j] = <float> 0.5 * (left[j] - right[j])
            high[0][j] = middle
        section_run(&self.filters[0], high[0], high[1], low[0], low[1], RAMP, first, frames)
        section_run(&self.filters[1], low[0], low[1], low[0], low[1], RAMP, first, frames)
        section_run(&self.filters[2], high[0], high[1], high[0], high[1], RAMP, first, frames)
        section_run(&self.filters[3], high[0], high[1], high[0], high[1], RAMP, first, frames)
        for j in range(frames):
            middle = low[0][j] + high[0][j]
            side = high[1][j] + <float> (self.begin[1] + self.step[1] * RAMP[first + j]) * low[1][j]
            left[j] = middle + side
            right[j] = middle - side

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(4):
            section_clear(&self.filters[i])
