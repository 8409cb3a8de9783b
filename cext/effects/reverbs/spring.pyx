# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The spring of a guitar amplifier: each click comes back as a drop of sound that slides up in pitch.

A helical spring lets low pitches travel faster the farther they are below its transition frequency of about
4 kHz. A hundred all-passes, each looking back by half a period of that frequency, delay just so; a low-pass
takes away what lies above, and the whole goes round with a loss. The hundred stand in four stages that work
side by side, each on what the one before it said in the last tick: three ticks of the travelling time, which
is much longer anyway.
Source: V. Välimäki, J. Parker and J. S. Abel, Parametric spring reverberation effect, JAES 58 (2010) 547.
"""

from libc.math cimport M_PI, cos, pow, sin
from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport RAMP, TICK
from cext.effects.reverbs._lines cimport MIRROR, line_at, line_write
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef extern from *:
    """
    /* 25 all-passes y = a x + x' - a y' on eight lanes, four stages an ear. One section's past input is the
       other's past output, so each boundary is kept once. */
    ECHOEL_CLONES static void echoel_spring(
            float (*before)[64][8], float (*said)[8], const float *left, const float *right, int back,
            float a) {
        echoel_run rows[2][64 + 64];
        for (int j = 0; j < 64; j++) {
            echoel_run x = __builtin_shuffle(ECHOEL_RUN(said[j]), (echoel_order){7, 0, 1, 2, 3, 4, 5, 6});
            x[0] = left[j]; x[4] = right[j];
            rows[0][back + j] = x;
        }
        for (int j = 0; j < back; j++) rows[0][j] = ECHOEL_RUN(before[0][j]);
        for (int s = 0; s < 25; s++) {
            echoel_run *in = rows[s & 1], *out = rows[~s & 1];
            for (int j = 0; j < back; j++) out[j] = ECHOEL_RUN(before[s + 1][j]);
            for (int j = 0; j < 64; j++) out[back + j] = a * in[back + j] + (in[j] - a * out[j]);
            for (int j = 0; j < back; j++) ECHOEL_RUN(before[s][j]) = in[64 + j];
        }
        for (int j = 0; j < back; j++) ECHOEL_RUN(before[25][j]) = rows[1][64 + j];
        for (int j = 0; j < 64; j++) ECHOEL_RUN(said[j]) = rows[1][back + j];
    }
    /* Three biquads one after another, both ears in a register. */
    typedef double echoel_spring_ears __attribute__((vector_size(16)));
    ECHOEL_CLONES static void echoel_spring_low(
            float *left, float *right, double (*state)[2][2], double (*b)[5]) {
        echoel_spring_ears s[3][2];
        for (int k = 0; k < 6; k++)
            s[k / 2][k % 2] = (echoel_spring_ears){state[k / 2][k % 2][0], state[k / 2][k % 2][1]};
        for (int j = 0; j < 64; j++) {
            echoel_spring_ears x = {left[j], right[j]};
            #pragma GCC unroll 3
            for (int k = 0; k < 3; k++) {
                echoel_spring_ears y = b[k][0] * x + s[k][0];
                s[k][0] = (b[k][1] * x + s[k][1]) - b[k][3] * y;
                s[k][1] = b[k][2] * x - b[k][4] * y;
                x = y;
            }
            left[j] = (float)x[0]; right[j] = (float)x[1];
        }
        for (int k = 0; k < 6; k++)
            for (int ear = 0; ear < 2; ear++) state[k / 2][k % 2][ear] = s[k / 2][k % 2][ear];
    }
    """
    void _spring "echoel_spring"(
        float (*before)[64][8], float (*said)[8], const float* left, const float* right, int back, float a
    ) noexcept nogil
    void _low "echoel_spring_low"(
        float* left, float* right, double (*state)[2][2], double (*b)[5]) noexcept nogil

cdef enum:
    MIX, DECAY, DISPERSION, TRAVEL

cdef double _TRANSITION_HZ = 4_300.0
cdef double[2] LENGTH = [1.0, 1.093]     # the two springs of a tank are not alike


cdef class Spring(Tail):
    """The twang of a spring tank: drops of sound that slide up in pitch and come back."""

    SOURCE = "V. Välimäki, J. Parker and J. S. Abel, JAES 58 (2010) 547"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.35),
        Parameter("decay_s", "s", 0.3, 8.0, 2.2, "log"),
        Parameter("dispersion", "", 0.1, 0.8, 0.6),
        Parameter("travel_ms", "ms", 30.0, 120.0, 56.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int k
        cdef double w, q, alpha
        # Half a period of the transition frequency, whole frames.
        self.stretch = min(max(1, round(0.5 * rate_hz / _TRANSITION_HZ)), STRETCH)
        w = 2.0 * M_PI * min(0.95 * 0.5 * rate_hz / self.stretch, 0.45 * rate_hz) / rate_hz
        for k in range(3):
            # Butterworth of the sixth order.
            q = 0.5 / cos(M_PI * (2 * k + 1) / 12.0)
            alpha = sin(w) / (2.0 * q)
            self.biquad[k][0] = self.biquad[k][2] = 0.5 * (1.0 - cos(w)) / (1.0 + alpha)
            self.biquad[k][1] = (1.0 - cos(w)) / (1.0 + alpha)
            self.biquad[k][3] = -2.0 * cos(w) / (1.0 + alpha)
            self.biquad[k][4] = (1.0 - alpha) / (1.0 + alpha)
        longest = 0.12 * LENGTH[1] * rate_hz + 4 * TICK
        size = 1 << int(longest).bit_length()
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.clear()

    cdef double _way(self, double dispersion) noexcept nogil:
        # Frames the lowest pitches take through the all-passes and their stages.
        cdef double slowest = self.stretch * (1.0 - dispersion) / (1.0 + dispersion)
        return STAGES * SECTIONS * slowest + (STAGES - 1) * TICK

    cdef void turn(self) noexcept nogil:
        cdef int ear
        cdef double travel, way = self._way(self.end[DISPERSION])
        memcpy(self.wait_before, self.wait, sizeof(self.wait))
        memcpy(self.keep_before, self.keep, sizeof(self.keep))
        for ear in range(2):
            travel = self.end[TRAVEL] * LENGTH[ear] * self.rate_hz / 1000.0
            self.wait[ear] = max(TICK, <int> (travel - way + 0.5))
            # A spring's end turns the wave over.
            travel = (self.wait[ear] + way) / self.rate_hz
            self.keep[ear] = -<float> pow(10.0, -3.0 * travel / self.end[DECAY])
        if self.is_fresh:
            memcpy(self.wait_before, self.wait, sizeof(self.wait))
            memcpy(self.keep_before, self.keep, sizeof(self.keep))
        self.dispersion = <float> self.end[DISPERSION]

    cdef void ring(self) noexcept nogil:
        cdef int ear, j
        cdef float step
        cdef const float* back
        for ear in range(2):
            back = line_at(&self.memory[ear, 0], self.mask, self.clock - self.wait[ear])
            for j in range(TICK):
                self.wet[ear][j] = back[j]
            if self.wait[ear] != self.wait_before[ear]:
                back = line_at(&self.memory[ear, 0], self.mask, self.clock - self.wait_before[ear])
                for j in range(TICK):
                    self.wet[ear][j] += (1 - RAMP[j] / TICK) * (back[j] - self.wet[ear][j])
            step = (self.keep[ear] - self.keep_before[ear]) / TICK
            for j in range(TICK):
                self.heard[ear][j] += (self.keep_before[ear] + step * RAMP[j]) * self.wet[ear][j]
        _low(self.heard[0], self.heard[1], self.state, self.biquad)
        _spring(self.before, self.said, self.heard[0], self.heard[1], self.stretch, self.dispersion)
        for ear in range(2):
            for j in range(TICK):
                self.wet[ear][j] = self.said[j][STAGES * ear + STAGES - 1]
            line_write(&self.memory[ear, 0], self.mask, self.clock, self.wet[ear])

    cdef void hush(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        memset(self.before, 0, sizeof(self.before))
        memset(self.said, 0, sizeof(self.said))
        memset(self.state, 0, sizeof(self.state))
