# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Everything higher or lower at the same speed, chords and drums alike."""

import numpy as np

from libc.math cimport pow
from libc.string cimport memcpy, memset

from cext.effects.pitch.shifter cimport Shifter
from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter

cdef enum:
    SEMITONES, MIX


cdef class PitchShift(Spectral):
    """Sings everything higher or lower at the same speed, chords and drums alike."""

    SOURCE = "J. Laroche and M. Dolson, WASPAA (1999): phase vocoder with peak phase locking"
    NEUTRAL = {"semitones": 0.0}
    PARAMETERS = (
        Parameter("semitones", "semitones", -24.0, 24.0, 4.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(4096, 8)
        self.shifter = Shifter(self.size, self.hop, rate_hz)
        self.rotation = np.zeros((2, self.half + 1), np.float32)
        self.out = np.zeros((4, self.half + 1), np.float32)
        self.clear()

    cdef void newest(self, float* left, float* right) noexcept nogil:
        self.shifter.newest(left, right, self.shifter.clock + self.half, self.hop)

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int k, ear
        cdef float wet = <float> self.end[MIX], dry = <float> (1.0 - self.end[MIX])
        cdef float* rows[4]
        rows[0], rows[1], rows[2], rows[3] = lr, li, rr, ri
        memset(&self.out[0, 0], 0, 4 * (self.half + 1) * sizeof(float))
        self.shifter.analyse(lr, li, rr, ri)
        self.shifter.sing(
            pow(2.0, self.end[SEMITONES] / 12.0), wet, wet, self.rotation, self.page,
            lr, li, rr, ri, self.out, True,
        )
        self.page = 1 - self.page
        for ear in range(4):
            if dry == 0.0:
                memcpy(rows[ear], &self.out[ear, 0], (self.half + 1) * sizeof(float))
                continue
            for k in range(self.half + 1):
                rows[ear][k] = dry * rows[ear][k] + self.out[ear, k]

    cdef void clear(self) noexcept nogil:
        self.wipe()
        self.page = 0
        self.shifter.wipe()
        memset(&self.rotation[0, 0], 0, 2 * (self.half + 1) * sizeof(float))
