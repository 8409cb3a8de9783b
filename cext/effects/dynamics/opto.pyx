# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The slow, kind compressor with a lamp and a light-dependent resistor in it.

It listens to its own output (feedback), so the loop softens its curve and its attack. The resistor forgets
half of what it has seen quickly and the rest slowly, and only light that lasts reaches the slow half: after a
short peak it lets go at once, after a long loud passage it takes its time. The rates are divided by the gain
of the loop, so that the attack means what it says and the loop is stable at any ratio and sample rate.
Source: D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399, feedback topology; F. Floru, JAES 47
(1999) 788, attack and release in feedback compressors.
"""

from libc.math cimport exp

from cext._types cimport RAMP, TICK
from cext.effects.dynamics.levels cimport OCTAVE_DB, Dynamics, gains, multiply

from cext.parameters import Parameter

cdef enum:
    THRESHOLD, RATIO, KNEE, ATTACK, RELEASE, RECOVERY, MAKEUP, MIX


cdef class OptoCompressor(Dynamics):
    """A gentle compressor with a memory: quick to forgive a peak, slow after a long loud passage."""

    SOURCE = "D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399; F. Floru, JAES 47 (1999) 788"
    NEUTRAL = {"ratio": 1.0}
    PARAMETERS = (
        Parameter("threshold_db", "dBFS", -60.0, 0.0, -28.0),
        Parameter("ratio", "", 1.0, 20.0, 4.0, "log"),
        Parameter("knee_db", "dB", 0.0, 36.0, 10.0),
        Parameter("attack_ms", "ms", 1.0, 200.0, 10.0, "log"),
        Parameter("release_ms", "ms", 10.0, 1_000.0, 60.0, "log"),
        Parameter("recovery_ms", "ms", 100.0, 15_000.0, 1_500.0, "log"),
        Parameter("makeup_db", "dB", -24.0, 36.0, 0.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def readings(self):
        """What the effect does to the sound now: gain_db, without make-up."""
        return {"gain_db": -0.5 * OCTAVE_DB * (self.cell[0] + self.cell[1])}

    cdef void prepare(self) noexcept nogil:
        cdef double attack = 0.001 * self.end[ATTACK] * self.rate_hz
        if (
            self.end[ATTACK] == self.cell_known[0] and self.end[RELEASE] == self.cell_known[1]
            and self.end[RECOVERY] == self.cell_known[2] and self.end[RATIO] == self.cell_known[3]
        ):
            return
        self.cell_known[0] = self.end[ATTACK]
        self.cell_known[1] = self.end[RELEASE]
        self.cell_known[2] = self.end[RECOVERY]
        self.cell_known[3] = self.end[RATIO]
        self.rise[0] = (1.0 - exp(-1.0 / attack)) / self.end[RATIO]
        self.rise[1] = (1.0 - exp(-0.1 / attack)) / self.end[RATIO]
        self.fall[0] = 1.0 - exp(-1000.0 / (self.end[RELEASE] * self.rate_hz))
        self.fall[1] = 1.0 - exp(-1000.0 / (self.end[RECOVERY] * self.rate_hz))

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef double quick = self.cell[0], slow = self.cell[1]
        cdef double half = 0.5 * self.end[KNEE] / OCTAVE_DB, bend = 0.25 / half if half > 0.0 else 0.0
        cdef double threshold = self.begin[THRESHOLD] / OCTAVE_DB
        cdef double threshold_step = self.step[THRESHOLD] / OCTAVE_DB
        cdef double ratio = self.begin[RATIO] - 1.0, ratio_step = self.step[RATIO]
        cdef double over, soft, wanted, reduction = 0.5 * (quick + slow)
        self.hear(left, right, first, frames)
        self.detect(first + frames == TICK)
        for j in range(first, first + frames):
            over = self.level[j] - (threshold + threshold_step * RAMP[j]) - reduction
            soft = min(max(over + half, 0.0), 2.0 * half)
            wanted = (ratio + ratio_step * RAMP[j]) * (soft * soft * bend + max(over - half, 0.0))
            quick += (self.rise[0] if wanted > quick else self.fall[0]) * (wanted - quick)
            slow += (self.rise[1] if wanted > slow else self.fall[1]) * (wanted - slow)
            reduction = 0.5 * (quick + slow)
            self.wanted[j] = <float> reduction
        self.cell[0] = quick
        self.cell[1] = slow
        gains(
            self.gain, self.wanted, -1.0, self.begin[MAKEUP] / OCTAVE_DB, self.end[MAKEUP] / OCTAVE_DB,
            self.begin[MIX], self.end[MIX],
        )
        multiply(left, right, self.gain + first, frames)

    cdef void clear(self) noexcept nogil:
        Dynamics.clear(self)
        self.cell[0] = self.cell[1] = 0.0
