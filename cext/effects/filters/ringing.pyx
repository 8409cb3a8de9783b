# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Filters that ring: a comb tuned to a note, and a bank of modes like those of a bar, a bell or a string.

Sources: J. O. Smith, Physical Audio Signal Processing (2010), comb filters; T. Laakso et al., Splitting the
unit delay, IEEE SP Magazine 13 (1996) 30, for the delay between samples; M. Mathews and J. O. Smith, Methods
for synthesizing very high Q parametrically well behaved two pole filters, SMAC 2003, for the modes.
"""

from libc.math cimport M_PI, cos, exp, fabs, pow, sin, sqrt
from libc.string cimport memset

import numpy as np

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_comb(float *, int, int, double *, const double *, const double *, int,
                                          float *, float *, const float *, int);
    ECHOEL_CLONES static void echoel_modes(const float *, const float *, int, float *, float *, float *,
                                           const float *, int);

    /* The cubic through four frames around the place asked for; both ears lie side by side. */
    static void echoel_comb(float *line, int size, int place, double *low, const double *now,
                            const double *rise, int forward, float *left, float *right, const float *ramp,
                            int frames) {
        int mask = size - 1;
        double l = low[0], r = low[1];
        for (int j = 0; j < frames; j++, place++) {
            double at = ramp[j], delay = now[0] + rise[0] * at, back = now[1] + rise[1] * at;
            double damp = now[2] + rise[2] * at, dry = now[3] + rise[3] * at, wet = now[4] + rise[4] * at;
            int whole = (int)delay;
            double d = delay - whole, e = d + 1, f = 1 - d, g = 2 - d;
            double w0 = -d * f * g * (1.0 / 6), w1 = 0.5 * e * f * g;
            double w2 = 0.5 * e * d * g, w3 = -e * d * f * (1.0 / 6);
            int from = place - whole;
            const float *a = line + 2 * ((from + 1) & mask), *b = line + 2 * (from & mask);
            const float *c = line + 2 * ((from - 1) & mask), *h = line + 2 * ((from - 2) & mask);
            double x = left[j], y = right[j];
            double u = (w0 * a[0] + w1 * b[0]) + (w2 * c[0] + w3 * h[0]);
            double v = (w0 * a[1] + w1 * b[1]) + (w2 * c[1] + w3 * h[1]);
            l = u + damp * (l - u); r = v + damp * (r - v);
            u = x + back * l; v = y + back * r;
            float *into = line + 2 * (place & mask);
            into[0] = (float)(forward ? x : u); into[1] = (float)(forward ? y : v);
            left[j] = (float)(dry * x + wet * u); right[j] = (float)(dry * y + wet * v);
        }
        low[0] = l; low[1] = r;
    }

    /* Sixteen rotating phasors an ear; what is heard is their imaginary part, which starts from nothing. */
    typedef float echoel_v8 __attribute__((vector_size(32), aligned(4), may_alias));
    #define ECHOEL_MODES(re, im, c, s, in, x) do { \\
        echoel_v8 next = (c * re - s * im) + in * x; \\
        im = s * re + c * im; re = next; } while (0)
    #define ECHOEL_AT(p) (*(echoel_v8 *)(p))
    static void echoel_modes(const float *now, const float *rise, int moves, float *state, float *left,
                             float *right, const float *ramp, int frames) {
        echoel_v8 re0 = ECHOEL_AT(state), re1 = ECHOEL_AT(state + 8);
        echoel_v8 im0 = ECHOEL_AT(state + 16), im1 = ECHOEL_AT(state + 24);
        echoel_v8 re2 = ECHOEL_AT(state + 32), re3 = ECHOEL_AT(state + 40);
        echoel_v8 im2 = ECHOEL_AT(state + 48), im3 = ECHOEL_AT(state + 56);
        echoel_v8 c0 = ECHOEL_AT(now), c1 = ECHOEL_AT(now + 8), s0 = ECHOEL_AT(now + 16);
        echoel_v8 s1 = ECHOEL_AT(now + 24), in0 = ECHOEL_AT(now + 32), in1 = ECHOEL_AT(now + 40);
        float dry = now[48], wet = now[49];
        for (int j = 0; j < frames; j++) {
            float x = left[j], y = right[j], at = ramp[j];
            if (moves) {
                c0 = ECHOEL_AT(now) + ECHOEL_AT(rise) * at;
                c1 = ECHOEL_AT(now + 8) + ECHOEL_AT(rise + 8) * at;
                s0 = ECHOEL_AT(now + 16) + ECHOEL_AT(rise + 16) * at;
                s1 = ECHOEL_AT(now + 24) + ECHOEL_AT(rise + 24) * at;
                in0 = ECHOEL_AT(now + 32) + ECHOEL_AT(rise + 32) * at;
                in1 = ECHOEL_AT(now + 40) + ECHOEL_AT(rise + 40) * at;
                dry = now[48] + rise[48] * at; wet = now[49] + rise[49] * at;
            }
            ECHOEL_MODES(re0, im0, c0, s0, in0, x); ECHOEL_MODES(re1, im1, c1, s1, in1, x);
            ECHOEL_MODES(re2, im2, c0, s0, in0, y); ECHOEL_MODES(re3, im3, c1, s1, in1, y);
            echoel_v8 a = im0 + im1, b = im2 + im3;
            echoel_v8 both = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
                + __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
            left[j] = dry * x + wet * ((both[0] + both[2]) + (both[1] + both[3]));
            right[j] = dry * y + wet * ((both[4] + both[6]) + (both[5] + both[7]));
        }
        ECHOEL_AT(state) = re0; ECHOEL_AT(state + 8) = re1; ECHOEL_AT(state + 16) = im0;
        ECHOEL_AT(state + 24) = im1; ECHOEL_AT(state + 32) = re2; ECHOEL_AT(state + 40) = re3;
        ECHOEL_AT(state + 48) = im2; ECHOEL_AT(state + 56) = im3;
    }
    """
    void _comb "echoel_comb"(
        float* line, int size, int place, double* low, const double* now, const double* rise, int forward,
        float* left, float* right, const float* ramp, int frames
    ) noexcept nogil
    void _modes "echoel_modes"(
        const float* now, const float* rise, int moves, float* state, float* left, float* right,
        const float* ramp, int frames
    ) noexcept nogil

cdef enum:
    MODES = 16


cdef class Comb(Effect):
    """Lets a sound ring at one note and all its overtones, or takes them out.

    A negative feedback rings an octave lower, in odd overtones only. forward sends the delayed sound to the
    ear once and not around, which cuts notches where feedback has peaks.
    """

    SOURCE = "J. O. Smith, Physical Audio Signal Processing (2010); cubic Lagrange delay (Laakso et al. 1996)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 20.0, 5_000.0, 220.0, "log"),
        Parameter("feedback", "", -0.99, 0.99, 0.85),
        Parameter("damping", "", 0.0, 1.0, 0.2),
        switch("kind", "feedback", "forward"),
        Parameter("mix", "", 0.0, 1.0, 0.7),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.line = np.zeros((1 << int(rate_hz / 20.0 + 8.0).bit_length(), 2), dtype=np.float32)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double[5] goal
        cdef double damp = 0.9 * self.end[2]
        cdef int i
        # The damper itself delays by damp / (1 - damp) frames; what is left of the period is the line.
        goal[0] = self.rate_hz / self.end[0] - damp / (1.0 - damp)
        goal[0] = goal[0] if goal[0] > 2.0 else 2.0
        goal[1] = self.end[1]
        goal[2] = damp
        goal[3] = 1.0 - self.end[4]
        goal[4] = self.end[4]
        goal[4] *= sqrt(1.0 - goal[1] * goal[1]) if self.end[3] == 0.0 else 1.0 / (1.0 + fabs(goal[1]))
        for i in range(5):
            self.now[i] = self.final[i] if self.has_begun else goal[i]
            self.final[i] = goal[i]
            self.rise[i] = (goal[i] - self.now[i]) / TICK
        self.has_begun = True

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _comb(
            &self.line[0, 0], <int> self.line.shape[0], self.place, self.lowpassed, self.now, self.rise,
            self.end[3] != 0.0, left, right, RAMP + first, frames,
        )
        self.place = (self.place + frames) & <int> (self.line.shape[0] - 1)

    cdef void clear(self) noexcept nogil:
        if self.line is not None:
            memset(&self.line[0, 0], 0, self.line.shape[0] * 2 * sizeof(float))
        self.place = 0
        self.lowpassed[0] = self.lowpassed[1] = 0.0
        self.has_begun = False


cdef class Resonator(Effect):
    """Sixteen modes that a sound sets ringing: a string, a bar, a bell, or something nobody built.

    stretch: 1 is the harmonic series of a string; above it overtones lie farther apart, as in bars (1.7).
    brightness: how long the overtones ring beside the first mode.
    """

    SOURCE = "M. Mathews and J. O. Smith, SMAC 2003: coupled-form resonators"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 30.0, 2_000.0, 220.0, "log"),
        Parameter("stretch", "", 0.7, 2.0, 1.0),
        Parameter("decay_s", "s", 0.02, 8.0, 0.4, "log"),
        Parameter("brightness", "", 0.0, 1.0, 0.5),
        Parameter("gain_db", "dB", -24.0, 24.0, 0.0),
        Parameter("mix", "", 0.0, 1.0, 0.7),
    )

    cdef void prepare(self) noexcept nogil:
        cdef double[50] goal
        cdef double w, r, level
        cdef int k
        if self.is_still and not self.is_moving:
            return
        for k in range(MODES):
            w = 2.0 * M_PI * self.end[0] * pow(k + 1.0, self.end[1]) / self.rate_hz
            # -60 dB after decay_s; higher modes fall faster.
            r = exp(-6.907755 * pow(k + 1.0, 1.5 * (1.0 - self.end[3])) / (self.end[2] * self.rate_hz))
            # As much power out as noise puts in, whatever the decay. What no rate holds is silent.
            level = sqrt((1.0 - r * r) / (k + 1.0)) if w < 0.9 * M_PI else 0.0
            goal[k] = r * cos(w)
            goal[MODES + k] = r * sin(w)
            goal[2 * MODES + k] = level
        goal[48] = 1.0 - self.end[5]
        goal[49] = pow(10.0, self.end[4] / 20.0) * self.end[5]
        self.is_still = True
        for k in range(50):
            self.now[k] = self.final[k] if self.has_begun else <float> goal[k]
            self.final[k] = <float> goal[k]
            self.rise[k] = (self.final[k] - self.now[k]) * <float> (1.0 / TICK)
            if self.rise[k] != 0.0:
                self.is_still = False
        self.has_begun = True

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _modes(self.now, self.rise, not self.is_still, self.state, left, right, RAMP + first, frames)

    cdef void clear(self) noexcept nogil:
        memset(self.state, 0, sizeof(self.state))
        self.has_begun = False
        self.is_still = False
