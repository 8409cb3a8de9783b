# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The sound of few bits and slow clocks.

Sources: S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, JAES 40 (1992) 355 (the mid-tread quantiser and
triangular dither); K. Pohlmann, Principles of Digital Audio (sample and hold). Noise is a mixing function of
the frame count (A. Appleby's murmur finaliser), so that it can be cut and repeated exactly.
"""

from libc.math cimport pow

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, scatter
from cext.effects.filters.swept cimport svf_aim, svf_lowpass
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef extern from *:
    """
    static inline __attribute__((always_inline)) float echoel_chance(uint32_t n) {
        n ^= n >> 16; n *= 0x85ebca6bu; n ^= n >> 13; n *= 0xc2b2ae35u; n ^= n >> 16;
        return (float)(int32_t)n * (1.0f / 4294967296.0f);          /* -0.5 to 0.5 */
    }
    ECHOEL_CLONES static void echoel_crush(
            float *restrict left, float *restrict right, const float *restrict ramp,
            float steps, float change, float mix, float mix_step, uint32_t clock, int dithers, int frames) {
        if (change == 0.0f && mix == 1.0f && mix_step == 0.0f && !dithers) {
            float size = 1.0f / steps;
            for (int j = 0; j < frames; j++) {
                left[j] = __builtin_rintf(left[j] * steps) * size;
                right[j] = __builtin_rintf(right[j] * steps) * size;
            }
            return;
        }
        float amount = dithers ? 1.0f : 0.0f;
        for (int j = 0; j < frames; j++) {
            float now = steps + change * ramp[j], share = mix + mix_step * ramp[j];
            uint32_t n = 2u * (clock + (uint32_t)ramp[j]);
            float noise = amount * (echoel_chance(n) + echoel_chance(n + 1u));
            left[j] += share * (__builtin_rintf(left[j] * now + noise) / now - left[j]);
            right[j] += share * (__builtin_rintf(right[j] * now + noise) / now - right[j]);
        }
    }
    """
    void _crush "echoel_crush"(
        float* left, float* right, const float* ramp, float steps, float change,
        float mix, float mix_step, unsigned int clock, bint dithers, int frames
    ) noexcept nogil

cdef enum:
    BITS, DITHER, CRUSH_MIX

cdef enum:
    CLOCK, JITTER, FILTER, CLOCK_MIX


cdef class Bitcrusher(Effect):
    """Rounds the sound to a few bits, halves of a bit included."""

    SOURCE = "S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, JAES 40 (1992) 355"
    NEUTRAL = {"bits": 24.0}
    PARAMETERS = (
        Parameter("bits", "bit", 1.0, 24.0, 6.0),
        switch("dither", "off", "triangular"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.known_bits = -1.0

    cdef void prepare(self) noexcept nogil:
        if self.end[BITS] != self.known_bits or self.step[BITS] != 0.0:
            self.known_bits = self.end[BITS]
            self.steps_begin = <float> pow(2.0, self.begin[BITS] - 1.0)
            self.steps_end = <float> pow(2.0, self.end[BITS] - 1.0)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        if first == 0:
            self.clock += TICK
        _crush(
            left, right, RAMP + first, self.steps_begin, (self.steps_end - self.steps_begin) / TICK,
            <float> self.begin[CRUSH_MIX], <float> self.step[CRUSH_MIX], <unsigned int> self.clock,
            self.begin[DITHER] != 0.0, frames,
        )

    cdef void clear(self) noexcept nogil:
        self.clock = 0


cdef class SampleRateReducer(Effect):
    """A slower clock: the sound stands still from one of its ticks to the next."""

    SOURCE = "sample and hold with a fractional clock; K. Pohlmann, Principles of Digital Audio"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("clock_hz", "Hz", 100.0, 48_000.0, 6_000.0, "log"),
        Parameter("jitter", "", 0.0, 1.0, 0.0),
        switch("filter", "off", "on"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        # The filter, where it is wanted, stands in front of the clock and behind it.
        svf_aim(&self.filter, 0.4 * self.end[CLOCK], 1.4142135623730951, self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, ear
        cdef bint filters = self.begin[FILTER] != 0.0
        cdef double beat, clock = self.begin[CLOCK] / self.rate_hz, step = self.step[CLOCK] / self.rate_hz
        cdef double phase = self.phase, jitter = self.begin[JITTER]
        cdef float late, share
        cdef float dry[2][TICK]
        cdef float* sound[2]
        sound[0] = left
        sound[1] = right
        for ear in range(2):
            for j in range(frames):
                dry[ear][j] = sound[ear][j]
        if filters:
            svf_lowpass(&self.filter, self.before, left, right, first, frames)
        for j in range(frames):
            beat = (clock + step * RAMP[first + j]) * self.period
            phase += beat
            if phase >= 1.0:
                # Where between this frame and the last the clock struck; a clock as fast as the frames, or
                # faster, takes each frame as it is.
                phase -= 1.0
                late = <float> (phase / beat) if beat < 1.0 else 0.0
                if phase >= 1.0:
                    phase = 0.0
                for ear in range(2):
                    self.held[ear] = sound[ear][j] + late * (self.last[ear] - sound[ear][j])
                self.clock += 1
                self.period = 1.0 + jitter * 0.9 * (<double> (scatter(self.clock) >> 32) / 2147483648.0 - 1.0)
            for ear in range(2):
                self.last[ear] = sound[ear][j]
                sound[ear][j] = self.held[ear]
        self.phase = phase
        if filters:
            svf_lowpass(&self.filter, self.after, left, right, first, frames)
        for j in range(frames):
            share = <float> (self.begin[CLOCK_MIX] + self.step[CLOCK_MIX] * RAMP[first + j])
            left[j] = dry[0][j] + share * (left[j] - dry[0][j])
            right[j] = dry[1][j] + share * (right[j] - dry[1][j])

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(4):
            self.before[i] = self.after[i] = 0.0
        for i in range(2):
            self.last[i] = self.held[i] = 0.0
        self.phase = 1.0
        self.period = 1.0
        self.clock = 0
