# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What happens at the beginning of a note: made stronger or softer, or taken away.

Both compare two envelopes of one sound in decibels: where the quick one is above the slow one, something
begins; where one that falls slowly is above one that falls fast, something dies away. No threshold: quiet
notes are shaped as loud ones.
Source: M. Goodwin and C. Avendano, AES 117 (2004) 6255; difference of envelopes as in hardware since 1998.
"""

from cext._types cimport RAMP, TICK
from cext.effects.dynamics.levels cimport OCTAVE_DB, Dynamics, fall, gains, glide, no_less, set_pole

from cext.parameters import Parameter

cdef enum:
    ATTACK, SUSTAIN, LENGTH, RELEASE, MAKEUP, MIX

cdef enum:
    SENSITIVITY, FLOOR, RISE, DEPTH

cdef double _PERIOD_S = 0.02     # holds the level over a bass note's period
cdef double _FLOOR_DB = -70.0    # silence below: an onset out of nothing is no more than one out of this
cdef double _FADE_S = 0.004      # down, before a swell begins anew


cdef class TransientShaper(Dynamics):
    """Makes the attack of every note stronger or softer, and what follows longer or shorter."""

    SOURCE = "difference of two envelopes; M. Goodwin and C. Avendano, AES 117 (2004) 6255"
    NEUTRAL = {"attack_db": 0.0, "sustain_db": 0.0}
    PARAMETERS = (
        Parameter("attack_db", "dB", -15.0, 15.0, 6.0),
        Parameter("sustain_db", "dB", -24.0, 24.0, -6.0),
        Parameter("attack_ms", "ms", 5.0, 200.0, 30.0, "log"),
        Parameter("sustain_ms", "ms", 50.0, 2_000.0, 400.0, "log"),
        Parameter("makeup_db", "dB", -24.0, 24.0, 0.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    cdef void prepare(self) noexcept nogil:
        if self.end[LENGTH] == self.shaper_known[0] and self.end[RELEASE] == self.shaper_known[1]:
            return
        self.shaper_known[0] = self.end[LENGTH]
        self.shaper_known[1] = self.end[RELEASE]
        set_pole(&self.falls[0], _PERIOD_S * self.rate_hz)
        set_pole(&self.falls[1], 0.001 * self.end[RELEASE] * self.rate_hz)
        set_pole(&self.glides[0], 0.0005 * self.rate_hz)
        set_pole(&self.glides[1], 0.001 * self.end[LENGTH] * self.rate_hz)

    cdef void want(self, bint is_whole) noexcept nogil:
        # The excess in octaves, rounded off: 6 dB of it give half of the knob, 18 dB three quarters.
        cdef int j
        cdef float attack = <float> (self.begin[ATTACK] / OCTAVE_DB)
        cdef float attack_step = <float> (self.step[ATTACK] / OCTAVE_DB)
        cdef float sustain = <float> (self.begin[SUSTAIN] / OCTAVE_DB)
        cdef float sustain_step = <float> (self.step[SUSTAIN] / OCTAVE_DB)
        cdef float rise, tail
        no_less(self.level, _FLOOR_DB / OCTAVE_DB, _FLOOR_DB / OCTAVE_DB)
        fall(&self.falls[1], &self.fallen[1], self.other, self.level, is_whole)
        fall(&self.falls[0], &self.fallen[0], self.level, self.level, is_whole)
        for j in range(TICK):
            self.other[j] -= self.level[j]
        glide(&self.glides[0], &self.glided[2], self.other, self.other, is_whole)
        glide(&self.glides[1], &self.glided[1], self.wanted, self.level, is_whole)
        glide(&self.glides[0], &self.glided[0], self.level, self.level, is_whole)
        for j in range(TICK):
            rise = max(self.level[j] - self.wanted[j], <float> 0.0)
            tail = max(self.other[j], <float> 0.0)
            self.wanted[j] = (attack + attack_step * RAMP[j]) * (rise / (<float> 1.0 + rise)) \
                + (sustain + sustain_step * RAMP[j]) * (tail / (<float> 1.0 + tail))

    cdef void weigh(self, bint is_whole) noexcept nogil:
        gains(
            self.gain, self.wanted, 1.0, self.begin[MAKEUP] / OCTAVE_DB, self.end[MAKEUP] / OCTAVE_DB,
            self.begin[MIX], self.end[MIX],
        )

    cdef void clear(self) noexcept nogil:
        cdef int k
        Dynamics.clear(self)
        for k in range(2):
            self.fallen[k] = self.glided[k] = <float> (_FLOOR_DB / OCTAVE_DB)
        self.glided[2] = self.glided[3] = 0.0


cdef class AutoSwell(Dynamics):
    """Takes the attack off every note and lets it swell up instead, like a bow or a slowly turned knob."""

    SOURCE = "onsets by two envelopes (M. Goodwin and C. Avendano, AES 117 (2004) 6255); smooth step"
    NEUTRAL = {"depth": 0.0}
    PARAMETERS = (
        Parameter("sensitivity_db", "dB", 1.0, 24.0, 5.0),
        Parameter("threshold_db", "dBFS", -80.0, 0.0, -50.0),
        Parameter("rise_ms", "ms", 10.0, 5_000.0, 250.0, "log"),
        Parameter("depth", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        set_pole(&self.holds, 0.03 * rate_hz)
        set_pole(&self.slow, 0.08 * rate_hz)

    def readings(self):
        """How far the swell has come: open, 0..1."""
        return {"open": self.place}

    cdef void prepare(self) noexcept nogil:
        pass

    cdef void want(self, bint is_whole) noexcept nogil:
        cdef int j
        cdef float place = self.place
        cdef bint falls = self.falls, is_armed = self.is_armed
        cdef float up = <float> (1000.0 / (self.end[RISE] * self.rate_hz))
        cdef float down = <float> (1.0 / (_FADE_S * self.rate_hz))
        cdef float excess, least = <float> (self.end[FLOOR] / OCTAVE_DB)
        cdef float sense = <float> (self.end[SENSITIVITY] / OCTAVE_DB)
        no_less(self.level, _FLOOR_DB / OCTAVE_DB, _FLOOR_DB / OCTAVE_DB)
        fall(&self.holds, &self.fallen, self.other, self.level, is_whole)
        glide(&self.slow, &self.mean, self.wanted, self.other, is_whole)
        for j in range(TICK):
            excess = self.other[j] - self.wanted[j]
            if is_armed and excess > sense and self.other[j] > least:
                is_armed = False
                falls = True
            elif excess < <float> 0.5 * sense:
                is_armed = True
            if falls:
                place -= down
                if place <= 0.0:
                    place = 0.0
                    falls = False
            else:
                place = min(place + up, <float> 1.0)
            self.wanted[j] = place
        if is_whole:
            self.place = place
            self.falls = falls
            self.is_armed = is_armed

    cdef void weigh(self, bint is_whole) noexcept nogil:
        cdef int j
        cdef float depth = <float> self.begin[DEPTH], step = <float> self.step[DEPTH]
        cdef float x
        for j in range(TICK):
            x = self.wanted[j]
            x = <float> 1.0 - x * x * (<float> 3.0 - <float> 2.0 * x)
            self.gain[j] = <float> 1.0 - (depth + step * RAMP[j]) * x

    cdef void clear(self) noexcept nogil:
        Dynamics.clear(self)
        self.fallen = self.mean = <float> (_FLOOR_DB / OCTAVE_DB)
        self.place = 0.0
        self.falls = False
        self.is_armed = True
