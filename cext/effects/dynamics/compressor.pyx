# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Compressors: less range between loud and quiet, from above or from below.

Feed-forward, both ears under one gain, soft knee, decoupled detector in the log domain.
Source: D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399.
"""

from cext.effects.dynamics.levels cimport OCTAVE_DB, Dynamics, knee, no_less

from cext.parameters import Parameter, switch

cdef enum:
    THRESHOLD, RATIO, KNEE, RANGE

_SOURCE = "D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399"


cdef class Compressor(Dynamics):
    """Turns down what is louder than the threshold: ratio decibels more in, one decibel more out."""

    SOURCE = _SOURCE
    NEUTRAL = {"ratio": 1.0}
    PARAMETERS = (
        Parameter("threshold_db", "dBFS", -80.0, 0.0, -24.0),
        Parameter("ratio", "", 1.0, 100.0, 4.0, "log"),
        Parameter("knee_db", "dB", 0.0, 36.0, 6.0),
        Parameter("attack_ms", "ms", 0.05, 500.0, 10.0, "log"),
        Parameter("release_ms", "ms", 5.0, 5_000.0, 120.0, "log"),
        Parameter("makeup_db", "dB", -24.0, 36.0, 0.0),
        switch("detector", "peak", "rms"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.sign = -1.0

    cdef void want(self, bint is_whole) noexcept nogil:
        knee(
            self.wanted, self.level, self.begin[THRESHOLD] / OCTAVE_DB, self.end[THRESHOLD] / OCTAVE_DB, 1.0,
            self.end[KNEE] / OCTAVE_DB, 1.0 - 1.0 / self.begin[RATIO], 1.0 - 1.0 / self.end[RATIO],
        )


cdef class SidechainCompressor(Compressor):
    """Turns a sound down when another one is loud; what it listens to goes through a filter first."""

    PARAMETERS = Compressor.PARAMETERS + (
        Parameter("key_highpass_hz", "Hz", 10.0, 4_000.0, 80.0, "log"),
        Parameter("key_lowpass_hz", "Hz", 100.0, 20_000.0, 12_000.0, "log"),
        switch("listen", "off", "on"),
    )


cdef class UpwardCompressor(Dynamics):
    """Turns up what is quieter than the threshold, by no more than its range, and leaves the loud alone."""

    SOURCE = _SOURCE
    NEUTRAL = {"ratio": 1.0}
    PARAMETERS = (
        Parameter("threshold_db", "dBFS", -80.0, 0.0, -24.0),
        Parameter("ratio", "", 1.0, 100.0, 2.0, "log"),
        Parameter("knee_db", "dB", 0.0, 36.0, 6.0),
        Parameter("range_db", "dB", 0.0, 36.0, 12.0),
        Parameter("attack_ms", "ms", 0.05, 500.0, 10.0, "log"),
        Parameter("release_ms", "ms", 5.0, 5_000.0, 120.0, "log"),
        Parameter("makeup_db", "dB", -36.0, 12.0, 0.0),
        switch("detector", "peak", "rms"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.sign = -1.0

    cdef void want(self, bint is_whole) noexcept nogil:
        # A negative reduction: it rises towards 0 (attack) when the sound gets louder.
        knee(
            self.wanted, self.level, self.begin[THRESHOLD] / OCTAVE_DB, self.end[THRESHOLD] / OCTAVE_DB, -1.0,
            self.end[KNEE] / OCTAVE_DB, 1.0 / self.begin[RATIO] - 1.0, 1.0 / self.end[RATIO] - 1.0,
        )
        no_less(self.wanted, -self.begin[RANGE] / OCTAVE_DB, -self.end[RANGE] / OCTAVE_DB)
