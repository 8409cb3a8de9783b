# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sharp s and sh in a voice, turned down only while they last.

What is above the frequency is listened to; while it is louder than the threshold a shelf of the first order
turns just that part down (or, in the mode `wide`, everything). The shelf stands still and only its depth
moves, so it is silent at work and no sound passes it changed when nothing hisses.
Sources: D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399; P. A. Regalia and S. K. Mitra, IEEE
Trans. ASSP 35 (1987) 118.
"""

from libc.math cimport M_SQRT1_2
from libc.string cimport memcpy

from cext._types cimport TICK
from cext.effects.dynamics.levels cimport OCTAVE_DB, Dynamics, follow, gains, knee, levels_of, multiply
from cext.effects.dynamics.sections cimport (
    aim_highpass, aim_shelf, clear_section, clear_shelf, run_section, run_shelf,
)

from cext.parameters import Parameter, switch

cdef enum:
    THRESHOLD, RATIO, RANGE, FREQUENCY, ATTACK, RELEASE, MODE, LISTEN

cdef double _KNEE_DB = 6.0


cdef class DeEsser(Dynamics):
    """Softens sharp consonants in a voice and leaves everything else as it is."""

    SOURCE = "D. Giannoulis et al., JAES 60 (2012) 399; P. Regalia and S. Mitra, IEEE ASSP 35 (1987) 118"
    NEUTRAL = {"ratio": 1.0}
    PARAMETERS = (
        Parameter("threshold_db", "dBFS", -80.0, 0.0, -32.0),
        Parameter("ratio", "", 1.0, 20.0, 4.0, "log"),
        Parameter("range_db", "dB", 0.0, 36.0, 14.0),
        Parameter("frequency_hz", "Hz", 1_500.0, 14_000.0, 5_500.0, "log"),
        Parameter("attack_ms", "ms", 0.05, 50.0, 0.5, "log"),
        Parameter("release_ms", "ms", 5.0, 500.0, 40.0, "log"),
        switch("mode", "shelf", "wide"),
        switch("listen", "off", "on"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.sign = -1.0
        self.clear()

    cdef void prepare(self) noexcept nogil:
        Dynamics.prepare(self)
        aim_highpass(&self.hiss, self.end[FREQUENCY] / self.rate_hz, M_SQRT1_2)
        aim_shelf(&self.shelf, self.end[FREQUENCY] / self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef bint is_whole = first + frames == TICK
        cdef float most = <float> (self.end[RANGE] / OCTAVE_DB)
        cdef float* key_left = left
        cdef float* key_right = right
        if self.has_key:
            key_left = &self.key[0, first]
            key_right = &self.key[1, first]
        run_section(&self.hiss, key_left, key_right, self.heard[0] + first, self.heard[1] + first, frames)
        levels_of(self.level, self.heard[0], self.heard[1])
        knee(
            self.wanted, self.level, self.begin[THRESHOLD] / OCTAVE_DB, self.end[THRESHOLD] / OCTAVE_DB, 1.0,
            _KNEE_DB / OCTAVE_DB, 1.0 - 1.0 / self.begin[RATIO], 1.0 - 1.0 / self.end[RATIO],
        )
        for j in range(TICK):
            self.wanted[j] = min(self.wanted[j], most)
        follow(&self.ballistics, self.gain, self.wanted, is_whole)
        gains(self.gain, self.gain, -1.0, 0.0, 0.0, 1.0, 1.0)
        if self.begin[LISTEN] != 0.0:
            memcpy(left, self.heard[0] + first, frames * sizeof(float))
            memcpy(right, self.heard[1] + first, frames * sizeof(float))
        elif self.begin[MODE] != 0.0:
            multiply(left, right, self.gain + first, frames)
        else:
            run_shelf(&self.shelf, left, right, self.gain + first, frames)

    cdef void clear(self) noexcept nogil:
        Dynamics.clear(self)
        clear_section(&self.hiss)
        clear_shelf(&self.shelf)
