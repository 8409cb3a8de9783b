# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Another throat at the same pitch.

The outline of a spectrum (the formants) is what is left of its logarithm when only its slow ripples are
kept: the cepstrum up to 1.4 ms. The outline is stretched along the frequency axis and put back over the
partials, which stay where they are.
"""

import numpy as np

from libc.math cimport exp, log, pow
from libc.string cimport memset

from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter

cdef enum:
    SEMITONES, MIX


cdef class FormantShifter(Spectral):
    """Makes the throat of a voice longer or shorter: giant or child, on the same note."""

    SOURCE = "A. V. Oppenheim and R. W. Schafer, IEEE Trans. AU 16 (1968) 221: the cepstrum"
    NEUTRAL = {"formant_semitones": 0.0}
    PARAMETERS = (
        Parameter("formant_semitones", "semitones", -12.0, 12.0, 4.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(2048, 4)
        self.envelope = np.zeros((2, self.size), np.float32)
        self.quefrencies = min(self.half - 1, max(8, round(0.0014 * rate_hz)))
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int k, whole
        cdef double place, ratio = pow(2.0, -self.end[SEMITONES] / 12.0)
        cdef float* e = &self.envelope[0, 0]
        cdef float gain, share, aim, least = 1e-12
        # A fourth of a power is what a bin of faint noise has: keeps the logarithm of silence in bounds.
        for k in range(self.half + 1):
            e[k] = <float> (0.5 * log(
                lr[k] * lr[k] + li[k] * li[k] + rr[k] * rr[k] + ri[k] * ri[k] + least
            ))
            if 0 < k < self.half:
                e[self.size - k] = e[k]
        memset(&self.envelope[1, 0], 0, self.size * sizeof(float))
        self.fft.forward(e, &self.envelope[1, 0])
        for k in range(self.quefrencies + 1, self.size - self.quefrencies):
            e[k] = 0.0
        memset(&self.envelope[1, 0], 0, self.size * sizeof(float))
        self.fft.inverse(e, &self.envelope[1, 0])
        for k in range(self.half + 1):
            place = k * ratio
            whole = <int> place
            if whole >= self.half:
                aim = e[self.half]
            else:
                share = <float> (place - whole)
                aim = e[whole] + share * (e[whole + 1] - e[whole])
            gain = <float> exp(max(-6.0, min(4.6, aim - e[k])))
            gain = <float> (1.0 + self.end[MIX] * (gain - 1.0))
            lr[k] *= gain
            li[k] *= gain
            rr[k] *= gain
            ri[k] *= gain
