# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Loudness that pulses: in both ears, in bass and treble by turns, from side to side.

The wave is a sine that `shape` squares off: w = k s / sqrt(1 + (k^2 - 1) s^2), a sine at k = 1, nearly a
square at k = 20, without a corner on the way. Sources: U. Zolzer (ed.), DAFX, 2nd ed. (2011), chapter 3; the
harmonic tremolo of the Fender 6G12 (1960).
"""

from libc.math cimport M_PI, cos, exp, sin

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext._types cimport RAMP, TICK
from cext.effects.modulation._sweep cimport sweep_clear, sweep_tick
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    #include <math.h>
    static inline float echoel_wave(const float *c, float k, float u) {
        float s = c[0] + u * (c[1] + u * (c[2] + u * c[3]));
        return k * s / sqrtf(1.0f + (k * k - 1.0f) * s * s);
    }
    /* knobs: depth and the wave's edge k, each with its change a frame. */
    ECHOEL_CLONES static void echoel_tremolo(
            float *ear, const float *c, const float *knobs, const float *ramp, int frames) {
        for (int j = 0; j < frames; j++) {
            float w = echoel_wave(c, knobs[2] + knobs[3] * ramp[j], 0.015625f * ramp[j]);
            ear[j] *= 1.0f - (knobs[0] + knobs[1] * ramp[j]) * (0.5f - 0.5f * w);
        }
    }
    ECHOEL_CLONES static void echoel_harmonic(
            float *ear, const float *low, const float *c, const float *knobs, const float *ramp, int frames) {
        for (int j = 0; j < frames; j++) {
            float w = echoel_wave(c, knobs[2] + knobs[3] * ramp[j], 0.015625f * ramp[j]);
            float half = 0.5f * (knobs[0] + knobs[1] * ramp[j]), high = ear[j] - low[j];
            ear[j] = low[j] * (1.0f - half + half * w) + high * (1.0f - half - half * w);
        }
    }
    /* cos x - sin x and cos x + sin x: equal power, 1 in the middle. */
    ECHOEL_CLONES static void echoel_pan(
            float *left, float *right, const float *c, const float *knobs, const float *ramp, int frames) {
        for (int j = 0; j < frames; j++) {
            float w = echoel_wave(c, knobs[2] + knobs[3] * ramp[j], 0.015625f * ramp[j]);
            float x = 0.78539816f * (knobs[0] + knobs[1] * ramp[j]) * w, y = x * x;
            float s = x * (1.0f + y * (-1.6666667e-1f + y * (8.3333333e-3f + y * -1.9841270e-4f)));
            float e = 1.0f + y * (-0.5f + y * (4.1666667e-2f + y * (-1.3888889e-3f + y * 2.4801587e-5f)));
            left[j] *= e - s;
            right[j] *= e + s;
        }
    }
    static void echoel_low(
            float *low, const float *ear, double *state, double share, double step, int frames) {
        double s = *state;
        for (int j = 0; j < frames; j++) {
            double now = share + step * j;
            s = (1.0 - now) * s + now * ear[j];
            low[j] = (float)s;
        }
        *state = s;
    }
    """
    void _tremolo "echoel_tremolo"(
        float* ear, const float* c, const float* knobs, const float* ramp, int frames) noexcept nogil
    void _harmonic "echoel_harmonic"(
        float* ear, const float* low, const float* c, const float* knobs, const float* ramp, int frames
    ) noexcept nogil
    void _pan "echoel_pan"(
        float* left, float* right, const float* c, const float* knobs, const float* ramp, int frames
    ) noexcept nogil
    void _low "echoel_low"(
        float* low, const float* ear, double* state, double share, double step, int frames) noexcept nogil

cdef enum:
    SPEED, DEPTH, SHAPE, OWN

_ROWS = (
    Parameter("speed_hz", "Hz", 0.05, 20.0, 5.0, "log"),
    Parameter("depth", "", 0.0, 1.0, 0.7),
    Parameter("shape", "sine to square", 0.0, 1.0, 0.0),
)


cdef inline float _edge(double shape) noexcept nogil:
    return <float> (1.0 + (20.0 - 1.0) * shape * shape)


cdef inline void _knobs(Effect effect, float* knobs) noexcept nogil:
    cdef float begin = _edge(effect.begin[SHAPE]), end = _edge(effect.end[SHAPE])
    knobs[0] = <float> effect.begin[DEPTH]
    knobs[1] = <float> effect.step[DEPTH]
    knobs[2] = begin
    knobs[3] = (end - begin) / TICK


cdef class Tremolo(Effect):
    """Loudness that pulses, softly as a sine or hard as a switch."""

    SOURCE = "U. Zolzer (ed.), DAFX, 2nd ed. (2011), chapter 3"
    NEUTRAL = {"depth": 0.0}
    PARAMETERS = (*_ROWS, Parameter("spread", "", 0.0, 1.0, 0.0))

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void swing(self, int speed, double spread) noexcept nogil:
        # Once a tick: the cubic of each ear's wave; the right one is up to half a turn ahead.
        cdef int ear
        cdef double c, s, place, slope
        sweep_tick(&self.sweep, self.end[speed], self.rate_hz)
        for ear in range(2):
            if ear and spread == 0.0:
                self.wave[1] = self.wave[0]
                self.place[1] = self.place[0]
                self.slope[1] = self.slope[0]
                return
            c = cos(M_PI * spread) if ear else 1.0
            s = sin(M_PI * spread) if ear else 0.0
            if self.is_fresh:
                self.place[ear] = self.sweep.past_sine * c + self.sweep.past_cosine * s
                self.slope[ear] = self.sweep.turn * (self.sweep.past_cosine * c - self.sweep.past_sine * s)
            place = self.sweep.sine * c + self.sweep.cosine * s
            slope = self.sweep.turn * (self.sweep.cosine * c - self.sweep.sine * s)
            self.wave[ear][0] = <float> self.place[ear]
            self.wave[ear][1] = <float> self.slope[ear]
            self.wave[ear][2] = <float> (3.0 * (place - self.place[ear]) - 2.0 * self.slope[ear] - slope)
            self.wave[ear][3] = <float> (2.0 * (self.place[ear] - place) + self.slope[ear] + slope)
            self.place[ear] = place
            self.slope[ear] = slope

    cdef void prepare(self) noexcept nogil:
        self.swing(SPEED, self.end[OWN])
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float knobs[4]
        _knobs(self, knobs)
        _tremolo(left, self.wave[0], knobs, RAMP + first, frames)
        _tremolo(right, self.wave[1], knobs, RAMP + first, frames)

    cdef void clear(self) noexcept nogil:
        # The wave begins at its crest: the first note is heard in full.
        sweep_clear(&self.sweep, <unsigned long long> 1 << 62)
        self.lows[0] = self.lows[1] = 0.0
        self.is_fresh = True


cdef class HarmonicTremolo(Tremolo):
    """Bass and treble pulse by turns, so that the sound breathes without a hole."""

    SOURCE = "Fender 6G12 Concert (1960): complementary split, opposite gains"
    NEUTRAL = {"depth": 0.0}
    PARAMETERS = (*_ROWS, Parameter("crossover_hz", "Hz", 100.0, 4_000.0, 700.0, "log"))

    cdef void prepare(self) noexcept nogil:
        self.swing(SPEED, 0.0)
        self.share = self.share_end
        if self.is_fresh or self.end[OWN] != self.corner_known:
            self.corner_known = self.end[OWN]
            self.share_end = 1.0 - exp(-2.0 * M_PI * min(self.corner_known / self.rate_hz, 0.45))
            if self.is_fresh:
                self.share = self.share_end
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float knobs[4]
        cdef float low[TICK]
        cdef double step = (self.share_end - self.share) / TICK, share = self.share + step * first
        _knobs(self, knobs)
        _low(low, left, &self.lows[0], share, step, frames)
        _harmonic(left, low, self.wave[0], knobs, RAMP + first, frames)
        _low(low, right, &self.lows[1], share, step, frames)
        _harmonic(right, low, self.wave[1], knobs, RAMP + first, frames)


cdef class AutoPan(Tremolo):
    """Walks from ear to ear at constant power."""

    SOURCE = "the sine and cosine law of constant power"
    NEUTRAL = {"depth": 0.0}
    SPREADS = True
    PARAMETERS = (_ROWS[0]._replace(default=0.5), _ROWS[1], _ROWS[2])

    cdef void prepare(self) noexcept nogil:
        self.swing(SPEED, 0.0)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float knobs[4]
        _knobs(self, knobs)
        _pan(left, right, self.wave[0], knobs, RAMP + first, frames)

    cdef void clear(self) noexcept nogil:
        sweep_clear(&self.sweep, 0)
        self.is_fresh = True
