# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""An echo on tape: it sways with the motor, loses treble and bass each time round, and saturates.

Wow is 0.6 Hz and at most 1 % of the speed, flutter 7.3 Hz and 0.3 % (the worst a studio machine was allowed,
IEC 60386); the curve of the tape is x (27 + x^2) / (27 + 9 x^2), tanh to 2 %, so that feedback above one
sings without end and without harm. Sources: S. Arnardottir, J. S. Abel and J. O. Smith, AES 125 (2008) 7649;
J. Dattorro, JAES 45 (1997) 764.
"""

import numpy as np

from libc.math cimport M_PI, exp, fabs, pow
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext._types cimport RAMP, TICK, clamp
from cext.effects.delays._line cimport MIRROR, blend, line_keep, line_read, line_size
from cext.effects.modulation._sweep cimport head_move, sweep_clear, sweep_tick
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    typedef double echoel_ears __attribute__((vector_size(16)));
    /* What the loop lets through: state holds the low-pass and, of what it let through, the bass. */
    static void echoel_loop(
            float *left, float *right, double *state, const double *share, const double *end, int first,
            int frames) {
        echoel_ears low = {state[0], state[1]}, bass = {state[2], state[3]};
        double a_step = (end[0] - share[0]) / 64.0, b_step = (end[1] - share[1]) / 64.0;
        for (int j = 0; j < frames; j++) {
            double a = share[0] + a_step * (first + j), b = share[1] + b_step * (first + j);
            echoel_ears in = {left[j], right[j]};
            low = (1.0 - a) * low + a * in;
            bass = (1.0 - b) * bass + b * low;
            in = low - bass;
            left[j] = (float)in[0];
            right[j] = (float)in[1];
        }
        state[0] = low[0]; state[1] = low[1]; state[2] = bass[0]; state[3] = bass[1];
    }
    ECHOEL_CLONES static void echoel_tape(
            float *kept, const float *sound, const float *echo, const float *ramp,
            float back, float back_step,
            float push, float push_step, int frames) {
        for (int j = 0; j < frames; j++) {
            float g = push + push_step * ramp[j];
            float x = g * (sound[j] + (back + back_step * ramp[j]) * echo[j]);
            x = x < 3.0f ? x : 3.0f;
            x = x > -3.0f ? x : -3.0f;
            kept[j] = x * (27.0f + x * x) / ((27.0f + 9.0f * x * x) * g);
        }
    }
    """
    void _loop "echoel_loop"(
        float* left, float* right, double* state, const double* share, const double* end,
        int first, int frames
    ) noexcept nogil
    void _tape "echoel_tape"(
        float* kept, const float* sound, const float* echo, const float* ramp, float back, float back_step,
        float push, float push_step, int frames) noexcept nogil

cdef enum:
    TIME, FEEDBACK, DRIVE, WOW, FLUTTER, HIGH_CUT, LOW_CUT, MIX

cdef double _WOW_HZ = 0.6
cdef double _FLUTTER_HZ = 7.3


cdef class TapeDelay(Effect):
    """A warm echo that sways, dulls and, turned up far enough, sings."""

    SOURCE = (
        "S. Arnardottir, J. S. Abel and J. O. Smith, AES 125 (2008) 7649; J. Dattorro, JAES 45 (1997) 764"
    )
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("time_ms", "ms", 20.0, 2_000.0, 300.0, "log"),
        Parameter("feedback", "", 0.0, 1.2, 0.45),
        Parameter("drive_db", "dB", -12.0, 24.0, 0.0),
        Parameter("wow", "", 0.0, 1.0, 0.3),
        Parameter("flutter", "", 0.0, 1.0, 0.3),
        Parameter("high_cut_hz", "Hz", 1_000.0, 20_000.0, 6_000.0, "log"),
        Parameter("low_cut_hz", "Hz", 10.0, 1_000.0, 80.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 0.35),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size = line_size(2.1 * rate_hz)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int k
        cdef double goal = self.end[TIME] * self.rate_hz / 1000.0, slide
        # A speed that sways by s at f hertz makes the head's distance sway by s / (2 pi f).
        cdef double wow = 0.01 * self.end[WOW] * self.rate_hz / (2.0 * M_PI * _WOW_HZ)
        cdef double flutter = 0.003 * self.end[FLUTTER] * self.rate_hz / (2.0 * M_PI * _FLUTTER_HZ)
        sweep_tick(&self.wow, _WOW_HZ, self.rate_hz)
        sweep_tick(&self.flutter, _FLUTTER_HZ, self.rate_hz)
        if self.is_fresh:
            self.middle = goal
            self.head.place = goal
            self.head.slope = wow * self.wow.turn + flutter * self.flutter.turn
        slide = clamp(goal - self.middle, -0.5 * TICK, 0.5 * TICK)
        self.middle += slide
        head_move(
            &self.head, self.middle + wow * self.wow.sine + flutter * self.flutter.sine,
            slide + wow * self.wow.turn * self.wow.cosine + flutter * self.flutter.turn * self.flutter.cosine)
        for k in range(2):
            self.share[k] = self.share_end[k]
            if self.end[HIGH_CUT + k] != self.known[k] or self.is_fresh:
                self.known[k] = self.end[HIGH_CUT + k]
                self.share_end[k] = 1.0 - exp(-2.0 * M_PI * min(self.known[k] / self.rate_hz, 0.45))
                if self.is_fresh:
                    self.share[k] = self.share_end[k]
        for k in range(4):
            # What fades for ever ends here, 400 dB down.
            if fabs(self.state[k]) < 1e-20:
                self.state[k] = 0.0
        self.push = <float> pow(10.0, self.begin[DRIVE] / 20.0)
        self.push_end = <float> pow(10.0, self.end[DRIVE] / 20.0)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, part
        cdef float heard[2][TICK + 8]
        cdef float kept[TICK]
        cdef float push_step = (self.push_end - self.push) / TICK
        while frames > 0:
            part = min(frames, max(self.head.way.least - 2, 1))
            for ear in range(2):
                memset(heard[ear], 0, (TICK + 8) * sizeof(float))
                line_read(heard[ear], &self.memory[ear, 0], self.mask, self.clock, &self.head.way,
                          1.0, 0.0, first, part)
            _loop(heard[0], heard[1], self.state, self.share, self.share_end, first, part)
            for ear in range(2):
                _tape(kept, right if ear else left, heard[ear], RAMP + first, <float> self.begin[FEEDBACK],
                      <float> self.step[FEEDBACK], self.push, push_step, part)
                line_keep(&self.memory[ear, 0], self.mask, self.clock, kept, part)
            blend(left, right, heard[0], heard[1], RAMP + first, <float> (1.0 - self.begin[MIX]),
                  -<float> self.step[MIX], <float> self.begin[MIX], <float> self.step[MIX], part)
            self.clock += part
            left += part
            right += part
            first += part
            frames -= part

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 2 * self.memory.shape[1] * sizeof(float))
        memset(self.state, 0, sizeof(self.state))
        self.clock = 0
        sweep_clear(&self.wow, 0)
        sweep_clear(&self.flutter, 0)
        self.is_fresh = True
