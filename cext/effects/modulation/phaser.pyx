# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Notches that wander: a chain of first-order all-passes beside the sound itself.

Each stage turns the phase by half a turn from bass to treble; where the whole chain has turned it upside
down, the mix with the plain sound is silent. Both ears share a register, the state is float64. Sources: J. O.
Smith, Physical Audio Signal Processing (2010), Phasing with first-order all-pass filters; F. Eichas, M. Fink,
M. Holters and U. Zolzer, DAFx-14 (2014) for the Uni-Vibe's lamp and four unequal stages.
"""

from libc.math cimport exp, exp2
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext._types cimport TICK, sine_of, turn_of
from cext.effects.modulation._sweep cimport sweep_clear, sweep_tick
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    typedef double echoel_ears __attribute__((vector_size(16)));
    /* Two stages at a time, a * (a * x + z) + z' as a * a * x + (a * z + z'): what comes round by the
       feedback waits for half as many sums. a0, a1: the coefficient and its change a frame, for both ears. */
    #define ECHOEL_PHASER(stages) \\
        case stages: { \\
            echoel_ears z[stages]; \\
            for (int k = 0; k < stages; k++) z[k] = (echoel_ears){state[2 * k], state[2 * k + 1]}; \\
            for (int j = 0; j < frames; j++) { \\
                double place = first + j, wet = mix + mix_step * place, round = back + back_step * place; \\
                echoel_ears in = {left[j], right[j]}, a = a0 + a1 * place, x = in + round * out; \\
                echoel_ears square = a * a; \\
                for (int k = 0; k < stages; k += 2) { \\
                    echoel_ears y = a * x + z[k]; \\
                    echoel_ears next = square * x + (a * z[k] + z[k + 1]); \\
                    z[k] = x - a * y; \\
                    z[k + 1] = y - a * next; \\
                    x = next; \\
                } \\
                out = x; \\
                in = (1.0 - wet) * in + wet * out; \\
                left[j] = (float)in[0]; \\
                right[j] = (float)in[1]; \\
            } \\
            for (int k = 0; k < stages; k++) { state[2 * k] = z[k][0]; state[2 * k + 1] = z[k][1]; } \\
            break; }
    ECHOEL_CLONES static void echoel_phaser(
            float *left, float *right, double *state, double *last, int stages, const double *begin,
            const double *end, double back, double back_step, double mix, double mix_step, int first,
            int frames) {
        echoel_ears a0 = {begin[0], begin[1]}, out = {last[0], last[1]};
        echoel_ears a1 = {(end[0] - begin[0]) / 64.0, (end[1] - begin[1]) / 64.0};
        switch (stages) {
            ECHOEL_PHASER(2) ECHOEL_PHASER(4) ECHOEL_PHASER(6)
            ECHOEL_PHASER(8) ECHOEL_PHASER(10) ECHOEL_PHASER(12)
        }
        last[0] = out[0]; last[1] = out[1];
    }
    /* Four stages, each with a coefficient of its own. */
    ECHOEL_CLONES static void echoel_vibe(
            float *left, float *right, double *state, const double *begin, const double *end,
            double mix, double mix_step, int first, int frames) {
        echoel_ears z[4], a0[4], a1[4];
        for (int k = 0; k < 4; k++) {
            z[k] = (echoel_ears){state[2 * k], state[2 * k + 1]};
            a0[k] = (echoel_ears){begin[2 * k], begin[2 * k + 1]};
            a1[k] = (echoel_ears){end[2 * k], end[2 * k + 1]};
            a1[k] = (a1[k] - a0[k]) / 64.0;
        }
        for (int j = 0; j < frames; j++) {
            double place = first + j, wet = mix + mix_step * place;
            echoel_ears in = {left[j], right[j]}, x = in;
            for (int k = 0; k < 4; k++) {
                echoel_ears a = a0[k] + a1[k] * place, y = a * x + z[k];
                z[k] = x - a * y;
                x = y;
            }
            in = (1.0 - wet) * in + wet * x;
            left[j] = (float)in[0];
            right[j] = (float)in[1];
        }
        for (int k = 0; k < 4; k++) { state[2 * k] = z[k][0]; state[2 * k + 1] = z[k][1]; }
    }
    """
    void _phaser "echoel_phaser"(
        float* left, float* right, double* state, double* last, int stages, const double* begin,
        const double* end, double back, double back_step, double mix, double mix_step, int first, int frames,
    ) noexcept nogil
    void _vibe "echoel_vibe"(
        float* left, float* right, double* state, const double* begin, const double* end,
        double mix, double mix_step, int first, int frames,
    ) noexcept nogil

cdef enum:
    SPEED, DEPTH, CENTRE, STAGES, FEEDBACK, SPREAD, MIX
cdef enum:
    V_SPEED, V_DEPTH, V_CENTRE, V_SPREAD, V_MIX

# The Uni-Vibe's four capacitors: 15 nF, 220 nF, 470 pF and 4.7 nF, as octaves from their middle.
cdef double[4] _CAPACITORS = [15e-9, 220e-9, 470e-12, 4.7e-9]
cdef double _MIDDLE = 9.2401157994e-09      # their geometric mean


cdef inline double _allpass(double corner_hz, double rate_hz) noexcept nogil:
    # (t - 1) / (t + 1) with t = tan(pi f / rate): sine and cosine from one integer phase.
    cdef double share = 0.5 * min(corner_hz / rate_hz, 0.49)
    cdef double s = sine_of(turn_of(share)), c = sine_of(turn_of(share) + (<unsigned long long> 1 << 62))
    return (s - c) / (s + c)


cdef class Phaser(Effect):
    """Notches that wander up and down the sound; feedback sharpens them."""

    SOURCE = "J. O. Smith, Physical Audio Signal Processing (2010), first-order all-pass phasing"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("speed_hz", "Hz", 0.01, 10.0, 0.4, "log"),
        Parameter("depth_octaves", "octaves", 0.0, 4.0, 1.5),
        Parameter("centre_hz", "Hz", 50.0, 8_000.0, 800.0, "log"),
        Parameter("stages", "all-passes, in pairs", 2.0, 12.0, 6.0),
        Parameter("feedback", "", -0.95, 0.95, 0.3),
        Parameter("spread", "", 0.0, 1.0, 0.0),
        Parameter("mix", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int ear, stages = 2 * <int> (0.5 * self.end[STAGES] + 0.5)
        cdef unsigned long long ahead
        cdef double wave
        sweep_tick(&self.sweep, self.end[SPEED], self.rate_hz)
        # A stage that was out of use begins empty.
        memset(&self.state[2 * stages], 0, 2 * (MOST_STAGES - stages) * sizeof(double))
        for ear in range(2):
            self.begin_turn[ear] = self.end_turn[ear]
            if ear and self.end[SPREAD] == 0.0:
                self.end_turn[1] = self.end_turn[0]
            else:
                # The right ear's wave is up to half a turn ahead.
                ahead = turn_of(0.4999999999 * ear * self.end[SPREAD])
                wave = sine_of(self.sweep.phase + ahead)
                self.end_turn[ear] = _allpass(self.end[CENTRE] * exp2(self.end[DEPTH] * wave), self.rate_hz)
            if self.is_fresh:
                wave = sine_of(turn_of(0.4999999999 * ear * self.end[SPREAD]))
                self.begin_turn[ear] = _allpass(self.end[CENTRE] * exp2(self.end[DEPTH] * wave), self.rate_hz)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _phaser(
            left, right, self.state, self.last, 2 * <int> (0.5 * self.end[STAGES] + 0.5), self.begin_turn,
            self.end_turn, self.begin[FEEDBACK], self.step[FEEDBACK], self.begin[MIX], self.step[MIX], first,
            frames,
        )

    cdef void clear(self) noexcept nogil:
        memset(self.state, 0, sizeof(self.state))
        self.last[0] = self.last[1] = 0.0
        sweep_clear(&self.sweep, 0)
        self.is_fresh = True


cdef class UniVibe(Effect):
    """The throb of a pulsing lamp over four light cells: quick to glow, slow to fade."""

    SOURCE = "F. Eichas, M. Fink, M. Holters and U. Zolzer, DAFx-14 (2014); Shin-ei Uni-Vibe (1968)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("speed_hz", "Hz", 0.1, 12.0, 1.2, "log"),
        Parameter("depth", "", 0.0, 1.0, 0.7),
        Parameter("centre_hz", "Hz", 100.0, 2_000.0, 500.0, "log"),
        Parameter("spread", "", 0.0, 1.0, 0.0),
        Parameter("mix", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int ear, k
        cdef double power, wanted, octaves, tick_s = TICK / self.rate_hz
        sweep_tick(&self.sweep, self.end[V_SPEED], self.rate_hz)
        for k in range(8):
            self.begin_turn[k] = self.end_turn[k]
        for ear in range(2):
            # A filament warms in 15 ms and cools in 45; its light goes with a high power of its heat.
            wanted = 0.5 + 0.5 * sine_of(self.sweep.phase + turn_of(0.4999999999 * ear * self.end[V_SPREAD]))
            self.lamp[ear] += (1.0 - exp(-tick_s / (0.015 if wanted > self.lamp[ear] else 0.045))) * (
                wanted - self.lamp[ear])
            power = self.lamp[ear] * self.lamp[ear]
            # The cells' resistance falls with the light: two octaves each way at full depth.
            octaves = self.end[V_DEPTH] * (4.0 * power - 2.0)
            for k in range(4):
                self.end_turn[2 * k + ear] = _allpass(
                    self.end[V_CENTRE] * exp2(octaves) * _MIDDLE / _CAPACITORS[k], self.rate_hz)
                if self.is_fresh:
                    self.begin_turn[2 * k + ear] = self.end_turn[2 * k + ear]
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _vibe(left, right, self.state, self.begin_turn, self.end_turn, self.begin[V_MIX], self.step[V_MIX],
              first, frames)

    cdef void clear(self) noexcept nogil:
        memset(self.state, 0, sizeof(self.state))
        self.lamp[0] = self.lamp[1] = 0.0
        sweep_clear(&self.sweep, 0)
        self.is_fresh = True
