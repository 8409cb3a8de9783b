# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Filters that keep their tone while they move.

Two-pole low-pass in the topology-preserving form with float64 state: it may be swept at audio speed without
ringing up, and stays exact down to a few hertz where a float32 biquad does not.
Source: V. Zavalishin, The Art of VA Filter Design (2018), chapter 4.
"""

from libc.math cimport M_PI, pow, tan
from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    CUTOFF, RESONANCE


cdef void svf_aim(Svf* filter, double corner_hz, double k, double rate_hz) noexcept nogil:
    # Once a tick: glide from where the last tick ended to this corner and damping (k = 1 / Q). The three
    # coefficients move in straight lines; between two stable sets a tick apart every set is stable.
    cdef int i
    cdef double g
    cdef bint is_fresh = filter.corner_hz == 0.0
    for i in range(3):
        filter.begin[i] = filter.end[i]
    if corner_hz != filter.corner_hz or k != filter.k:
        filter.corner_hz = corner_hz
        filter.k = k
        g = tan(M_PI * min(corner_hz, 0.45 * rate_hz) / rate_hz)
        filter.end[0] = 1.0 / (1.0 + g * (g + k))
        filter.end[1] = g * filter.end[0]
        filter.end[2] = g * filter.end[1]
    for i in range(3):
        if is_fresh:
            filter.begin[i] = filter.end[i]
        filter.step[i] = (filter.end[i] - filter.begin[i]) / TICK


cdef void svf_lowpass(
    Svf* filter, double* state, float* left, float* right, int first, int frames
) noexcept nogil:
    # Written as one matrix a frame, next = A now + b in, so that a state waits for one product and two sums
    # only; both ears in one loop, so that one works while the other waits.
    cdef int j
    cdef double a1, a2, a3, place, l3, r3
    cdef double l1 = state[0], l2 = state[1], r1 = state[2], r2 = state[3]
    cdef double keep1, cross, keep2, in_left, in_right
    for j in range(frames):
        place = RAMP[first + j]
        a1 = filter.begin[0] + filter.step[0] * place
        a2 = filter.begin[1] + filter.step[1] * place
        a3 = filter.begin[2] + filter.step[2] * place
        keep1 = 2.0 * a1 - 1.0
        cross = 2.0 * a2
        keep2 = 1.0 - 2.0 * a3
        in_left = left[j]
        in_right = right[j]
        left[j] = <float> ((a2 * l1 + a3 * in_left) + (1.0 - a3) * l2)
        right[j] = <float> ((a2 * r1 + a3 * in_right) + (1.0 - a3) * r2)
        l3 = (cross * in_left - cross * l2) + keep1 * l1
        r3 = (cross * in_right - cross * r2) + keep1 * r1
        l2 = (2.0 * a3 * in_left + cross * l1) + keep2 * l2
        r2 = (2.0 * a3 * in_right + cross * r1) + keep2 * r2
        l1 = l3
        r1 = r3
    state[0] = l1
    state[1] = l2
    state[2] = r1
    state[3] = r2


cdef class LowPass(Effect):
    """Takes the brightness off: 12 dB an octave above the cutoff."""

    PARAMETERS = (
        Parameter("cutoff_hz", "Hz", 40.0, 20_000.0, 20_000.0, "log"),
        Parameter("resonance", "", 0.0, 1.0, 0.0),
    )

    cdef void prepare(self) noexcept nogil:
        # Resonance 0 is the flattest (Butterworth), 1 rings like a struck glass: Q from 0.71 to 14.
        cdef double k = 1.4142135623730951
        if self.end[RESONANCE] != 0.0:
            k *= pow(0.05, self.end[RESONANCE])
        svf_aim(&self.filter, self.end[CUTOFF], k, self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        svf_lowpass(&self.filter, self.state, left, right, first, frames)

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(4):
            self.state[i] = 0.0
