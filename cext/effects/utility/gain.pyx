# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Loudness by hand: one multiplication a sample, gliding so that no turn of it clicks."""

from libc.math cimport pow

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below
from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_gain(
            float *left, float *right, const float *ramp, float gain, float step, int frames) {
        if (step == 0.0f)
            for (int j = 0; j < frames; j++) { left[j] *= gain; right[j] *= gain; }
        else
            for (int j = 0; j < frames; j++) {
                float now = gain + step * ramp[j];
                left[j] *= now; right[j] *= now;
            }
    }
    """
    void _gain "echoel_gain"(
        float* left, float* right, const float* ramp, float gain, float step, int frames
    ) noexcept nogil


cdef class Volume(Effect):
    """The volume knob of a session: from silence to full, never louder than what came in."""

    SOURCE = "multiplication"
    NEUTRAL = {"level": 1.0}
    PARAMETERS = (Parameter("level", "", 0.0, 1.0, 0.8),)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _gain(left, right, RAMP + first, <float> self.begin[0], <float> self.step[0], frames)


cdef class Gain(Effect):
    """A trim in decibels; it glides evenly in loudness."""

    SOURCE = "multiplication by 10 ** (gain / 20)"
    NEUTRAL = {"gain_db": 0.0}
    PARAMETERS = (Parameter("gain_db", "dB", -80.0, 40.0, 0.0),)

    cdef void prepare(self) noexcept nogil:
        if self.end_gain == 0.0 or self.end[0] != self.known_db or self.begin[0] != self.end[0]:
            self.known_db = self.end[0]
            self.begin_gain = <float> pow(10.0, self.begin[0] / 20.0)
            self.end_gain = <float> pow(10.0, self.end[0] / 20.0)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _gain(left, right, RAMP + first, self.begin_gain, (self.end_gain - self.begin_gain) / TICK, frames)
