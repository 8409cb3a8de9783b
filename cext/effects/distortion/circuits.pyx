# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Things with a schematic: a triode stage, a pair of diodes on a capacitor, a strip of magnetic tape.

What a circuit makes of a voltage is solved once, to twelve digits, and kept as cubic pieces. The diodes and
their capacitor are one equation a sample, with one unknown that depends on one number: also a table
(G. Borin, G. De Poli and D. Rocchesso, IEEE Trans. SAP 8 (2000) 597). Tape does not depend on how fast the
field moves, only on where it went: one step a sample along the field, by the midpoint rule.
Sources: K. Dempwolf and U. Zolzer, DAFx 2011; D. T. Yeh, J. S. Abel and J. O. Smith, DAFx 2007;
J. Chowdhury, DAFx 2019 (Jiles and Atherton's hysteresis).
"""

import numpy as np

from libc.math cimport M_PI, exp

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext.effects.distortion cimport _shapes  # no-cython-lint: for its bits
from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped, padded_to

from cext.effects.distortion._models import (
    DIODES,
    diode_curve,
    diode_share,
    tube_curve,
)
from cext.effects.distortion._shaped import LEVEL, MIX
from cext.parameters import Parameter, switch

cdef extern from *:
    """
    static inline __attribute__((always_inline)) float echoel_piece(const float *c, float t) {
        return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
    }
    static inline __attribute__((always_inline)) float echoel_triode(const float *curve, float v) {
        float at = (v + 8.0f) * 16.0f;
        at = at > 0.0f ? at : 0.0f;
        at = at < 511.999f ? at : 511.999f;
        int piece = (int)at;
        return echoel_piece(curve + 4 * piece, at - (float)piece);
    }
    ECHOEL_CLONES static void echoel_tube(
            echoel_over *o, const float *curve, const float *drive, const float *bias, int padded) {
        float rest[80];
        for (int j = 0; j < padded; j++) rest[j] = echoel_triode(curve, bias[j]);
        for (int ear = 0; ear < 2; ear++)
            for (int p = 0; p < o->factor; p++) {
                const float *in = o->wide[ear][p];
                float *restrict out = o->back[ear][p];
                for (int j = 0; j < padded; j++)
                    out[j] = echoel_triode(curve, drive[j] * in[j] + bias[j]) - rest[j];
            }
    }
    /* The piece is found in the bits of 1 + 4 |v|: its power of two and the six digits after. */
    static void echoel_diodes(
            echoel_over *o, const float *curve, double share, double *charge, const float *drive,
            int frames) {
        float past[2] = {(float)charge[0], (float)charge[1]};
        for (int j = 0; j < frames; j++)
            for (int p = 0; p < o->factor; p++)
                for (int ear = 0; ear < 2; ear++) {
                    float pushed = past[ear] + (float)share * drive[j] * o->wide[ear][p][j];
                    int32_t sign = echoel_bits(pushed) & (int32_t)0x80000000;
                    float scaled = 1.0f + 4.0f * __builtin_fabsf(pushed);
                    scaled = scaled < 4095.0f ? scaled : 4095.0f;
                    int32_t bits = echoel_bits(scaled), piece = (bits >> 17) - (127 << 6);
                    float t = (float)(bits & 0x1ffff) * (1.0f / 131072.0f);
                    past[ear] = echoel_float(sign | echoel_bits(echoel_piece(curve + 4 * piece, t)));
                    o->back[ear][p][j] = past[ear];
                }
        charge[0] = past[0]; charge[1] = past[1];
    }
    typedef double echoel_ears __attribute__((vector_size(16)));
    typedef int64_t echoel_both __attribute__((vector_size(16)));
    #define ECHOEL_SIGN ((echoel_both){INT64_MIN, INT64_MIN})
    #define ECHOEL_PICK(when, x, y) \\
        ((echoel_ears)(((when) & (echoel_both)(x)) | (~(when) & (echoel_both)(y))))
    /* Both ears at once: how much the magnetisation m changes with the field h, `way` being where the field
       goes. Langevin's function coth x - 1/x is a quotient of polynomials in |x|, to 1e-5. */
    static inline __attribute__((always_inline)) echoel_ears echoel_magnet(
            echoel_ears m, echoel_ears h, echoel_ears way, double c) {
        echoel_ears q = 3.0 * (h + 1.6e-3 * m);
        echoel_ears x = (echoel_ears)((echoel_both)q & ~ECHOEL_SIGN);
        echoel_ears a = x * (1.0 / 3 + x * (0.14675055989599 + x * (0.05383583570259
            + x * (0.01242677614209 + x * 0.00291182175077))));
        echoel_ears da = 1.0 / 3 + x * (2 * 0.14675055989599 + x * (3 * 0.05383583570259
            + x * (4 * 0.01242677614209 + x * (5 * 0.00291182175077))));
        echoel_ears b = 1.0 + x * (0.44034182172855 + x * (0.22737200323400 + x * (0.06866303318289
            + x * (0.01534577629957 + x * 0.00291182175077))));
        echoel_ears db = 0.44034182172855 + x * (2 * 0.22737200323400 + x * (3 * 0.06866303318289
            + x * (4 * 0.01534577629957 + x * (5 * 0.00291182175077))));
        echoel_ears under = 1.0 / b, level = a * under, slope = 3.0 * (da - level * db) * under;
        echoel_ears lag = (echoel_ears)((echoel_both)level | ((echoel_both)q & ECHOEL_SIGN)) - m;
        echoel_ears pinned = (1.0 - c) * lag / ((1.0 - c) * 0.3 * way - 1.6e-3 * lag);
        pinned = (echoel_ears)((echoel_both)pinned & (lag * way > 0.0));
        return (pinned + c * slope) / (1.0 - 1.6e-3 * c * slope);
    }
    static inline __attribute__((always_inline)) echoel_ears echoel_limit(echoel_ears x, double most) {
        echoel_ears top = {most, most};
        x = ECHOEL_PICK(x < top, x, top);
        return ECHOEL_PICK(x > -top, x, -top);
    }
    /* The middle of each step is guessed with the slope of the last: a sound reverses where its steps are
       smallest, so the guess is worst where it matters least. */
    ECHOEL_CLONES static void echoel_tape(
            echoel_over *o, double *state, const float *drive, const float *bias, int frames) {
        echoel_ears m = {state[0], state[1]}, h = {state[2], state[3]}, slope = {state[4], state[5]};
        const echoel_ears one = {1.0, 1.0};
        for (int j = 0; j < frames; j++) {
            double c = 0.05 + 0.9 * bias[j], push = drive[j];
            for (int p = 0; p < o->factor; p++) {
                echoel_ears to = {o->wide[0][p][j], o->wide[1][p][j]};
                to = echoel_limit(push * to, 30.0);
                echoel_ears step = to - h, way;
                way = (echoel_ears)(((echoel_both)step & ECHOEL_SIGN) | (echoel_both)one);
                slope = echoel_magnet(m + 0.5 * step * slope, h + 0.5 * step, way, c);
                m = echoel_limit(m + step * slope, 1.2);
                h = to;
                o->back[0][p][j] = (float)m[0];
                o->back[1][p][j] = (float)m[1];
            }
        }
        for (int ear = 0; ear < 2; ear++) {
            state[ear] = m[ear]; state[2 + ear] = h[ear]; state[4 + ear] = slope[ear];
        }
    }
    """
    void _tube "echoel_tube"(
        Over* over, const float* curve, const float* drive, const float* bias, int padded
    ) noexcept nogil
    void _diodes "echoel_diodes"(
        Over* over, const float* curve, double share, double* charge, const float* drive, int frames
    ) noexcept nogil
    void _tape "echoel_tape"(
        Over* over, double* state, const float* drive, const float* bias, int frames
    ) noexcept nogil


cdef class Tube(Shaped):
    """One triode: rounds one side of the wave before the other, so that octaves come before fifths."""

    SOURCE = "K. Dempwolf and U. Zolzer, DAFx 2011 (a 12AX7 stage)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", -12.0, 48.0, 9.0),
        Parameter("bias_v", "V", -1.5, 1.5, 0.0),
        LEVEL,
        MIX,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.curve = tube_curve()
        self.blocks_dc = True
        self.raise_rate(8)

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        cdef float bias[80]
        self.ramp_db(drive, 0, first, frames)
        self.ramp(bias, 1, first, frames)
        _tube(over, &self.curve[0, 0], drive, bias, padded_to(frames))


cdef class DiodeClipper(Shaped):
    """Two diodes back to back on a capacitor: the heart of most small boxes for guitars."""

    SOURCE = "D. T. Yeh, J. S. Abel and J. O. Smith, DAFx 2007; G. Borin et al., IEEE Trans. SAP 8 (2000) 597"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", 0.0, 60.0, 24.0),
        switch("diodes", *DIODES),
        LEVEL,
        MIX,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.raise_rate(4)
        raised_hz = rate_hz * self.raised.factor
        self.share = diode_share(raised_hz)
        self.curve = np.stack([diode_curve(raised_hz, kind) for kind in DIODES])

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        self.ramp_db(drive, 0, first, frames)
        _diodes(over, &self.curve[<int> self.begin[1], 0, 0], self.share, self.charge, drive, frames)

    cdef void clear(self) noexcept nogil:
        Shaped.clear(self)
        self.charge[0] = self.charge[1] = 0.0


cdef class Tape(Shaped):
    """A strip of iron oxide: thick when pushed, soft on top, and never quite where it was before."""

    SOURCE = "J. Chowdhury, DAFx 2019 (Jiles-Atherton hysteresis)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", -12.0, 36.0, 9.0),
        Parameter("bias", "", 0.0, 1.0, 0.7),
        Parameter("speed_ips", "in/s", 1.875, 30.0, 15.0, "log"),
        LEVEL,
        MIX,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.blocks_dc = True
        self.raise_rate(4)

    cdef void prepare(self) noexcept nogil:
        Shaped.prepare(self)
        if self.end[2] != self.known_speed:
            # What the head loses to its gap: half the power at 1.2 kHz for each inch a second.
            self.known_speed = self.end[2]
            self.loss = 1.0 - exp(-2.0 * M_PI * min(1_200.0 * self.known_speed / self.rate_hz, 2.0))

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        cdef float bias[80]
        self.ramp_db(drive, 0, first, frames)
        self.ramp(bias, 1, first, frames)
        _tape(over, self.magnet, drive, bias, frames)

    cdef void finish(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef double x = self.treble[0], y = self.treble[1]
        for j in range(frames):
            x += self.loss * (left[j] - x)
            y += self.loss * (right[j] - y)
            left[j] = <float> x
            right[j] = <float> y
        self.treble[0] = x
        self.treble[1] = y

    cdef void clear(self) noexcept nogil:
        cdef int i
        Shaped.clear(self)
        for i in range(6):
            self.magnet[i] = 0.0
        self.treble[0] = self.treble[1] = 0.0
