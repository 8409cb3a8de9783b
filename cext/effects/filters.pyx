# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Filters that keep their tone while they move.

Two-pole low-pass in the topology-preserving form with float64 state: it may be swept at audio speed without
ringing up, and stays exact down to a few hertz where a float32 biquad does not.
Source: V. Zavalishin, The Art of VA Filter Design (2018), chapter 4.
"""

from libc.math cimport M_PI, pow, tan
from libc.stdint cimport uint64_t

from cext._types cimport TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    CUTOFF, RESONANCE


cdef class LowPass(Effect):
    """Takes the brightness off: 12 dB an octave above the cutoff."""

    PARAMETERS = (
        Parameter("cutoff_hz", "Hz", 40.0, 20_000.0, 20_000.0, "log"),
        Parameter("resonance", "", 0.0, 1.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.is_fresh = True

    cdef void prepare(self) noexcept nogil:
        cdef double corner = self.end[CUTOFF]
        if corner > 0.45 * self.rate_hz:
            corner = 0.45 * self.rate_hz
        self.g_begin = self.g_end
        self.k_begin = self.k_end
        if self.step[CUTOFF] != 0.0 or self.is_fresh:
            self.g_end = tan(M_PI * corner / self.rate_hz)
        if self.step[RESONANCE] != 0.0 or self.is_fresh:
            # 0 is the flattest (Butterworth), 1 rings like a struck glass: Q from 0.71 to 14.
            self.k_end = 1.4142135623730951 * pow(0.05, self.end[RESONANCE])
        if self.is_fresh:
            self.g_begin = self.g_end
            self.k_begin = self.k_end
            self.is_fresh = False
        self.g_step = (self.g_end - self.g_begin) / TICK
        self.k_step = (self.k_end - self.k_begin) / TICK

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef double g, k, a1, a2, a3, v1, v2, v3
        cdef double l1 = self.state[0], l2 = self.state[1], r1 = self.state[2], r2 = self.state[3]
        for j in range(frames):
            g = self.g_begin + self.g_step * (first + j)
            k = self.k_begin + self.k_step * (first + j)
            a1 = 1.0 / (1.0 + g * (g + k))
            a2 = g * a1
            a3 = g * a2
            v3 = left[j] - l2
            v1 = a1 * l1 + a2 * v3
            v2 = l2 + a2 * l1 + a3 * v3
            l1 = 2.0 * v1 - l1
            l2 = 2.0 * v2 - l2
            left[j] = <float> v2
            v3 = right[j] - r2
            v1 = a1 * r1 + a2 * v3
            v2 = r2 + a2 * r1 + a3 * v3
            r1 = 2.0 * v1 - r1
            r2 = 2.0 * v2 - r2
            right[j] = <float> v2
        self.state[0] = l1
        self.state[1] = l2
        self.state[2] = r1
        self.state[3] = r2

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(4):
            self.state[i] = 0.0
