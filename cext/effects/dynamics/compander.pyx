# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Noise reduction for tape, radio or any noisy way: quiet treble is lifted before it and lowered behind it.

A sliding band: the encoder adds the output of a high-pass to the sound; the louder that output, the higher
its corner slides, until loud treble is not lifted at all. The decoder solves the same equation for the sound
that went in. The corner at each sample follows from the samples before it, so both know it, and the way there
and back is exact. Its corners and times are in the manner of the cassette system, not a copy of it.
Source: R. M. Dolby, JAES 15 (1967) 383; R. Berkovitz and K. Gundry, Audio 57 (September 1973) 15.
"""

from libc.math cimport M_PI, exp, fabs, pow, tan

from cext._types cimport RAMP
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    MODE, AMOUNT, CORNER, THRESHOLD

cdef double _RISE_S = 0.002
cdef double _FALL_S = 0.06
cdef double _HIGHEST = 24.0   # tan(pi f / rate) of the highest corner: above all there is to hear


cdef class Compander(Effect):
    """Encodes a sound for a noisy way, or decodes it behind: together they take only the noise."""

    SOURCE = "R. M. Dolby, JAES 15 (1967) 383; R. Berkovitz and K. Gundry, Audio 57 (September 1973) 15"
    NEUTRAL = {"amount_db": 0.0}
    PARAMETERS = (
        switch("mode", "encode", "decode"),
        Parameter("amount_db", "dB", 0.0, 20.0, 10.0),
        Parameter("corner_hz", "Hz", 200.0, 6_000.0, 1_000.0, "log"),
        Parameter("threshold_db", "dBFS", -70.0, -10.0, -40.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.rise = 1.0 - exp(-1.0 / (_RISE_S * rate_hz))
        self.fall = 1.0 - exp(-1.0 / (_FALL_S * rate_hz))
        self.clear()

    cdef void prepare(self) noexcept nogil:
        self.corner_step = 0.0
        if self.end[CORNER] != self.known or self.begin[CORNER] != self.known:
            self.known = self.end[CORNER]
            self.corner = tan(M_PI * min(self.begin[CORNER] / self.rate_hz, 0.45))
            self.corner_step = (tan(M_PI * min(self.known / self.rate_hz, 0.45)) - self.corner) / 64.0

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef bint is_decoding = self.begin[MODE] != 0.0
        cdef double more = pow(10.0, self.begin[AMOUNT] / 20.0) - 1.0
        cdef double more_step = (pow(10.0, self.end[AMOUNT] / 20.0) - 1.0 - more) / 64.0
        cdef double slide = pow(10.0, -self.begin[THRESHOLD] / 20.0)
        cdef double slide_step = (pow(10.0, -self.end[THRESHOLD] / 20.0) - slide) / 64.0
        cdef double low = self.low[0], low_too = self.low[1], loudness = self.loudness
        cdef double x, y, add, open, g, high, high_too, peak
        for j in range(frames):
            x = left[j]
            y = right[j]
            add = more + more_step * RAMP[first + j]
            g = loudness * (slide + slide_step * RAMP[first + j])
            g = (self.corner + self.corner_step * RAMP[first + j]) * (1.0 + g * g)
            g = g if g < _HIGHEST else _HIGHEST
            open = 1.0 / (1.0 + g)
            if is_decoding:
                # out = x + add (x - low) open, solved for x.
                add *= open
                x = (x + add * low) / (1.0 + add)
                y = (y + add * low_too) / (1.0 + add)
                high = (x - low) * open
                high_too = (y - low_too) * open
                left[j] = <float> x
                right[j] = <float> y
            else:
                high = (x - low) * open
                high_too = (y - low_too) * open
                left[j] = <float> (x + add * high)
                right[j] = <float> (y + add * high_too)
            low += 2.0 * g * high
            low_too += 2.0 * g * high_too
            peak = max(fabs(high), fabs(high_too))
            loudness += (self.rise if peak > loudness else self.fall) * (peak - loudness)
        self.low[0] = low
        self.low[1] = low_too
        self.loudness = loudness

    cdef void clear(self) noexcept nogil:
        self.low[0] = self.low[1] = self.loudness = 0.0
