# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Where a sound stands and what room it stands in, told from the spectra of both ears.

The centre: bins in which both ears hear the same, by the similarity of Avendano and Jot, averaged over two
windows. The room: sound that decays exponentially; what was there a little while ago is, decayed, still
there now, and that part is taken away. This is suppression of late reverberation by its statistics
(Lebart), not its inversion by linear prediction: it needs the decay time, and works on any sound without
having to learn it.
"""

import numpy as np

from libc.math cimport exp, pow
from libc.string cimport memset

from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter, switch

cdef enum:
    AMOUNT, LOW, HIGH, KEEPS

cdef enum:
    DECAY, REDUCTION


cdef class CentreRemover(Spectral):
    """Takes out what stands in the middle, mostly the singer, or leaves nothing but that."""

    SOURCE = "C. Avendano and J.-M. Jot, JAES 52 (2004) 740: similarity of the ears in each bin"
    NEUTRAL = {"amount": 0.0}
    PARAMETERS = (
        Parameter("amount", "", 0.0, 1.0, 1.0),
        Parameter("low_hz", "Hz", 20.0, 2_000.0, 120.0, "log"),
        Parameter("high_hz", "Hz", 1_000.0, 20_000.0, 16_000.0, "log"),
        switch("part", "remove", "keep"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(4096, 4)
        self.cross = np.zeros(self.half + 1, np.float32)
        self.power = np.zeros(self.half + 1, np.float32)
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int k
        cdef int low = <int> (self.end[LOW] * self.size / self.rate_hz)
        cdef int high = <int> min(<double> self.half, self.end[HIGH] * self.size / self.rate_hz)
        cdef float amount = <float> self.end[AMOUNT], share, re, im
        cdef bint keeps = self.end[KEEPS] != 0.0
        for k in range(self.half + 1):
            self.cross[k] += <float> 0.5 * (2 * (lr[k] * rr[k] + li[k] * ri[k]) - self.cross[k])
            self.power[k] += <float> 0.5 * (
                lr[k] * lr[k] + li[k] * li[k] + rr[k] * rr[k] + ri[k] * ri[k] - self.power[k]
            )
            share = 0.0
            if low <= k <= high and self.cross[k] > 0.0 and self.power[k] > 1e-20:
                share = self.cross[k] / self.power[k]
                share *= share
                share *= share
            re = <float> 0.5 * share * (lr[k] + rr[k])
            im = <float> 0.5 * share * (li[k] + ri[k])
            if keeps:
                lr[k] += amount * (re - lr[k])
                li[k] += amount * (im - li[k])
                rr[k] += amount * (re - rr[k])
                ri[k] += amount * (im - ri[k])
            else:
                lr[k] -= amount * re
                li[k] -= amount * im
                rr[k] -= amount * re
                ri[k] -= amount * im

    cdef void clear(self) noexcept nogil:
        self.wipe()
        memset(&self.cross[0], 0, (self.half + 1) * sizeof(float))
        memset(&self.power[0], 0, (self.half + 1) * sizeof(float))


cdef class DeReverb(Spectral):
    """Makes a room smaller: takes away what still rings of the sound that was."""

    SOURCE = "K. Lebart, J. M. Boucher and P. N. Denbigh, Acta Acustica 87 (2001) 359: late reverberation"
    NEUTRAL = {"reduction_db": 0.0}
    PARAMETERS = (
        Parameter("decay_s", "s", 0.1, 10.0, 1.0, "log"),
        Parameter("reduction_db", "dB", 0.0, 40.0, 15.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(2048, 4)
        # What came 50 ms ago counts as the room, not as the sound.
        self.ago = min(REMEMBERED - 1, max(1, round(0.05 * rate_hz / self.hop)))
        self.earlier = np.zeros((REMEMBERED, self.half + 1), np.float32)
        self.smooth = np.zeros(self.half + 1, np.float32)
        self.gain = np.ones(self.half + 1, np.float32)
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int k
        cdef float least = <float> pow(10.0, -self.end[REDUCTION] / 20.0), power, late, wanted
        # Power falls by 60 dB in the decay time.
        cdef float left = <float> exp(-13.815510558 * self.ago * self.hop / (self.end[DECAY] * self.rate_hz))
        cdef float* now = &self.earlier[self.row, 0]
        cdef float* then = &self.earlier[(self.row - self.ago) & (REMEMBERED - 1), 0]
        for k in range(self.half + 1):
            power = lr[k] * lr[k] + li[k] * li[k] + rr[k] * rr[k] + ri[k] * ri[k]
            self.smooth[k] += <float> 0.3 * (power - self.smooth[k])
            now[k] = self.smooth[k]
            late = left * then[k]
            wanted = <float> 1.0 - late / self.smooth[k] if self.smooth[k] > 1e-20 else <float> 1.0
            wanted = max(least, wanted)
            self.gain[k] += <float> 0.7 * (wanted - self.gain[k])
            lr[k] *= self.gain[k]
            li[k] *= self.gain[k]
            rr[k] *= self.gain[k]
            ri[k] *= self.gain[k]
        self.row = (self.row + 1) & (REMEMBERED - 1)

    cdef void clear(self) noexcept nogil:
        cdef int k
        self.wipe()
        self.row = 0
        memset(&self.earlier[0, 0], 0, REMEMBERED * (self.half + 1) * sizeof(float))
        for k in range(self.half + 1):
            self.smooth[k] = 0.0
            self.gain[k] = 1.0
