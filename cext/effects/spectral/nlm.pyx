# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Hiss out by likeness: each frame becomes the mean of all frames whose surroundings look like its own.

Sound repeats itself within a few milliseconds, noise does not. For every distance up to 3 ms the squared
differences of the sound and itself, so far apart, are summed over a patch of 32 frames (five doublings);
pairs of patches that differ by little more than noise would are averaged. The weight falls to nothing as a
parabola where the original has an exponential, which spares the far tail. Both ears look together. Source:
A. Buades, B. Coll and J.-M. Morel, CVPR (2005) 60: non-local means.
"""

import numpy as np

from libc.math cimport pow
from libc.string cimport memcpy, memmove, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    /* One distance: `l` and `r` begin 16 frames before the first place; `count` places from there on. */
    ECHOEL_CLONES static void echoel_alike(
            const float *restrict l, const float *restrict r, int distance, int count, float scale,
            float *restrict sum_l, float *restrict sum_r, float *restrict weights, float *restrict a,
            float *restrict b) {
        const float *m = l + distance, *s = r + distance;
        for (int j = 0; j < count + 31; j++) {
            float x = l[j] - m[j], y = r[j] - s[j]; a[j] = x * x + y * y; }
        for (int j = 0; j < count + 30; j++) b[j] = a[j] + a[j + 1];
        for (int j = 0; j < count + 28; j++) a[j] = b[j] + b[j + 2];
        for (int j = 0; j < count + 24; j++) b[j] = a[j] + a[j + 4];
        for (int j = 0; j < count + 16; j++) a[j] = b[j] + b[j + 8];
        for (int j = 0; j < count; j++) {
            float w = 1.0f - scale * (a[j] + a[j + 16]);
            w = w > 0.0f ? w * w : 0.0f;
            sum_l[j] += w * m[j + 16]; sum_r[j] += w * s[j + 16]; weights[j] += w;
        }
    }
    ECHOEL_CLONES static void echoel_mean(
            float *restrict out, const float *restrict in, const float *restrict sum,
            const float *restrict weights, float amount, int count) {
        for (int j = 0; j < count; j++) out[j] = in[j] + amount * (sum[j] / weights[j] - in[j]);
    }
    """
    void _alike "echoel_alike"(
        const float*, const float*, int, int, float, float*, float*, float*, float*, float*) noexcept nogil
    void _mean "echoel_mean"(float*, const float*, const float*, const float*, float, int) noexcept nogil

cdef enum:
    NOISE, AMOUNT

cdef enum:
    PATCH = 32


cdef class NlmDenoise(Effect):
    """Takes hiss out of sounds that repeat themselves, voices and strings above all, without any bands."""

    SOURCE = "A. Buades, B. Coll and J.-M. Morel, CVPR (2005) 60: non-local means"
    NEUTRAL = {"amount": 0.0}
    PARAMETERS = (
        Parameter("noise_dbfs", "dBFS", -100.0, -10.0, -45.0),
        Parameter("amount", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.hop = 4 * TICK
        # At high rates the reach stays in frames: the cost grows with it.
        self.reach = min(192, max(32, round(0.003 * rate_hz)))
        self.size = self.hop + 2 * self.reach + 2 * PATCH
        self.sound = np.zeros((2, self.size), np.float32)
        self.coming = np.zeros((2, self.hop), np.float32)
        self.ready = np.zeros((2, self.hop), np.float32)
        self.sums = np.zeros((5, self.hop + 2 * PATCH), np.float32)
        # The middle of the frames at work goes out a hop after it was ready.
        self.delays(self.hop + self.reach + PATCH)
        self.clear()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, kept = self.size - self.hop
        cdef size_t count = frames * sizeof(float)
        memcpy(&self.coming[0, self.since], left, count)
        memcpy(&self.coming[1, self.since], right, count)
        memcpy(left, &self.ready[0, self.since], count)
        memcpy(right, &self.ready[1, self.since], count)
        self.since += frames
        if self.since < self.hop:
            return
        self.since = 0
        for ear in range(2):
            memmove(&self.sound[ear, 0], &self.sound[ear, self.hop], kept * sizeof(float))
            memcpy(&self.sound[ear, kept], &self.coming[ear, 0], self.hop * sizeof(float))
        self._clean()

    cdef void _clean(self) noexcept nogil:
        cdef int j, ear, distance, begin = self.reach + PATCH, at = begin - PATCH // 2
        # Two patches of nothing but noise differ by 2 variances a frame and ear: a weight of a quarter there.
        cdef float scale = <float> (1.0 / (2.0 * 4.0 * PATCH * pow(10.0, self.end[NOISE] / 10.0)))
        for j in range(self.hop):
            self.sums[0, j] = self.sound[0, begin + j]
            self.sums[1, j] = self.sound[1, begin + j]
            self.sums[2, j] = 1.0
        if self.end[AMOUNT] > 0.0:
            for distance in range(1, self.reach + 1):
                _alike(
                    &self.sound[0, at], &self.sound[1, at], distance, self.hop, scale, &self.sums[0, 0],
                    &self.sums[1, 0], &self.sums[2, 0], &self.sums[3, 0], &self.sums[4, 0],
                )
                _alike(
                    &self.sound[0, at], &self.sound[1, at], -distance, self.hop, scale, &self.sums[0, 0],
                    &self.sums[1, 0], &self.sums[2, 0], &self.sums[3, 0], &self.sums[4, 0],
                )
        for ear in range(2):
            _mean(
                &self.ready[ear, 0], &self.sound[ear, begin], &self.sums[ear, 0], &self.sums[2, 0],
                <float> self.end[AMOUNT], self.hop,
            )

    cdef void clear(self) noexcept nogil:
        self.since = 0
        memset(&self.sound[0, 0], 0, 2 * self.size * sizeof(float))
        memset(&self.ready[0, 0], 0, 2 * self.hop * sizeof(float))
