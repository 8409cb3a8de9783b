# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""What all curves share: the raised rate, the level behind it, the untouched sound beside it.

Such an effect's table has a row `level_db`, and `mix` unless it is always all there. What a curve that is
not odd adds as a direct current is taken away below 5 Hz; the untouched sound is mixed in exactly as late as
the bent one.
"""

from libc.math cimport M_PI, exp, pow

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK

from cext.parameters import Parameter, index_of

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_beside(
            float *restrict out, const float *restrict late, const float *restrict ramp,
            float level, float level_step, float mix, float mix_step, int frames) {
        if (mix == 1.0f && mix_step == 0.0f && level_step == 0.0f) {
            if (level != 1.0f) for (int j = 0; j < frames; j++) out[j] *= level;
            return;
        }
        for (int j = 0; j < frames; j++) {
            float share = mix + mix_step * ramp[j];
            out[j] = share * (level + level_step * ramp[j]) * out[j] + (1.0f - share) * late[j];
        }
    }
    /* One pole, one zero, in 64 bit: out = in - last + keep * before. */
    static void echoel_block_dc(float *left, float *right, double *state, double keep, int frames) {
        double x = state[0], y = state[1], u = state[2], v = state[3];
        for (int j = 0; j < frames; j++) {
            y = (left[j] - x) + keep * y;
            v = (right[j] - u) + keep * v;
            x = left[j]; u = right[j];
            left[j] = (float)y; right[j] = (float)v;
        }
        state[0] = x; state[1] = y; state[2] = u; state[3] = v;
    }
    """
    void _beside "echoel_beside"(
        float* out, const float* late, const float* ramp,
        float level, float level_step, float mix, float mix_step, int frames
    ) noexcept nogil
    void _block_dc "echoel_block_dc"(
        float* left, float* right, double* state, double keep, int frames
    ) noexcept nogil


# The rows that curves have in common.
LEVEL = Parameter("level_db", "dB", -40.0, 12.0, 0.0)
MIX = Parameter("mix", "", 0.0, 1.0, 1.0)


cdef class Shaped(Effect):
    """A curve at a raised rate, with level and mix behind it."""

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.level_row = index_of("level_db", self.parameters)
        has_mix = any(row.name == "mix" for row in self.parameters)
        self.mix_row = index_of("mix", self.parameters) if has_mix else -1
        self.dc_keep = exp(-2.0 * M_PI * 5.0 / rate_hz)
        self.known_level_db = self.known_db = 1e9

    cdef int raise_rate(self, int most) except -1:
        # At a high rate there is less to gain: what folds back begins at half of 384 kHz whatever comes in.
        cdef int factor = most
        if self.rate_hz > 64_000.0:
            factor //= 2
        if self.rate_hz > 128_000.0:
            factor //= 2
        self.raised = Oversampler(max(2, factor))
        self.delays(self.raised.latency_frames)
        self.clear()
        return 0

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        pass

    cdef void finish(self, float* left, float* right, int first, int frames) noexcept nogil:
        pass

    cdef void ramp(self, float* out, int row, int first, int frames) noexcept nogil:
        # A parameter from frame to frame; beyond the tick, where sound is only padding, it stands still.
        cdef int j
        cdef float begin = <float> self.begin[row], step = <float> self.step[row]
        for j in range(frames):
            out[j] = begin + step * RAMP[first + j]
        for j in range(frames, padded_to(frames)):
            out[j] = begin

    cdef void ramp_db(self, float* out, int row, int first, int frames) noexcept nogil:
        # The same as a factor: even in loudness from tick to tick, a straight line inside.
        cdef int j
        cdef float step = 0.0
        if self.begin[row] != self.known_db:
            self.known_db = self.begin[row]
            self.known_factor = <float> pow(10.0, self.known_db / 20.0)
        if self.step[row] != 0.0:
            step = (<float> pow(10.0, self.end[row] / 20.0) - self.known_factor) / TICK
        for j in range(frames):
            out[j] = self.known_factor + step * RAMP[first + j]
        for j in range(frames, padded_to(frames)):
            out[j] = self.known_factor

    cdef void prepare(self) noexcept nogil:
        cdef int row = self.level_row
        if self.end[row] != self.known_level_db or self.step[row] != 0.0:
            self.known_level_db = self.end[row]
            self.level_end = <float> pow(10.0, self.end[row] / 20.0)
        self.level_begin = self.level_end
        if self.step[row] != 0.0:
            self.level_begin = <float> pow(10.0, self.begin[row] / 20.0)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef Over* over = &self.raised.over
        cdef float late[2][64]
        cdef int j
        cdef float step = (self.level_end - self.level_begin) / TICK
        cdef float mix = 1.0, mix_step = 0.0
        if self.mix_row >= 0:
            mix = <float> self.begin[self.mix_row]
            mix_step = <float> self.step[self.mix_row]
        self.raised.up(left, right, frames)
        self.bend(over, first, frames)
        for j in range(frames):
            late[0][j] = over.late[0][j]
            late[1][j] = over.late[1][j]
        self.raised.down(left, right, frames)
        if self.blocks_dc:
            _block_dc(left, right, self.dc, self.dc_keep, frames)
        self.finish(left, right, first, frames)
        _beside(left, late[0], RAMP + first, self.level_begin, step, mix, mix_step, frames)
        _beside(right, late[1], RAMP + first, self.level_begin, step, mix, mix_step, frames)

    cdef void clear(self) noexcept nogil:
        cdef int i
        self.raised.clear()
        for i in range(4):
            self.dc[i] = 0.0
