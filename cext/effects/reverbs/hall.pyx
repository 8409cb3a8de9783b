# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A smooth hall: eight delay lines that feed each other through a Hadamard matrix.

In front, four all-pass diffusers an ear smear each click into a cloud before it enters, so that echoes are
dense within 60 ms. Every line has the gain that makes all of them lose 60 dB in the same, chosen time, a
one-pole damper for the air, and a length that sways by a few samples so that no tone rings on. Sources:
J.-M. Jot and A. Chaigne, AES 90 (1991) 3030; M. R. Schroeder, JAES 10 (1962) 219; the idea of swaying lines
from J. Dattorro, JAES 45 (1997) 660.
"""

import numpy as np

from libc.math cimport M_PI, exp, pow, sqrt
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, scatter, sine_of, turn_of
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_read_line(float*, const float*, float, float, int, int);
    ECHOEL_CLONES static void echoel_hadamard(float (*)[64], const float*, const float*, int);
    ECHOEL_CLONES static void echoel_blend(
        float*, float*, float (*)[64], float, float, float, float, int, int);
    ECHOEL_CLONES static void echoel_diffuse(float*, float*, const float*, int);
    """

cdef enum:
    MIX, DECAY, DAMPING

# Milliseconds, mutually irrational enough that echoes do not pile up; 31 to 87 ms is a warm, mid-sized hall.
cdef double[8] LINE_MS = [31.71, 37.11, 43.37, 49.93, 57.41, 66.29, 76.03, 86.87]
cdef double[8] DIFFUSER_MS = [4.771, 3.595, 12.73, 9.307, 4.931, 3.371, 12.21, 9.611]
cdef double _SWAY_MS = 0.16
cdef float _DIFFUSION = 0.62


cdef class Reverb(Effect):
    """The room around the sound; the decay is the time to fall by 60 dB."""

    SOURCE = "J.-M. Jot and A. Chaigne, AES 90 (1991) 3030; M. R. Schroeder, JAES 10 (1962) 219"
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.3),
        Parameter("decay_s", "s", 0.2, 20.0, 4.0, "log"),
        Parameter("damping", "", 0.0, 1.0, 0.35),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int i
        longest = (LINE_MS[LINES - 1] + 2 * _SWAY_MS) * rate_hz / 1000 + 2 * TICK
        size = 1 << int(longest).bit_length()
        self.memory = np.zeros((ROWS, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.is_fresh = True
        for i in range(LINES):
            self.length[i] = <int> (LINE_MS[i] * rate_hz / 1000) | 1
            self.sway[i] = scatter(i + 1)
            self.sway_turn[i] = turn_of(TICK / ((1.7 + 0.61 * i) * rate_hz))
        for i in range(2 * DIFFUSERS):
            # Never shorter than a tick, because a tick is worked through in one go.
            self.length[LINES + i] = max(TICK + 1, <int> (DIFFUSER_MS[i] * rate_hz / 1000) | 1)

    cdef void prepare(self) noexcept nogil:
        cdef int i
        cdef double reach, half = _SWAY_MS * self.rate_hz / 2000.0
        self.dry_begin = self.dry_end
        self.wet_begin = self.wet_end
        # Equal power: the room is not correlated with the dry sound.
        self.dry_end = sqrt(1.0 - self.end[MIX])
        self.wet_end = sqrt(self.end[MIX])
        for i in range(LINES):
            self.sway[i] += self.sway_turn[i]
            reach = self.length[i] + half * (1.0 + sine_of(self.sway[i]))
            if self.is_fresh:
                self.reach_end[i] = reach
            # Between two ticks a line moves by less than a fiftieth of a frame: the whole part stands.
            self.whole[i] = <int> self.reach_end[i]
            self.share[i] = <float> (self.reach_end[i] - self.whole[i])
            self.share_step[i] = <float> ((reach - self.reach_end[i]) / TICK)
            self.reach_end[i] = reach
        if self.is_fresh:
            self.dry_begin = self.dry_end
            self.wet_begin = self.wet_end
        if self.is_fresh or self.end[DECAY] != self.decay_known or self.end[DAMPING] != self.damping_known:
            self.decay_known = self.end[DECAY]
            self.damping_known = self.end[DAMPING]
            for i in range(LINES):
                reach = self.length[i] + half
                self.gain[i] = <float> pow(10.0, -3.0 * reach / (self.decay_known * self.rate_hz))
            # From 16 kHz, hardly audible, down to 1.6 kHz, a room of cloth.
            self.keep = <float> exp(-2.0 * M_PI * 16_000.0 * pow(0.1, self.damping_known) / self.rate_hz)
        self.dry_step = (self.dry_end - self.dry_begin) / TICK
        self.wet_step = (self.wet_end - self.wet_begin) / TICK
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int i, j
        cdef float tick[LINES][TICK]
        cdef float in_left[TICK]
        cdef float in_right[TICK]
        cdef float keep = self.keep
        cdef float factor[LINES]
        cdef float damped[LINES]
        cdef float* line
        memcpy(in_left, left, frames * sizeof(float))
        memcpy(in_right, right, frames * sizeof(float))
        for i in range(DIFFUSERS):
            self._diffuse(in_left, LINES + i, frames)
            self._diffuse(in_right, LINES + DIFFUSERS + i, frames)
        for i in range(LINES):
            line = &self.memory[i, (self.clock - self.whole[i] - 1) & self.mask]
            _read_line(tick[i], line, self.share[i], self.share_step[i], first, frames)
            factor[i] = self.gain[i] * (<float> 1.0 - keep)
            damped[i] = self.damped[i]
        for j in range(frames):
            for i in range(LINES):
                damped[i] = factor[i] * tick[i][j] + keep * damped[i]
                tick[i][j] = damped[i]
        for i in range(LINES):
            self.damped[i] = damped[i]
        _blend(
            left, right, tick, <float> self.dry_begin, <float> self.dry_step,
            <float> 0.5 * <float> self.wet_begin, <float> 0.5 * <float> self.wet_step, first, frames,
        )
        _hadamard(tick, in_left, in_right, frames)
        for i in range(LINES):
            self._keep(i, tick[i], frames)
        self.clock += frames

    cdef void _diffuse(self, float* sound, int row, int frames) noexcept nogil:
        # Schroeder's all-pass: every frequency passes alike, but smeared in time.
        cdef float kept[TICK]
        _smear(sound, kept, &self.memory[row, (self.clock - self.length[row]) & self.mask], frames)
        self._keep(row, kept, frames)

    cdef void _keep(self, int row, float* sound, int frames) noexcept nogil:
        # A segment never crosses a tick, and the memory is whole ticks long: no seam while writing.
        cdef int64_t place = self.clock & self.mask
        memcpy(&self.memory[row, place], sound, frames * sizeof(float))
        if place < MIRROR:
            memcpy(&self.memory[row, self.mask + 1 + place], sound, frames * sizeof(float))

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(LINES):
            self.damped[i] = 0.0
            self.sway[i] = scatter(i + 1)
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        # Part.reset begins a new tick; the clock must agree with it.
        self.clock = 0
        self.is_fresh = True


cdef void _read_line "echoel_read_line"(
    float* out, const float* line, float share, float step, int first, int frames
) noexcept nogil:
    cdef int j
    for j in range(frames):
        out[j] = line[j + 1] + (share + step * RAMP[first + j]) * (line[j] - line[j + 1])


cdef void _smear "echoel_diffuse"(float* sound, float* kept, const float* before, int frames) noexcept nogil:
    cdef int j
    cdef float x
    for j in range(frames):
        x = sound[j] - _DIFFUSION * before[j]
        kept[j] = x
        sound[j] = before[j] + _DIFFUSION * x


cdef void _blend "echoel_blend"(
    float* left, float* right, float[TICK]* tick,
    float dry, float dry_step, float wet, float wet_step, int first, int frames,
) noexcept nogil:
    cdef int j
    cdef float gain, room
    for j in range(frames):
        gain = dry + dry_step * RAMP[first + j]
        room = wet + wet_step * RAMP[first + j]
        left[j] = gain * left[j] + room * (tick[0][j] - tick[2][j] + tick[4][j] - tick[6][j])
        right[j] = gain * right[j] + room * (tick[1][j] - tick[3][j] + tick[5][j] - tick[7][j])


cdef void _hadamard "echoel_hadamard"(
    float[TICK]* a, const float* left, const float* right, int frames
) noexcept nogil:
    # Mixes the eight lines and keeps their energy: three rounds of sum and difference, then 1 / sqrt 8; the
    # ears come in by turns. A frame at a time, so that all rounds stay in registers.
    cdef int j
    cdef float scale = 0.35355339059327373
    cdef float s0, s1, s2, s3, s4, s5, s6, s7, t0, t1, t2, t3, t4, t5, t6, t7
    for j in range(frames):
        s0 = a[0][j] + a[4][j]
        s4 = a[0][j] - a[4][j]
        s1 = a[1][j] + a[5][j]
        s5 = a[1][j] - a[5][j]
        s2 = a[2][j] + a[6][j]
        s6 = a[2][j] - a[6][j]
        s3 = a[3][j] + a[7][j]
        s7 = a[3][j] - a[7][j]
        t0 = s0 + s2
        t2 = s0 - s2
        t1 = s1 + s3
        t3 = s1 - s3
        t4 = s4 + s6
        t6 = s4 - s6
        t5 = s5 + s7
        t7 = s5 - s7
        a[0][j] = (t0 + t1) * scale + left[j]
        a[1][j] = (t0 - t1) * scale + right[j]
        a[2][j] = (t2 + t3) * scale + left[j]
        a[3][j] = (t2 - t3) * scale + right[j]
        a[4][j] = (t4 + t5) * scale + left[j]
        a[5][j] = (t4 - t5) * scale + right[j]
        a[6][j] = (t6 + t7) * scale + left[j]
        a[7][j] = (t6 - t7) * scale + right[j]
