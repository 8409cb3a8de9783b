# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A fade by the clock: in from the first frame, or out, along the curve that suits the material.

Two fades of `equal_power`, one in and one out, keep the power of a cross-fade between different sounds; two
of `linear` keep the amplitude of one between equal sounds.
Source: U. Zoelzer, DAFX (2011) 4.3; sine law for equal power, raised cosine for a soft beginning and end.
"""

from libc.math cimport M_PI, exp2, sin

from cext._types cimport TICK
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    DIRECTION, SECONDS, CURVE

cdef double _DEPTH = 10.0     # of the decibel curve, in octaves of amplitude: 60 dB


cdef inline double _bent(double x, int curve) noexcept nogil:
    if x <= 0.0 or x >= 1.0:
        return x
    if curve == 0:
        return sin(0.5 * M_PI * x)
    if curve == 1:
        return x
    if curve == 2:
        return sin(0.5 * M_PI * x) ** 2
    return (exp2(_DEPTH * x) - 1.0) / (exp2(_DEPTH) - 1.0)


cdef class Fade(Effect):
    """Fades a sound in from silence, or out into it, in a set time along one of four curves."""

    SOURCE = "U. Zoelzer, DAFX (2011) 4.3; sine law"
    NEUTRAL = {"fade_s": 0.0}
    PARAMETERS = (
        switch("direction", "in", "out"),
        Parameter("fade_s", "s", 0.0, 60.0, 0.5),
        switch("curve", "equal_power", "linear", "raised_cosine", "decibels"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    def readings(self):
        """How far the sound is faded in: open, 0..1."""
        return {"open": self.place}

    cdef void prepare(self) noexcept nogil:
        cdef bint is_out = self.end[DIRECTION] != 0.0
        cdef double frames = self.end[SECONDS] * self.rate_hz
        if self.has_begun:
            self.place = min(max(self.place + TICK * self.pace, 0.0), 1.0)
        else:
            self.has_begun = True
            self.place = 1.0 if is_out else 0.0
        if frames < 1.0:
            # At once.
            self.place = 0.0 if is_out else 1.0
            self.pace = 0.0
        else:
            self.pace = (-1.0 if is_out else 1.0) / frames

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, curve = <int> self.end[CURVE]
        cdef double last = self.place + self.pace * (TICK - 1)
        cdef float gain
        if self.place >= 1.0 and self.pace >= 0.0:
            return
        if self.place <= 0.0 and last <= 0.0:
            for j in range(frames):
                left[j] = right[j] = 0.0
            return
        for j in range(frames):
            gain = <float> _bent(min(max(self.place + self.pace * (first + j), 0.0), 1.0), curve)
            left[j] *= gain
            right[j] *= gain

    cdef void clear(self) noexcept nogil:
        self.place = self.pace = 0.0
        self.has_begun = False
