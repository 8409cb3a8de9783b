# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Two things from a rack: the crossover that cuts a sound in four, and the tone knobs of a guitar amplifier.

Sources: S. Linkwitz and R. Riley, JAES 24 (1976) 2, with the all-passes that keep all four bands in phase;
D. Yeh and J. O. Smith, Discretization of the '59 Fender Bassman tone stack, DAFx 2006.
"""

from libc.math cimport pow
from libc.string cimport memset

from cext._types cimport RAMP, TICK
from cext.effects.filters._section cimport section_aim, section_clear, section_run, section_t
from cext.effects.filters._shapes cimport ALLPASS, LOWPASS, shaped, state_space
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    typedef double echoel_ears __attribute__((vector_size(16)));
    ECHOEL_CLONES static void echoel_third_order(
        const double *, const double *, double *, float *, float *, const float *, int);
    ECHOEL_CLONES static void echoel_bands(
        float *, float *, const float *, const double *, const double *, const float *, int);

    static void echoel_third_order(const double *now, const double *rise, double *state, float *left,
                                   float *right, const float *ramp, int frames) {
        echoel_ears s1 = {state[0], state[1]}, s2 = {state[2], state[3]}, s3 = {state[4], state[5]};
        for (int j = 0; j < frames; j++) {
            double c[7];
            for (int i = 0; i < 7; i++) c[i] = now[i] + rise[i] * ramp[j];
            echoel_ears x = {left[j], right[j]}, y = c[0] * x + s1;
            s1 = (c[1] * x + s2) - c[4] * y;
            s2 = (c[2] * x + s3) - c[5] * y;
            s3 = c[3] * x - c[6] * y;
            left[j] = (float)y[0]; right[j] = (float)y[1];
        }
        state[0] = s1[0]; state[1] = s1[1]; state[2] = s2[0]; state[3] = s2[1];
        state[4] = s3[0]; state[5] = s3[1];
    }

    /* Rows of 64: lowest left and right, low with it, middle, high with it; gains glide. */
    static void echoel_bands(float *left, float *right, const float *rows, const double *begin,
                             const double *end, const float *ramp, int frames) {
        for (int j = 0; j < frames; j++) {
            double at = ramp[j] * (1.0 / 64), g[4];
            for (int i = 0; i < 4; i++) g[i] = begin[i] + (end[i] - begin[i]) * at;
            left[j] = (float)(g[1] * rows[128 + j] + (g[0] - g[1]) * rows[j]
                + g[3] * rows[384 + j] + (g[2] - g[3]) * rows[256 + j]);
            right[j] = (float)(g[1] * rows[192 + j] + (g[0] - g[1]) * rows[64 + j]
                + g[3] * rows[448 + j] + (g[2] - g[3]) * rows[320 + j]);
        }
    }
    """
    void _third_order "echoel_third_order"(
        const double*, const double*, double* state, float*, float*, const float* ramp, int frames
    ) noexcept nogil
    void _bands "echoel_bands"(
        float*, float*, const float* rows, const double* begin, const double* end, const float* ramp,
        int frames
    ) noexcept nogil

cdef double _Q = 0.7071067811865476


cdef void _aim(section_t* section, int kind, double frequency_hz, double rate_hz) noexcept nogil:
    cdef double[9] goal
    state_space(shaped(kind, frequency_hz, 0.0, _Q, rate_hz), goal)
    section_aim(section, goal)


cdef class Crossover(Effect):
    """Cuts the sound in four bands, each with a fader, that add up to the whole again.

    With all faders at 0 dB every tone is as loud as it was; only the phase turns, as in any crossover.
    """

    SOURCE = "S. Linkwitz and R. Riley, JAES 24 (1976) 2: fourth order, phase-compensated tree"
    PARAMETERS = (
        Parameter("low_hz", "Hz", 30.0, 1_000.0, 120.0, "log"),
        Parameter("middle_hz", "Hz", 100.0, 5_000.0, 800.0, "log"),
        Parameter("high_hz", "Hz", 1_000.0, 18_000.0, 5_000.0, "log"),
        Parameter("lowest_db", "dB", -80.0, 12.0, 3.0),
        Parameter("low_db", "dB", -80.0, 12.0, -3.0),
        Parameter("middle_db", "dB", -80.0, 12.0, 0.0),
        Parameter("highest_db", "dB", -80.0, 12.0, 3.0),
    )

    cdef void prepare(self) noexcept nogil:
        cdef int i
        cdef double rate_hz = self.rate_hz
        if self.is_moving or not self.whole.is_still:
            for i in range(4):
                self.begin_gain[i] = pow(10.0, self.begin[3 + i] / 20.0)
                self.end_gain[i] = pow(10.0, self.end[3 + i] / 20.0)
            _aim(&self.low_half, LOWPASS, self.end[1], rate_hz)
            _aim(&self.low_half_again, LOWPASS, self.end[1], rate_hz)
            _aim(&self.whole, ALLPASS, self.end[1], rate_hz)
            _aim(&self.lowest, LOWPASS, self.end[0], rate_hz)
            _aim(&self.lowest_again, LOWPASS, self.end[0], rate_hz)
            _aim(&self.low_whole, ALLPASS, self.end[0], rate_hz)
            _aim(&self.middle, LOWPASS, self.end[2], rate_hz)
            _aim(&self.middle_again, LOWPASS, self.end[2], rate_hz)
            _aim(&self.high_whole, ALLPASS, self.end[2], rate_hz)
            _aim(&self.low_turned, ALLPASS, self.end[2], rate_hz)
            _aim(&self.high_turned, ALLPASS, self.end[0], rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[8 * TICK] rows
        cdef float* low = rows
        cdef float* low_all = rows + 2 * TICK
        cdef float* mid = rows + 4 * TICK
        cdef float* high = rows + 6 * TICK
        cdef int j
        section_run(&self.low_half, left, right, low, low + TICK, RAMP, first, frames)
        section_run(&self.low_half_again, low, low + TICK, low, low + TICK, RAMP, first, frames)
        section_run(&self.whole, left, right, high, high + TICK, RAMP, first, frames)
        for j in range(frames):
            # Low and high of this slope add up to the all-pass: the high half is what the low one lacks.
            high[j] -= low[j]
            high[TICK + j] -= low[TICK + j]
        section_run(&self.low_turned, low, low + TICK, low, low + TICK, RAMP, first, frames)
        section_run(&self.low_whole, low, low + TICK, low_all, low_all + TICK, RAMP, first, frames)
        section_run(&self.lowest, low, low + TICK, low, low + TICK, RAMP, first, frames)
        section_run(&self.lowest_again, low, low + TICK, low, low + TICK, RAMP, first, frames)
        section_run(&self.high_turned, high, high + TICK, high, high + TICK, RAMP, first, frames)
        section_run(&self.middle, high, high + TICK, mid, mid + TICK, RAMP, first, frames)
        section_run(&self.middle_again, mid, mid + TICK, mid, mid + TICK, RAMP, first, frames)
        section_run(&self.high_whole, high, high + TICK, high, high + TICK, RAMP, first, frames)
        _bands(left, right, rows, self.begin_gain, self.end_gain, RAMP + first, frames)

    cdef void clear(self) noexcept nogil:
        section_clear(&self.low_half)
        section_clear(&self.low_half_again)
        section_clear(&self.whole)
        section_clear(&self.lowest)
        section_clear(&self.lowest_again)
        section_clear(&self.low_whole)
        section_clear(&self.middle)
        section_clear(&self.middle_again)
        section_clear(&self.high_whole)
        section_clear(&self.low_turned)
        section_clear(&self.high_turned)


cdef class ToneStack(Effect):
    """The bass, middle and treble knobs of a valve amplifier, which all pull at one another."""

    SOURCE = "D. Yeh and J. O. Smith, Discretization of the '59 Fender Bassman tone stack, DAFx 2006"
    PARAMETERS = (
        Parameter("bass", "", 0.0, 1.0, 0.5),
        Parameter("middle", "", 0.0, 1.0, 0.5),
        Parameter("treble", "", 0.0, 1.0, 0.6),
        Parameter("gain_db", "dB", -12.0, 24.0, 6.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        # The circuit of the 5F6-A; r1 is the treble knob, r2 the bass, r3 the middle, r4 the slope.
        cdef double c1 = 0.25e-9, c2 = 20e-9, c3 = 20e-9, r1 = 250e3, r2 = 1e6, r3 = 25e3, r4 = 56e3
        cdef double m = self.end[1], t = self.end[2], c = 2.0 * self.rate_hz
        # The bass knob is logarithmic, as in the paper.
        cdef double b = pow(10.0, 3.4 * (self.end[0] - 1.0))
        cdef double c12 = c1 * c2, c13 = c1 * c3, c23 = c2 * c3, all3 = c1 * c2 * c3
        cdef double b1, b2, b3, a1, a2, a3, a0
        cdef double gain = pow(10.0, self.end[3] / 20.0)
        b1 = t * c1 * r1 + m * c3 * r3 + b * (c1 + c2) * r2 + (c1 + c2) * r3
        b2 = t * (c12 + c13) * r1 * r4 - m * m * (c13 + c23) * r3 * r3
        b2 += m * (c13 * r1 * r3 + (c13 + c23) * r3 * r3) + b * m * (c13 + c23) * r2 * r3
        b2 += b * (c12 * r1 * r2 + (c12 + c13) * r2 * r4) + c12 * r1 * r3 + (c12 + c13) * r3 * r4
        b3 = all3 * (b * m * (r1 + r4) * r2 * r3 + (m - m * m) * (r1 + r4) * r3 * r3)
        b3 += all3 * r1 * r4 * (t * r3 - t * m * r3 + t * b * r2)
        a1 = c1 * r1 + (c1 + c2) * r3 + (c2 + c3) * r4 + m * c3 * r3 + b * (c1 + c2) * r2
        a2 = m * (c13 * r1 * r3 - c23 * r3 * r4 + (c13 + c23) * r3 * r3) + b * m * (c13 + c23) * r2 * r3
        a2 += -m * m * (c13 + c23) * r3 * r3 + b * ((c12 + c13 + c23) * r2 * r4 + c12 * r1 * r2)
        a2 += (c12 + c13) * r1 * r4 + (c12 + c13 + c23) * r3 * r4 + c12 * r1 * r3
        a3 = all3 * (b * m * (r1 + r4) * r2 * r3 + (m - m * m) * (r1 + r4) * r3 * r3)
        a3 += all3 * r1 * r4 * (b * r2 + r3 - m * r3)
        # Bilinear: s = c (1 - z) / (1 + z).
        b1 *= c * gain
        a1 *= c
        b2 *= c * c * gain
        a2 *= c * c
        b3 *= c * c * c * gain
        a3 *= c * c * c
        a0 = 1.0 + a1 + a2 + a3
        goal[0] = (b1 + b2 + b3) / a0
        goal[1] = (b1 - b2 - 3.0 * b3) / a0
        goal[2] = (-b1 - b2 + 3.0 * b3) / a0
        goal[3] = (-b1 + b2 - b3) / a0
        goal[4] = (3.0 + a1 - a2 - 3.0 * a3) / a0
        goal[5] = (3.0 - a1 - a2 + 3.0 * a3) / a0
        goal[6] = (1.0 - a1 + a2 - a3) / a0

    cdef void prepare(self) noexcept nogil:
        cdef double[7] goal
        cdef int i
        if not self.is_moving and self.is_still:
            return
        self.design(goal)
        self.is_still = True
        for i in range(7):
            self.now[i] = self.final[i] if self.has_begun else goal[i]
            self.rise[i] = (goal[i] - self.now[i]) / TICK
            self.final[i] = goal[i]
            if self.now[i] != goal[i]:
                self.is_still = False
        self.has_begun = True

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _third_order(self.now, self.rise, self.state, left, right, RAMP + first, frames)

    cdef void clear(self) noexcept nogil:
        memset(self.state, 0, sizeof(self.state))
        self.has_begun = False
        self.is_still = False
