# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""An equaliser that changes how loud tones are and nothing else: every pitch is delayed by the same time.

Its curve is that of the analogue filters, with no crowding towards half the rate. The impulse response is
symmetric, so around its middle its spectrum is real, and one complex transform carries both ears through it:
left as real, right as imaginary part, times the gain of each bin. Overlap-save with hops of half the size; a
turned knob fades from the old curve to the new one over a hop.
Source: A. Oppenheim and R. Schafer, Discrete-Time Signal Processing, chapters 7 (frequency sampling and
windows) and 8 (overlap-save).
"""

from libc.math cimport pow, sqrt
from libc.string cimport memcmp, memcpy, memset

import numpy as np

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext.fft cimport Fft
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    KNOBS = 13

# What each bin is multiplied with, in both halves of the spectrum.
cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_weigh(float *, float *, const float *, int);
    ECHOEL_CLONES static void echoel_fade(float *, const float *, int);
    static void echoel_weigh(float *restrict re, float *restrict im, const float *restrict gain, int size) {
        int half = size / 2;
        for (int k = 0; k <= half; k++) { re[k] *= gain[k]; im[k] *= gain[k]; }
        for (int k = 1; k < half; k++) { re[size - k] *= gain[k]; im[size - k] *= gain[k]; }
    }
    static void echoel_fade(float *restrict from, const float *restrict to, int count) {
        for (int k = 0; k < count; k++) from[k] += (to[k] - from[k]) * ((float)k / (float)count);
    }
    """
    void _weigh "echoel_weigh"(float* re, float* im, const float* gain, int size) noexcept nogil
    void _fade "echoel_fade"(float* old, const float* new, int count) noexcept nogil


cdef class LinearPhaseEq(Effect):
    """Two shelves and three bells that leave every phase alone, for mastering: an eighth of a second late."""

    SOURCE = "A. Oppenheim and R. Schafer, Discrete-Time Signal Processing: frequency sampling, overlap-save"
    NEUTRAL = {"low_db": 0.0, "bell1_db": 0.0, "bell2_db": 0.0, "bell3_db": 0.0, "high_db": 0.0}
    PARAMETERS = (
        Parameter("low_hz", "Hz", 30.0, 1_000.0, 120.0, "log"),
        Parameter("low_db", "dB", -18.0, 18.0, 2.0),
        Parameter("bell1_hz", "Hz", 40.0, 18_000.0, 300.0, "log"),
        Parameter("bell1_db", "dB", -18.0, 18.0, -2.0),
        Parameter("bell1_q", "", 0.2, 8.0, 1.0, "log"),
        Parameter("bell2_hz", "Hz", 40.0, 18_000.0, 1_500.0, "log"),
        Parameter("bell2_db", "dB", -18.0, 18.0, -1.0),
        Parameter("bell2_q", "", 0.2, 8.0, 1.0, "log"),
        Parameter("bell3_hz", "Hz", 40.0, 18_000.0, 4_000.0, "log"),
        Parameter("bell3_db", "dB", -18.0, 18.0, 1.5),
        Parameter("bell3_q", "", 0.2, 8.0, 1.0, "log"),
        Parameter("high_hz", "Hz", 1_000.0, 18_000.0, 9_000.0, "log"),
        Parameter("high_db", "dB", -18.0, 18.0, 3.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.size = 1 << (int(rate_hz * 0.15) - 1).bit_length()
        self.fft = Fft(self.size)
        self.heard, self.work, self.other = (np.zeros((2, self.size), np.float32) for _ in range(3))
        self.ready = np.zeros((2, self.size // 2), np.float32)
        self.gain = np.ones((2, self.size // 2 + 1), np.float32)
        self.taper = np.kaiser(self.size // 2 + 1, 7.0)[self.size // 4 :].astype(np.float32)
        self.delays(3 * self.size // 4)
        self.clear()

    cdef void design(self, float* gain) noexcept nogil:
        # The loudness of the analogue filters at each bin, and its impulse response cut to half the size by a
        # window: what is left is the curve a little smoothed, some 20 Hz wide.
        cdef double[5] hz, a, q
        cdef double power, w, x, y
        cdef float* re = &self.other[0, 0]
        cdef float* im = &self.other[1, 0]
        cdef int i, k, size = self.size, half = size // 2
        for i in range(3):
            hz[i] = self.known[2 + 3 * i]
            a[i] = pow(10.0, self.known[3 + 3 * i] / 20.0)
            q[i] = self.known[4 + 3 * i]
        hz[3] = self.known[0]
        a[3] = pow(10.0, self.known[1] / 40.0)
        hz[4] = self.known[11]
        a[4] = pow(10.0, self.known[12] / 40.0)
        for k in range(half + 1):
            power = 1.0
            for i in range(5):
                w = k * self.rate_hz / (size * hz[i])
                w *= w
                if i < 3:
                    x = (1.0 - w) * (1.0 - w)
                    y = w / (q[i] * q[i])
                    power *= (x + a[i] * y) / (x + y / a[i])
                else:
                    # Shelves of Q 0.71.
                    x = (a[i] - w) * (a[i] - w) + 2.0 * a[i] * w
                    y = (1.0 - a[i] * w) * (1.0 - a[i] * w) + 2.0 * a[i] * w
                    power *= a[i] * a[i] * (x / y if i == 3 else y / x)
            re[k] = <float> sqrt(power)
            im[k] = 0.0
            if 0 < k < half:
                re[size - k] = re[k]
                im[size - k] = 0.0
        self.fft.inverse(re, im)
        for k in range(half + 1):
            re[k] *= self.taper[k] if k <= size // 4 else 0.0
            im[k] = 0.0
            if 0 < k < half:
                re[size - k] = re[k]
                im[size - k] = 0.0
        self.fft.forward(re, im)
        for k in range(half + 1):
            gain[k] = re[k]

    cdef void transform(self) noexcept nogil:
        cdef int size = self.size, hop = size // 2, ear, k
        cdef bint is_new = not self.has_begun, is_mono
        for k in range(KNOBS):
            if self.known[k] != self.end[k]:
                is_new = True
                self.known[k] = self.end[k]
        if is_new:
            self.design(&self.gain[1, 0])
            if not self.has_begun:
                memcpy(&self.gain[0, 0], &self.gain[1, 0], (hop + 1) * sizeof(float))
                is_new = False
        self.has_begun = True
        # Equal ears stay equal to the last bit, which real and imaginary parts do not.
        is_mono = memcmp(&self.heard[0, 0], &self.heard[1, 0], size * sizeof(float)) == 0
        for ear in range(2):
            memcpy(&self.work[ear, 0], &self.heard[ear, 0], size * sizeof(float))
            memcpy(&self.heard[ear, 0], &self.heard[ear, hop], hop * sizeof(float))
        self.fft.forward(&self.work[0, 0], &self.work[1, 0])
        if is_new:
            memcpy(&self.other[0, 0], &self.work[0, 0], size * sizeof(float))
            memcpy(&self.other[1, 0], &self.work[1, 0], size * sizeof(float))
            _weigh(&self.other[0, 0], &self.other[1, 0], &self.gain[1, 0], size)
            self.fft.inverse(&self.other[0, 0], &self.other[1, 0])
        _weigh(&self.work[0, 0], &self.work[1, 0], &self.gain[0, 0], size)
        self.fft.inverse(&self.work[0, 0], &self.work[1, 0])
        for ear in range(2):
            if is_new:
                _fade(&self.work[ear, size // 4], &self.other[ear, size // 4], hop)
            memcpy(&self.ready[ear, 0], &self.work[0 if is_mono else ear, size // 4], hop * sizeof(float))
        if is_new:
            memcpy(&self.gain[0, 0], &self.gain[1, 0], (hop + 1) * sizeof(float))

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # A hop is a whole number of ticks: a segment never crosses its end.
        cdef int hop = self.size // 2
        memcpy(&self.heard[0, hop + self.place], left, frames * sizeof(float))
        memcpy(&self.heard[1, hop + self.place], right, frames * sizeof(float))
        memcpy(left, &self.ready[0, self.place], frames * sizeof(float))
        memcpy(right, &self.ready[1, self.place], frames * sizeof(float))
        self.place += frames
        if self.place == hop:
            self.place = 0
            self.transform()

    cdef void clear(self) noexcept nogil:
        if self.heard is not None and self.ready is not None:
            memset(&self.heard[0, 0], 0, 2 * self.size * sizeof(float))
            memset(&self.ready[0, 0], 0, self.size * sizeof(float))
        self.place = 0
        self.has_begun = False
