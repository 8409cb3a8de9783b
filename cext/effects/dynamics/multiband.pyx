# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Dynamics in four bands: what happens in the bass does not pull the treble down with it.

The bands are those of cext.effects.dynamics.bands, flat when put together again; being all-passes they turn
the phase, so none of these effects has a setting at which the sound leaves to the bit. Dry and wet are mixed
band by band, where both have the same phase.
Sources: S. H. Linkwitz, JAES 24 (1976) 2; D. Giannoulis, M. Massberg and J. D. Reiss,
JAES 60 (2012) 399.
"""

from libc.math cimport exp2, log10
from libc.string cimport memcpy

from cext._types cimport RAMP, TICK
from cext.effects.dynamics.bands cimport aim_bands, clear_bands, split
from cext.effects.dynamics.gates cimport gate, opened
from cext.effects.dynamics.levels cimport (
    OCTAVE_DB, add, follow, gains, knee, levels_of, peaks_of, set_ballistics,
)
from cext.effects.dynamics.limiting cimport brake, clear_brake, set_recovery
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    LOW, MIDDLE, HIGH
    MIX                                    # of the compressor
    KNEE
    COMPRESSED                             # first row of its first band, five a band

cdef enum:
    HYSTERESIS = 3
    HOLD
    ATTACK
    RELEASE
    GATED                                  # first row of its first band, two a band

cdef enum:
    DRIVE = 3
    CEILING
    RECOVERY
    LIMITED                                # one row a band

_CROSSOVERS = (
    Parameter("low_hz", "Hz", 30.0, 500.0, 120.0, "log"),
    Parameter("middle_hz", "Hz", 200.0, 4_000.0, 900.0, "log"),
    Parameter("high_hz", "Hz", 1_000.0, 16_000.0, 5_000.0, "log"),
)
_SOURCE = "Linkwitz-Riley bands: S. H. Linkwitz, JAES 24 (1976) 2"


cdef class Multiband(Effect):
    """An effect with a gain of its own for each of four bands."""

    cdef void prepare(self) noexcept nogil:
        aim_bands(&self.bands, self.end[LOW], self.end[MIDDLE], self.end[HIGH], self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int band
        split(&self.bands, left, right, first, frames)
        for band in range(4):
            self.weigh(band, first + frames == TICK)
            add(
                left, right, self.bands.out[band][0] + first, self.bands.out[band][1] + first,
                self.gain + first, frames, band == 0,
            )

    cdef void weigh(self, int band, bint is_whole) noexcept nogil:
        # Puts the gain of this band into `gain`.
        pass

    cdef void clear(self) noexcept nogil:
        cdef int band
        clear_bands(&self.bands)
        for band in range(4):
            self.ballistics[band].state[0] = self.ballistics[band].state[1] = 0.0


def _compressed():
    usual = (
        (-28.0, 3.0, 30.0, 200.0), (-30.0, 2.5, 15.0, 150.0),
        (-32.0, 2.5, 8.0, 100.0), (-34.0, 2.0, 4.0, 80.0),
    )
    for band, (threshold_db, ratio, attack_ms, release_ms) in enumerate(usual, 1):
        yield Parameter(f"threshold_{band}_db", "dBFS", -80.0, 0.0, threshold_db)
        yield Parameter(f"ratio_{band}", "", 1.0, 100.0, ratio, "log")
        yield Parameter(f"attack_{band}_ms", "ms", 0.05, 500.0, attack_ms, "log")
        yield Parameter(f"release_{band}_ms", "ms", 5.0, 5_000.0, release_ms, "log")
        yield Parameter(f"gain_{band}_db", "dB", -24.0, 24.0, 0.0)


cdef class MultibandCompressor(Multiband):
    """Four compressors side by side, each for its own part of the spectrum."""

    SOURCE = _SOURCE + "; D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399"
    PARAMETERS = (
        *_CROSSOVERS,
        Parameter("mix", "", 0.0, 1.0, 1.0),
        Parameter("knee_db", "dB", 0.0, 36.0, 6.0),
        *_compressed(),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    def readings(self):
        """What the compressors do to the bands now: gain_1_db .. gain_4_db."""
        return {f"gain_{band + 1}_db": -OCTAVE_DB * self.ballistics[band].state[1] for band in range(4)}

    cdef void prepare(self) noexcept nogil:
        cdef int band, row
        Multiband.prepare(self)
        for band in range(4):
            row = COMPRESSED + 5 * band
            set_ballistics(&self.ballistics[band], self.end[row + 2], self.end[row + 3], self.rate_hz)

    cdef void weigh(self, int band, bint is_whole) noexcept nogil:
        cdef int row = COMPRESSED + 5 * band
        levels_of(self.gain, self.bands.out[band][0], self.bands.out[band][1])
        knee(
            self.gain, self.gain, self.begin[row] / OCTAVE_DB, self.end[row] / OCTAVE_DB, 1.0,
            self.end[KNEE] / OCTAVE_DB, 1.0 - 1.0 / self.begin[row + 1], 1.0 - 1.0 / self.end[row + 1],
        )
        follow(&self.ballistics[band], self.gain, self.gain, is_whole)
        gains(
            self.gain, self.gain, -1.0, self.begin[row + 4] / OCTAVE_DB, self.end[row + 4] / OCTAVE_DB,
            self.begin[MIX], self.end[MIX],
        )


def _gated():
    for band, threshold_db in enumerate((-42.0, -46.0, -52.0, -58.0), 1):
        yield Parameter(f"threshold_{band}_db", "dBFS", -100.0, 0.0, threshold_db)
        yield Parameter(f"range_{band}_db", "dB", 0.0, 90.0, 40.0)


cdef class MultibandGate(Multiband):
    """Four gates side by side: hiss goes while the bass still sounds, and hum while the voice pauses."""

    SOURCE = _SOURCE + "; U. Zoelzer, DAFX (2011) 4.2"
    PARAMETERS = (
        *_CROSSOVERS,
        Parameter("hysteresis_db", "dB", 0.0, 24.0, 4.0),
        Parameter("hold_ms", "ms", 0.0, 2_000.0, 60.0),
        Parameter("attack_ms", "ms", 0.05, 500.0, 2.0, "log"),
        Parameter("release_ms", "ms", 5.0, 5_000.0, 120.0, "log"),
        *_gated(),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    def readings(self):
        """How far the gates are open: open_1 .. open_4, 0..1."""
        return {f"open_{band + 1}": self.ballistics[band].state[1] for band in range(4)}

    cdef void prepare(self) noexcept nogil:
        cdef int band
        Multiband.prepare(self)
        for band in range(4):
            set_ballistics(&self.ballistics[band], self.end[ATTACK], self.end[RELEASE], self.rate_hz)

    cdef void weigh(self, int band, bint is_whole) noexcept nogil:
        cdef int row = GATED + 2 * band
        peaks_of(self.gain, self.bands.out[band][0], self.bands.out[band][1])
        gate(
            self.gain, self.gain, &self.held[band], self.end[row], self.end[row] - self.end[HYSTERESIS],
            <int> (0.001 * self.end[HOLD] * self.rate_hz), is_whole,
        )
        follow(&self.ballistics[band], self.gain, self.gain, is_whole)
        opened(self.gain, -self.begin[row + 1], -self.end[row + 1])

    cdef void clear(self) noexcept nogil:
        cdef int band
        Multiband.clear(self)
        for band in range(4):
            self.held[band] = 0


cdef class MultibandLimiter(Multiband):
    """A limiter for each of four bands and one for all: loud without the bass drum moving the rest."""

    SOURCE = _SOURCE + "; M. van Herk, Pattern Recognition Letters 13 (1992) 517"
    PARAMETERS = (
        *_CROSSOVERS,
        Parameter("drive_db", "dB", 0.0, 24.0, 0.0),
        Parameter("ceiling_dbfs", "dBFS", -24.0, -1.0, -1.0),
        Parameter("release_ms", "ms", 10.0, 1_000.0, 120.0, "log"),
        *[Parameter(f"threshold_{band}_db", "dBFS", -40.0, 0.0, -8.0) for band in (1, 2, 3, 4)],
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.delays(2 * TICK)
        self.clear()

    def readings(self):
        """How far the bands and the whole are turned down now: gain_1_db .. gain_4_db, gain_db."""
        names = ("gain_1_db", "gain_2_db", "gain_3_db", "gain_4_db", "gain_db")
        return {name: 20.0 * log10(self.brakes[k].sum / (TICK * 2.0**24)) for k, name in enumerate(names)}

    cdef void prepare(self) noexcept nogil:
        cdef int k
        Multiband.prepare(self)
        for k in range(5):
            set_recovery(&self.brakes[k], self.end[RECOVERY], self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int band, j
        cdef float drive = <float> exp2(self.begin[DRIVE] / OCTAVE_DB)
        cdef float drive_step = (<float> exp2(self.end[DRIVE] / OCTAVE_DB) - drive) / TICK
        cdef double share
        cdef float[2][TICK] part
        for j in range(frames):
            left[j] *= drive + drive_step * RAMP[first + j]
            right[j] *= drive + drive_step * RAMP[first + j]
        split(&self.bands, left, right, first, frames)
        for band in range(4):
            memcpy(part[0], self.bands.out[band][0] + first, frames * sizeof(float))
            memcpy(part[1], self.bands.out[band][1] + first, frames * sizeof(float))
            share = exp2(self.end[LIMITED + band] / OCTAVE_DB)
            brake(&self.brakes[band], part[0], part[1], share, first, frames)
            for j in range(frames):
                left[j] = part[0][j] + (left[j] if band else <float> 0.0)
                right[j] = part[1][j] + (right[j] if band else <float> 0.0)
        brake(&self.brakes[4], left, right, exp2(self.end[CEILING] / OCTAVE_DB), first, frames)

    cdef void clear(self) noexcept nogil:
        cdef int k
        Multiband.clear(self)
        for k in range(5):
            clear_brake(&self.brakes[k])
