# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Expanders and gates: quieter where it is quiet already.

The expander follows its curve in decibels; the gate knows open and shut, and moves between them evenly in
amplitude, so that it opens without swallowing the beginning. Hysteresis and hold keep it from chattering.
Source: D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399; U. Zoelzer, DAFX (2011) 4.2.
"""

from libc.math cimport exp2

from cext._types cimport RAMP, TICK
from cext.effects.dynamics.levels cimport OCTAVE_DB, Dynamics, follow, knee, no_less, peaks_of

from cext.parameters import Parameter, switch

cdef enum:
    THRESHOLD, RATIO, KNEE, RANGE

cdef enum:
    HYSTERESIS = 1
    DEPTH
    HOLD


cdef void gate(
    float* wanted, const float* peak, int* held, double opens_db, double shuts_db, int most, bint is_whole,
) noexcept nogil:
    # 1 where it is open, 0 where it is shut; `held`: frames it stays open yet.
    cdef int j, left = held[0]
    cdef float opens = <float> exp2(opens_db / OCTAVE_DB), shuts = <float> exp2(shuts_db / OCTAVE_DB)
    if left > TICK:
        # It holds beyond this tick: all that counts is when it was loud last.
        left -= TICK
        for j in range(TICK - 1, -1, -1):
            if peak[j] >= shuts:
                left = most + 1 - (TICK - 1 - j)
                break
        for j in range(TICK):
            wanted[j] = 1.0
        if is_whole:
            held[0] = max(left, 0)
        return
    for j in range(TICK):
        if peak[j] >= (shuts if left > 0 else opens):
            left = most + 1
        else:
            left -= left > 0
        wanted[j] = left > 0
    if is_whole:
        held[0] = left


cdef void opened(float* gain, double shut_db, double shut_end_db) noexcept nogil:
    # From how far it is open to the gain: never less than what the shut gate lets through.
    cdef int j
    cdef float shut = <float> exp2(shut_db / OCTAVE_DB), step = 0.0, least
    if shut_end_db != shut_db:
        step = (<float> exp2(shut_end_db / OCTAVE_DB) - shut) / TICK
    for j in range(TICK):
        least = shut + step * RAMP[j]
        gain[j] = least + (<float> 1.0 - least) * gain[j]


cdef class Expander(Dynamics):
    """Turns down what is quieter than the threshold: one decibel less in, ratio decibels less out."""

    SOURCE = "D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399"
    NEUTRAL = {"ratio": 1.0}
    PARAMETERS = (
        Parameter("threshold_db", "dBFS", -80.0, 0.0, -36.0),
        Parameter("ratio", "", 1.0, 20.0, 2.0, "log"),
        Parameter("knee_db", "dB", 0.0, 36.0, 6.0),
        Parameter("range_db", "dB", 0.0, 80.0, 30.0),
        Parameter("attack_ms", "ms", 0.05, 500.0, 2.0, "log"),
        Parameter("release_ms", "ms", 5.0, 5_000.0, 150.0, "log"),
        Parameter("makeup_db", "dB", -24.0, 24.0, 0.0),
        switch("detector", "peak", "rms"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    cdef void want(self, bint is_whole) noexcept nogil:
        knee(
            self.wanted, self.level, self.begin[THRESHOLD] / OCTAVE_DB, self.end[THRESHOLD] / OCTAVE_DB, -1.0,
            self.end[KNEE] / OCTAVE_DB, 1.0 - self.begin[RATIO], 1.0 - self.end[RATIO],
        )
        no_less(self.wanted, -self.begin[RANGE] / OCTAVE_DB, -self.end[RANGE] / OCTAVE_DB)


cdef class NoiseGate(Dynamics):
    """Shuts while there is nothing but noise, and stays open over short pauses."""

    SOURCE = "U. Zoelzer, DAFX (2011) 4.2: threshold, hysteresis, hold, attack and release"
    NEUTRAL = {"range_db": 0.0}
    PARAMETERS = (
        Parameter("threshold_db", "dBFS", -90.0, 0.0, -36.0),
        Parameter("hysteresis_db", "dB", 0.0, 24.0, 4.0),
        Parameter("range_db", "dB", 0.0, 90.0, 80.0),
        Parameter("hold_ms", "ms", 0.0, 2_000.0, 40.0),
        Parameter("attack_ms", "ms", 0.05, 500.0, 0.5, "log"),
        Parameter("release_ms", "ms", 5.0, 5_000.0, 80.0, "log"),
    )

    def readings(self):
        """How far the gate is open: open, 0..1."""
        return {"open": self.ballistics.state[1]}

    cdef void detect(self, bint is_whole) noexcept nogil:
        peaks_of(self.level, self.ears[0], self.ears[1])

    cdef void want(self, bint is_whole) noexcept nogil:
        gate(
            self.wanted, self.level, &self.held, self.end[THRESHOLD],
            self.end[THRESHOLD] - self.end[HYSTERESIS], <int> (0.001 * self.end[HOLD] * self.rate_hz),
            is_whole,
        )

    cdef void weigh(self, bint is_whole) noexcept nogil:
        follow(&self.ballistics, self.gain, self.wanted, is_whole)
        opened(self.gain, -self.begin[DEPTH], -self.end[DEPTH])

    cdef void clear(self) noexcept nogil:
        Dynamics.clear(self)
        self.held = 0


cdef class SidechainGate(NoiseGate):
    """Lets a sound through only while another one is loud; what it listens to goes through a filter first."""

    PARAMETERS = NoiseGate.PARAMETERS + (
        Parameter("key_highpass_hz", "Hz", 10.0, 4_000.0, 80.0, "log"),
        Parameter("key_lowpass_hz", "Hz", 100.0, 20_000.0, 12_000.0, "log"),
        switch("listen", "off", "on"),
    )
