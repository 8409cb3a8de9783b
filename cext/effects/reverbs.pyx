# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A smooth hall: eight delay lines that feed each other through a Hadamard matrix.

In front, four all-pass diffusers an ear smear each click into a cloud before it enters, so that echoes are
dense within 60 ms. Every line has the gain that makes all of them lose 60 dB in the same, chosen time, a one-pole
damper for the air, and a length that sways by a few samples so that no tone rings on.
Sources: J.-M. Jot and A. Chaigne, AES 90 (1991) 3030; M. R. Schroeder, JAES 10 (1962) 219; the idea of
swaying lines from J. Dattorro, JAES 45 (1997) 660.
"""

import numpy as np

from libc.math cimport M_PI, exp, pow, sqrt
from libc.stdint cimport int64_t, uint64_t

from cext._types cimport TICK, scatter, sine_of, turn_of
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    MIX, DECAY, DAMPING

# Milliseconds, mutually irrational enough that echoes do not pile up; 31 to 87 ms is a warm, mid-sized hall.
cdef double[8] LINE_MS = [31.71, 37.11, 43.37, 49.93, 57.41, 66.29, 76.03, 86.87]
cdef double[4] DIFFUSER_LEFT_MS = [4.771, 3.595, 12.73, 9.307]
cdef double[4] DIFFUSER_RIGHT_MS = [4.931, 3.371, 12.21, 9.611]
cdef double _SWAY_MS = 0.16
cdef float _DIFFUSION = 0.62


def _power_of_two(double frames):
    return 1 << int(frames + 8).bit_length()


cdef class Reverb(Effect):
    """The room around the sound; the decay is the time to fall by 60 dB."""

    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.3),
        Parameter("decay_s", "s", 0.2, 20.0, 4.0, "log"),
        Parameter("damping", "", 0.0, 1.0, 0.35),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int i
        longest = (LINE_MS[LINES - 1] + 2 * _SWAY_MS) * rate_hz / 1000
        self.lines = np.zeros((LINES, _power_of_two(longest)), dtype=np.float32)
        self.line_mask = self.lines.shape[1] - 1
        self.diffusers = np.zeros((2, DIFFUSERS, _power_of_two(13 * rate_hz / 1000)), dtype=np.float32)
        self.diffuser_mask = self.diffusers.shape[2] - 1
        self.is_fresh = True
        for i in range(LINES):
            self.length[i] = <int> (LINE_MS[i] * rate_hz / 1000) | 1
            self.sway[i] = scatter(i + 1)
            self.sway_turn[i] = turn_of(TICK / ((1.7 + 0.61 * i) * rate_hz))
        for i in range(DIFFUSERS):
            self.diffuser_length[0][i] = <int> (DIFFUSER_LEFT_MS[i] * rate_hz / 1000) | 1
            self.diffuser_length[1][i] = <int> (DIFFUSER_RIGHT_MS[i] * rate_hz / 1000) | 1

    cdef void prepare(self) noexcept nogil:
        cdef int i
        cdef double half = _SWAY_MS * self.rate_hz / 2000.0
        self.dry_begin = self.dry_end
        self.wet_begin = self.wet_end
        # Equal power: the room is not correlated with the dry sound.
        self.dry_end = sqrt(1.0 - self.end[MIX])
        self.wet_end = sqrt(self.end[MIX])
        for i in range(LINES):
            self.reach[i] = self.reach_end[i]
            self.sway[i] += self.sway_turn[i]
            self.reach_end[i] = self.length[i] + half * (1.0 + sine_of(self.sway[i]))
            if self.is_fresh:
                self.reach[i] = self.reach_end[i]
            self.reach_step[i] = (self.reach_end[i] - self.reach[i]) / TICK
        if self.is_fresh:
            self.dry_begin = self.dry_end
            self.wet_begin = self.wet_end
        if self.is_fresh or self.end[DECAY] != self.decay_known or self.end[DAMPING] != self.damping_known:
            self.decay_known = self.end[DECAY]
            self.damping_known = self.end[DAMPING]
            for i in range(LINES):
                self.gain[i] = <float> pow(10.0, -3.0 * (self.length[i] + half) / (self.decay_known * self.rate_hz))
            # From 16 kHz, hardly audible, down to 1.6 kHz, a room of cloth.
            self.keep = <float> exp(-2.0 * M_PI * 16_000.0 * pow(0.1, self.damping_known) / self.rate_hz)
        self.dry_step = (self.dry_end - self.dry_begin) / TICK
        self.wet_step = (self.wet_end - self.wet_begin) / TICK
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int i, j, whole, mask = self.line_mask, soft_mask = self.diffuser_mask
        cdef int64_t now = self.clock
        cdef float a[LINES]
        cdef float x, y, share, in_left, in_right, dry, wet
        cdef double reach
        cdef float keep = self.keep, take = 1.0 - self.keep
        cdef float* memory
        for j in range(frames):
            in_left = left[j]
            in_right = right[j]
            for i in range(DIFFUSERS):
                memory = &self.diffusers[0, i, 0]
                y = memory[(now - self.diffuser_length[0][i]) & soft_mask]
                x = in_left - _DIFFUSION * y
                memory[now & soft_mask] = x
                in_left = y + _DIFFUSION * x
                memory = &self.diffusers[1, i, 0]
                y = memory[(now - self.diffuser_length[1][i]) & soft_mask]
                x = in_right - _DIFFUSION * y
                memory[now & soft_mask] = x
                in_right = y + _DIFFUSION * x
            for i in range(LINES):
                memory = &self.lines[i, 0]
                reach = self.reach[i] + self.reach_step[i] * (first + j)
                whole = <int> reach
                share = <float> (reach - whole)
                x = memory[(now - whole) & mask]
                y = memory[(now - whole - 1) & mask]
                x += share * (y - x)
                self.damped[i] = self.gain[i] * take * x + keep * self.damped[i]
                a[i] = self.damped[i]
            dry = <float> (self.dry_begin + self.dry_step * (first + j))
            wet = <float> (self.wet_begin + self.wet_step * (first + j)) * <float> 0.5
            left[j] = dry * left[j] + wet * (a[0] - a[2] + a[4] - a[6])
            right[j] = dry * right[j] + wet * (a[1] - a[3] + a[5] - a[7])
            _hadamard(a)
            for i in range(LINES):
                self.lines[i, now & mask] = a[i] + (in_left if i % 2 == 0 else in_right)
            now += 1
        self.clock = now

    cdef void clear(self) noexcept nogil:
        cdef int i, j
        for i in range(LINES):
            self.damped[i] = 0.0
            for j in range(self.line_mask + 1):
                self.lines[i, j] = 0.0
        for i in range(DIFFUSERS):
            for j in range(self.diffuser_mask + 1):
                self.diffusers[0, i, j] = 0.0
                self.diffusers[1, i, j] = 0.0


cdef inline void _hadamard(float* a) noexcept nogil:
    # Mixes the eight lines and keeps their energy: three rounds of sum and difference, then 1 / sqrt 8.
    cdef float b[8]
    cdef int i
    for i in range(4):
        b[i] = a[i] + a[i + 4]
        b[i + 4] = a[i] - a[i + 4]
    for i in range(2):
        a[i] = b[i] + b[i + 2]
        a[i + 2] = b[i] - b[i + 2]
        a[i + 4] = b[i + 4] + b[i + 6]
        a[i + 6] = b[i + 4] - b[i + 6]
    for i in range(0, 8, 2):
        b[i] = <float> 0.35355339059327373 * (a[i] + a[i + 1])
        b[i + 1] = <float> 0.35355339059327373 * (a[i] - a[i + 1])
    for i in range(8):
        a[i] = b[i]
