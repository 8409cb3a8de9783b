# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""A smooth hall: sixteen delay lines that feed each other through a Hadamard matrix.

In front, four all-pass diffusers an ear smear each click into a cloud before it enters, so that echoes are
dense soon. Every line loses exactly what makes all of them fall by 60 dB in the same, chosen time, with a
one-pole damper for the air. So that no tone rings on, some pairs of lines are turned into each other by
slowly swaying angles: unlike swaying lengths, that costs no treble and leaves the decay as it is.

Sources: J.-M. Jot and A. Chaigne, AES 90 (1991) 3030; M. R. Schroeder, JAES 10 (1962) 219; S. J. Schlecht and
E. A. P. Habets, JASA 138 (2015) 1389.
"""

from libc.math cimport sqrt
from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport RAMP, TICK, scatter, sine_of, turn_of
from cext.effects.reverbs._lines cimport (
    MIRROR, Loop, line_absorb, line_powers, line_smear, loop_go, loop_lay, loop_read, loop_size, loop_write,
)
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef extern from *:
    """
    #define ECHOEL_SUMS(a, apart) do { \\
        _Pragma("GCC unroll 8") for (int i = 0; i < 8; i++) { \\
            int u = i % apart + 2 * apart * (i / apart); \\
            echoel_run sum = a[u] + a[u + apart]; \\
            a[u + apart] = a[u] - a[u + apart]; a[u] = sum; } } while (0)

    /* Sixteen lines out of their memory, damped; the even ones are heard left, the odd ones right. */
    ECHOEL_CLONES static void echoel_hall_lines(
            float *const *read, float (*last)[8], float (*powers)[40], const float *gain,
            float (*tick)[64], float *left, float *right) {
        for (int c = 0; c < 16; c += 2) {
            echoel_run one = ECHOEL_RUN(last[c]), two = ECHOEL_RUN(last[c + 1]);
            const float *here = powers[c], *there = powers[c + 1], *in = read[c], *other = read[c + 1];
            float sign = c & 2 ? -1.0f : 1.0f;
            for (int j = 0; j < 64; j += 8) {
                echoel_run x = ECHOEL_RUN(in + j), y = ECHOEL_RUN(other + j), zero = {0};
                x *= gain[c];
                y *= gain[c + 1];
                ECHOEL_DAMP(x, one, here);
                ECHOEL_DAMP(y, two, there);
                ECHOEL_RUN(tick[c] + j) = x;
                ECHOEL_RUN(tick[c + 1] + j) = y;
                ECHOEL_RUN(left + j) = (c ? ECHOEL_RUN(left + j) : zero) + sign * x;
                ECHOEL_RUN(right + j) = (c ? ECHOEL_RUN(right + j) : zero) + sign * y;
            }
            ECHOEL_RUN(last[c]) = one; ECHOEL_RUN(last[c + 1]) = two;
        }
    }
    /* What they said, turned and mixed, goes back together with what was heard. */
    ECHOEL_CLONES static void echoel_hall_mix(
            float (*tick)[64], float (*angle)[4], const float *ramp, const float *left, const float *right,
            float *const *back) {
        for (int j = 0; j < 64; j += 8) {
            echoel_run a[16], step = ECHOEL_RUN(ramp + j);
            echoel_run l = ECHOEL_RUN(left + j), r = ECHOEL_RUN(right + j);
            #pragma GCC unroll 16
            for (int i = 0; i < 16; i++) a[i] = ECHOEL_RUN(tick[i] + j);
            #pragma GCC unroll 4
            for (int k = 0; k < 4; k++) {
                echoel_run c = angle[0][k] + angle[1][k] * step, s = angle[2][k] + angle[3][k] * step;
                echoel_run x = c * a[4 * k] - s * a[4 * k + 3];
                a[4 * k + 3] = s * a[4 * k] + c * a[4 * k + 3]; a[4 * k] = x;
            }
            ECHOEL_SUMS(a, 8); ECHOEL_SUMS(a, 4); ECHOEL_SUMS(a, 2); ECHOEL_SUMS(a, 1);
            #pragma GCC unroll 16
            for (int i = 0; i < 16; i++) ECHOEL_RUN(back[i] + j) = a[i] + (i & 1 ? r : l);
        }
    }
    """
    void _lines "echoel_hall_lines"(
        float** read, float (*last)[8], float (*powers)[40], const float* gain,
        float (*tick)[64], float* left, float* right) noexcept nogil
    void _mix "echoel_hall_mix"(
        float (*tick)[64], float (*angle)[4], const float* ramp, const float* left,
        const float* right, float** back) noexcept nogil

cdef enum:
    MIX, DECAY, DAMPING, PREDELAY, DEPTH

# Milliseconds, mutually irrational enough that echoes do not pile up; 23 to 80 ms is a warm, mid-sized hall.
cdef double[LINES] LINE_MS = [
    23.31, 25.93, 28.13, 30.77, 33.97, 36.71, 39.19, 42.73,
    46.37, 49.93, 54.11, 58.31, 63.13, 68.39, 73.91, 79.73,
]
cdef double[2][DIFFUSERS] DIFFUSER_MS = [[4.771, 3.595, 12.73, 9.307], [4.931, 3.371, 12.21, 9.611]]
cdef float _DIFFUSION = 0.62
cdef double FOREVER_S = 1e12     # in 32 bits the gain of a line is then 1 exactly


cdef class Reverb(Tail):
    """The room around the sound; the decay is the time to fall by 60 dB."""

    SOURCE = "J.-M. Jot and A. Chaigne, AES 90 (1991) 3030; S. Schlecht and E. Habets, JASA 138 (2015) 1389"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.3),
        Parameter("decay_s", "s", 0.2, 20.0, 4.0, "log"),
        Parameter("damping", "", 0.0, 1.0, 0.35),
        Parameter("predelay_ms", "ms", 0.0, 250.0, 0.0),
        Parameter("depth", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int i, ear
        cdef float* at
        lengths = [<int> (LINE_MS[i] * rate_hz / 1000) | 1 for i in range(LINES)]
        for ear in range(2):
            # Never shorter than a tick, because a tick is worked through in one go.
            for i in range(DIFFUSERS):
                lengths.append(max(TICK + 1, <int> (DIFFUSER_MS[ear][i] * rate_hz / 1000) | 1))
        self.memory = np.zeros(sum(loop_size(length) + MIRROR for length in lengths), dtype=np.float32)
        at = &self.memory[0]
        for i in range(LOOPS):
            loop_lay(&self.loop[i], at, lengths[i])
            at += self.loop[i].size + MIRROR
        # The sums of the matrix come out four times too loud, so the lines are taken down by as much.
        self.loudness = 4.0 * 0.3535533905932738
        for i in range(TURNS):
            self.sway_turn[i] = turn_of(TICK * (0.43 + 0.17 * i) / rate_hz)
        self.clear()

    cdef void turn(self) noexcept nogil:
        cdef double decay_s, damping
        self.depth = 0.8 * self.end[DEPTH]
        self.has_moved = False
        decay_s = FOREVER_S if self.is_frozen else self.end[DECAY]
        damping = 0.0 if self.is_frozen else self.end[DAMPING]
        if self.is_fresh or decay_s != self.known[0] or damping != self.known[1]:
            self.known[0] = decay_s
            self.known[1] = damping
            self._absorb(decay_s, damping)

    cdef void _absorb(self, double decay_s, double damping) noexcept nogil:
        cdef int i
        cdef double gain = 1.0, pole = 0.0
        self.has_moved = not self.is_fresh
        memcpy(self.powers_before, self.powers, sizeof(self.powers))
        memcpy(self.gain_before, self.gain, sizeof(self.gain))
        for i in range(LINES):
            line_absorb(self.loop[i].length, self.rate_hz, decay_s, damping, &gain, &pole)
            line_powers(self.powers[i], pole)
            self.gain[i] = <float> (0.25 * gain * (1.0 - pole))

    cdef void ring(self) noexcept nogil:
        cdef int ear, i, j, _i
        cdef float step = (self.inlet_end - self.inlet) / TICK
        cdef float* lines[LINES]
        cdef Loop* loop = &self.loop[LINES]
        for ear in range(2):
            if self.inlet != 1.0 or step != 0.0:
                for j in range(TICK):
                    self.heard[ear][j] *= self.inlet + step * RAMP[j]
            for _i in range(DIFFUSERS):
                line_smear(self.heard[ear], loop_read(loop), loop_write(loop), _DIFFUSION)
                loop_go(loop)
                loop += 1
        self.inlet = self.inlet_end
        self._sway()
        for i in range(LINES):
            lines[i] = loop_write(&self.loop[i])
        _mix(self.tick, self.angle, RAMP, self.heard[0], self.heard[1], lines)
        for i in range(LINES):
            loop_go(&self.loop[i])
            lines[i] = loop_read(&self.loop[i])
        if self.has_moved:
            self._glide(lines)
        else:
            _lines(lines, self.last, self.powers, self.gain, self.tick, self.wet[0], self.wet[1])

    cdef void _glide(self, float** lines) noexcept nogil:
        # A damper and the gain that goes with it change together: both ways, from one to the other.
        cdef float[LINES][8] last
        cdef float[LINES][TICK] tick
        cdef float[2][TICK] wet
        cdef float share
        cdef int i, j
        memcpy(last, self.last, sizeof(last))
        _lines(lines, last, self.powers_before, self.gain_before, tick, wet[0], wet[1])
        _lines(lines, self.last, self.powers, self.gain, self.tick, self.wet[0], self.wet[1])
        for j in range(TICK):
            share = 1 - RAMP[j] / TICK
            for i in range(LINES):
                self.tick[i][j] += share * (tick[i][j] - self.tick[i][j])
            for i in range(2):
                self.wet[i][j] += share * (wet[i][j] - self.wet[i][j])

    cdef void _sway(self) noexcept nogil:
        cdef int i
        cdef double sine, cosine
        for i in range(TURNS):
            self.sway[i] += self.sway_turn[i]
            sine = self.depth * sine_of(self.sway[i])
            cosine = sqrt(1.0 - sine * sine)
            if self.is_fresh:
                self.angle[0][i] = <float> cosine
                self.angle[2][i] = <float> sine
            else:
                self.angle[0][i] += TICK * self.angle[1][i]
                self.angle[2][i] += TICK * self.angle[3][i]
            self.angle[1][i] = (<float> cosine - self.angle[0][i]) / TICK
            self.angle[3][i] = (<float> sine - self.angle[2][i]) / TICK

    cdef void hush(self) noexcept nogil:
        cdef int i
        memset(&self.memory[0], 0, self.memory.shape[0] * sizeof(float))
        memset(self.last, 0, sizeof(self.last))
        memset(self.tick, 0, sizeof(self.tick))
        self.inlet = self.inlet_end = 1.0
        for i in range(LOOPS):
            self.loop[i].place = 0
        for i in range(TURNS):
            self.sway[i] = scatter(i + 1)
