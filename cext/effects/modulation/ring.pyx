# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A ring modulator: the sound times a tone, so that each partial becomes its sum and its difference with it.

The product is made at twice the rate: sums above half the rate are taken away instead of folding back as
differences. `shape` adds the odd harmonics of a carrier that is switched rather than turned. Source: H. Bode,
JAES 32 (1984) 730.
"""

from libc.string cimport memcpy

from cext cimport _simd  # no-cython-lint: its macro is in the loop below
from cext._types cimport RAMP, TICK
from cext.effects.delays._line cimport blend
from cext.effects.distortion._oversample cimport Oversampler
from cext.effects.modulation._turns cimport spin_tick, turns
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    /* Every other value of the carrier, squared off by k, on one row of the doubled sound. */
    ECHOEL_CLONES static void echoel_ring(
            float *out, const float *in, const float *carrier, float k, float k_step, int first, int frames) {
        for (int j = 0; j < frames; j++) {
            float s = carrier[2 * j], e = k + k_step * (float)(first + j);
            out[j] = in[j] * e * s / __builtin_sqrtf(1.0f + (e * e - 1.0f) * s * s);
        }
    }
    """
    void _ring "echoel_ring"(
        float* out, const float* src, const float* carrier, float k, float k_step, int first, int frames
    ) noexcept nogil

cdef enum:
    FREQUENCY, SHAPE, MIX


cdef class RingModulator(Effect):
    """Multiplies the sound with a tone: voices turn to robots, chords to bells."""

    SOURCE = "H. Bode, JAES 32 (1984) 730; product at twice the rate"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 0.5, 8_000.0, 220.0, "log"),
        Parameter("shape", "sine to switched", 0.0, 1.0, 0.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.over = Oversampler(2)
        self.delays(self.over.latency_frames)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        # Two steps a frame; no more than a quarter of the rate, so that sum and rate stay apart.
        cdef double begin = min(self.begin[FREQUENCY] / self.rate_hz, 0.25)
        cdef double end = min(self.end[FREQUENCY] / self.rate_hz, 0.25)
        spin_tick(&self.spin, 0.5 * begin, 0.5 * end, 2 * TICK)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, phase, padded = self.over.up(left, right, frames)
        cdef float carrier[2 * TICK]
        cdef float unused[2 * TICK]
        cdef float wet[2][TICK]
        cdef float k = <float> (1.0 + 5.0 * self.begin[SHAPE]), k_step = <float> (5.0 * self.step[SHAPE])
        turns(carrier, unused, self.spin.phase, self.spin.turn, self.spin.change, 2 * first, 2 * padded)
        for ear in range(2):
            for phase in range(2):
                _ring(self.over.over.back[ear][phase], self.over.over.wide[ear][phase], carrier + phase,
                      k, k_step, first, padded)
        # The plain sound, as late as the product will be; `down` moves it on.
        memcpy(left, self.over.over.late[0], frames * sizeof(float))
        memcpy(right, self.over.over.late[1], frames * sizeof(float))
        self.over.down(wet[0], wet[1], frames)
        blend(left, right, wet[0], wet[1], RAMP + first, <float> (1.0 - self.begin[MIX]),
              -<float> self.step[MIX], <float> self.begin[MIX], <float> self.step[MIX], frames)

    cdef void clear(self) noexcept nogil:
        self.over.clear()
        self.spin.next = 0
