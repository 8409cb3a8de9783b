# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Curves without memory, bent at eight times the rate: overdrive, fuzz, folding, harmonics by recipe.

Sources: D. T. Yeh, J. S. Abel and J. O. Smith, DAFx 2007 (saturating stages, the place of tanh among them);
F. Esqueda, H. Pontynen, V. Valimaki and J. D. Parker, DAFx 2017 (the five cells of the Buchla 259 folder;
their corners averaged as J. D. Parker, V. Zavalishin and E. Le Bivic, DAFx 2016, do);
M. Le Brun, JAES 27 (1979) 250 and D. Arfib, JAES 27 (1979) 757 (harmonics by Chebyshev polynomials).
"""

from libc.math cimport exp, fabs

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped, padded_to
from cext.effects.distortion._shapes cimport tanh_of

from cext.effects.distortion._shaped import LEVEL, MIX
from cext.parameters import Parameter

cdef extern from *:
    """
    #define ECHOEL_EACH_ROW(o) \\
        for (int ear = 0; ear < 2; ear++) for (int p = 0; p < (o)->factor; p++)

    ECHOEL_CLONES static void echoel_overdrive(echoel_over *o, const float *restrict drive, int padded) {
        ECHOEL_EACH_ROW(o)
            for (long j = 0; j < padded; j += 8)
                ECHOEL_F8(o->back[ear][p] + j) =
                    echoel_tanh8(ECHOEL_F8(drive + j) * ECHOEL_F8(o->wide[ear][p] + j));
    }
    /* Two stages: the first leans to one side by its bias, the second squares what is left. */
    ECHOEL_CLONES static void echoel_fuzz(
            echoel_over *o, const float *restrict drive, const float *restrict bias,
            const float *restrict rest, int padded) {
        ECHOEL_EACH_ROW(o) {
            const float *in = o->wide[ear][p];
            float *restrict out = o->back[ear][p];
            const float *lean = bias + ear * 80, *still = rest + ear * 80;
            for (long j = 0; j < padded; j += 8) {
                echoel_f8 x = ECHOEL_F8(drive + j) * ECHOEL_F8(in + j) + ECHOEL_F8(lean + j);
                ECHOEL_F8(out + j) = echoel_tanh8(4.0f * (echoel_tanh8(x) - ECHOEL_F8(still + j)));
            }
        }
    }
    /* The mean over a straight line from a to b of what goes beyond `edge` on either side (the first-order
       antiderivative of the cell, written so that no small difference divides another). */
    static inline __attribute__((always_inline)) float echoel_beyond(
            float a, float b, float once, float edge) {
        float p = echoel_above(a - edge), q = echoel_above(b - edge);
        float u = echoel_above(-a - edge), v = echoel_above(-b - edge);
        return 0.5f * ((p + q) * echoel_part(p, q, once) - (u + v) * echoel_part(u, v, once));
    }
    /* The last cell is not Buchla's: the supply, beyond which nothing moves. */
    static inline __attribute__((always_inline)) float echoel_buchla(float a, float b) {
        float once = echoel_once(__builtin_fabsf(b - a));
        return 0.5f * (a + b) - 0.2f * (12.0f * 0.8333f * echoel_beyond(a, b, once, 0.6f)
            + 27.777f * 0.3768f * echoel_beyond(a, b, once, 2.994f)
            + 21.428f * 0.2829f * echoel_beyond(a, b, once, 5.46f)
            - 17.647f * 0.5743f * echoel_beyond(a, b, once, 1.8f)
            - 36.363f * 0.2673f * echoel_beyond(a, b, once, 4.08f))
            + 0.3346f * echoel_beyond(a, b, once, 6.0f);
    }
    ECHOEL_CLONES static void echoel_fold(
            echoel_over *o, const float *restrict drive, const float *restrict bias, int padded) {
        float rest[80];
        for (int j = 0; j < padded; j++) rest[j] = echoel_buchla(bias[j], bias[j]);
        ECHOEL_EACH_ROW(o) {
            const float *in = o->wide[ear][p];
            const float *last = p ? o->wide[ear][p - 1] : o->wide[ear][o->factor - 1] - 1;
            float *restrict out = o->back[ear][p];
            for (int j = 0; j < padded; j++)
                out[j] = echoel_buchla(drive[j] * last[j] + bias[j], drive[j] * in[j] + bias[j]) - rest[j];
        }
    }
    /* Clenshaw's sum of weight[k] * T_k(x), k = 1 .. 7, less its value at rest. */
    ECHOEL_CLONES static void echoel_chebyshev(
            echoel_over *o, const float *restrict drive, const float *restrict w1, int padded) {
        const float *w2 = w1 + 80, *w3 = w2 + 80, *w4 = w3 + 80, *w5 = w4 + 80, *w6 = w5 + 80, *w7 = w6 + 80;
        ECHOEL_EACH_ROW(o) {
            const float *in = o->wide[ear][p];
            float *restrict out = o->back[ear][p];
            for (int j = 0; j < padded; j++) {
                float x = echoel_within(drive[j] * in[j], 1.0f), twice = 2.0f * x;
                float b7 = w7[j], b6 = w6[j] + twice * b7, b5 = w5[j] + twice * b6 - b7;
                float b4 = w4[j] + twice * b5 - b6, b3 = w3[j] + twice * b4 - b5;
                float b2 = w2[j] + twice * b3 - b4, b1 = w1[j] + twice * b2 - b3;
                out[j] = x * b1 - b2 + w2[j] - w4[j] + w6[j];
            }
        }
    }
    """
    void _overdrive "echoel_overdrive"(Over* over, const float* drive, int padded) noexcept nogil
    void _fuzz "echoel_fuzz"(
        Over* over, const float* drive, const float* bias, const float* rest, int padded
    ) noexcept nogil
    void _fold "echoel_fold"(Over* over, const float* drive, const float* bias, int padded) noexcept nogil
    void _chebyshev "echoel_chebyshev"(
        Over* over, const float* drive, const float* weight, int padded
    ) noexcept nogil


cdef class Overdrive(Shaped):
    """Pushes the sound into a soft ceiling: warm at first, singing later."""

    SOURCE = "tanh at 8 times the rate; D. T. Yeh, J. S. Abel and J. O. Smith, DAFx 2007"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (Parameter("drive_db", "dB", 0.0, 60.0, 18.0), LEVEL, MIX)

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.raise_rate(8)

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        self.ramp_db(drive, 0, first, frames)
        _overdrive(over, drive, padded_to(frames))


cdef class Fuzz(Shaped):
    """Two starved transistors: square, rude, and sputtering where the sound grows quiet."""

    SOURCE = "two asymmetric tanh stages whose bias follows the level; D. T. Yeh et al., DAFx 2007"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", 0.0, 60.0, 30.0),
        Parameter("bias", "", -1.0, 1.0, 0.3),
        Parameter("starve", "", 0.0, 1.0, 0.2),
        Parameter("level_db", "dB", -40.0, 12.0, -6.0),
        MIX,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.blocks_dc = True
        self.rise = 1.0 - exp(-1.0 / (0.002 * rate_hz))
        self.fall = 1.0 - exp(-1.0 / (0.08 * rate_hz))
        self.raise_rate(8)

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        cdef float lean[160]
        cdef float rest[160]
        cdef float starve[80]
        cdef int ear, j
        cdef double heard, now
        self.ramp_db(drive, 0, first, frames)
        self.ramp(lean, 1, first, frames)
        self.ramp(lean + 80, 1, first, frames)
        self.ramp(starve, 2, first, frames)
        for ear in range(2):
            heard = self.heard[ear]
            for j in range(frames):
                now = drive[j] * fabs(over.ins[ear][j])
                heard += (self.rise if now > heard else self.fall) * (now - heard)
                lean[80 * ear + j] += <float> (3.0 * starve[j] / (1.0 + 4.0 * heard))
            self.heard[ear] = heard
            for j in range(padded_to(frames)):
                rest[80 * ear + j] = tanh_of(lean[80 * ear + j])
        _fuzz(over, drive, lean, rest, padded_to(frames))

    cdef void clear(self) noexcept nogil:
        Shaped.clear(self)
        self.heard[0] = self.heard[1] = 0.0


cdef class Wavefolder(Shaped):
    """Folds every wave that grows too tall back on itself, as the synthesisers of the West Coast do."""

    SOURCE = "F. Esqueda, H. Pontynen, V. Valimaki and J. D. Parker, DAFx 2017 (Buchla 259)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", 0.0, 30.0, 12.0),
        Parameter("bias", "V", -3.0, 3.0, 0.0),
        LEVEL,
        MIX,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.blocks_dc = True
        self.raise_rate(8)

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        cdef float bias[80]
        self.ramp_db(drive, 0, first, frames)
        self.ramp(bias, 1, first, frames)
        _fold(over, drive, bias, padded_to(frames))


cdef class ChebyshevShaper(Shaped):
    """Overtones by recipe: each knob adds one harmonic of a full-scale tone."""

    SOURCE = "M. Le Brun, JAES 27 (1979) 250; D. Arfib, JAES 27 (1979) 757"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", -24.0, 24.0, 0.0),
        Parameter("harmonic_1", "", -1.0, 1.0, 0.7),
        Parameter("harmonic_2", "", -1.0, 1.0, 0.3),
        Parameter("harmonic_3", "", -1.0, 1.0, 0.2),
        Parameter("harmonic_4", "", -1.0, 1.0, 0.0),
        Parameter("harmonic_5", "", -1.0, 1.0, 0.1),
        Parameter("harmonic_6", "", -1.0, 1.0, 0.0),
        Parameter("harmonic_7", "", -1.0, 1.0, 0.0),
        LEVEL,
        MIX,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.blocks_dc = True
        self.raise_rate(8)

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        cdef float weight[560]
        cdef int k
        self.ramp_db(drive, 0, first, frames)
        for k in range(7):
            self.ramp(weight + 80 * k, 1 + k, first, frames)
        _chebyshev(over, drive, weight, padded_to(frames))
