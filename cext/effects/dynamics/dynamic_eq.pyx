# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""An equaliser whose bands move with what they hear.

A band is x + (gain - 1) b(x), where b is a band-pass of 0 dB at its centre: a bell whose height is exactly
the gain, and the gain may change from sample to sample without a coefficient being touched. What the
band-pass lets through is also what the band listens to.
Sources: P. A. Regalia and S. K. Mitra, IEEE Trans. ASSP 35 (1987) 118; D. Giannoulis, M. Massberg and
J. D. Reiss, JAES 60 (2012) 399.
"""

from libc.math cimport fabs

from cext._types cimport TICK
from cext.effects.dynamics.levels cimport (
    OCTAVE_DB, add, follow, gains, knee, levels_of, set_ballistics,
)
from cext.effects.dynamics.sections cimport aim_bandpass, clear_section, run_section
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    RATIO, ATTACK, RELEASE, BANDS
    FREQUENCY = 0                          # rows of a band, from its first one
    QUALITY
    THRESHOLD
    RANGE
    STATIC
    ROWS

cdef double _KNEE_DB = 6.0


def _rows():
    usual = ((120.0, 0.8, -28.0), (350.0, 1.2, -30.0), (3_000.0, 1.5, -36.0), (8_000.0, 0.8, -40.0))
    for band, (frequency_hz, q, threshold_db) in enumerate(usual, 1):
        yield Parameter(f"frequency_{band}_hz", "Hz", 20.0, 20_000.0, frequency_hz, "log")
        yield Parameter(f"q_{band}", "", 0.2, 20.0, q, "log")
        yield Parameter(f"threshold_{band}_db", "dBFS", -90.0, 0.0, threshold_db)
        yield Parameter(f"range_{band}_db", "dB", -24.0, 24.0, -8.0)
        yield Parameter(f"gain_{band}_db", "dB", -18.0, 18.0, 0.0)


cdef class DynamicEq(Effect):
    """Four bells that dip or rise only while their part of the spectrum is louder than a threshold."""

    SOURCE = "P. Regalia and S. Mitra, IEEE ASSP 35 (1987) 118; D. Giannoulis et al., JAES 60 (2012) 399"
    NEUTRAL = {"ratio": 1.0}
    PARAMETERS = (
        Parameter("ratio", "", 1.0, 20.0, 3.0, "log"),
        Parameter("attack_ms", "ms", 0.05, 500.0, 8.0, "log"),
        Parameter("release_ms", "ms", 5.0, 5_000.0, 120.0, "log"),
        *_rows(),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    def readings(self):
        """How far the bands are moved now: gain_1_db .. gain_4_db, without the fixed gain."""
        return {
            f"gain_{band + 1}_db": OCTAVE_DB * self.ballistics[band].state[1]
            * (1.0 if self.end[BANDS + ROWS * band + RANGE] > 0.0 else -1.0)
            for band in range(4)
        }

    cdef void prepare(self) noexcept nogil:
        cdef int band
        cdef double* row
        for band in range(4):
            row = self.end + BANDS + ROWS * band
            aim_bandpass(&self.bands[band], row[FREQUENCY] / self.rate_hz, row[QUALITY])
            set_ballistics(&self.ballistics[band], self.end[ATTACK], self.end[RELEASE], self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int band, j
        cdef float most
        cdef double* begin
        cdef double* end
        for band in range(4):
            begin = self.begin + BANDS + ROWS * band
            end = self.end + BANDS + ROWS * band
            run_section(
                &self.bands[band], left, right,
                self.heard[band][0] + first, self.heard[band][1] + first, frames,
            )
            levels_of(self.level, self.heard[band][0], self.heard[band][1])
            knee(
                self.gain, self.level, begin[THRESHOLD] / OCTAVE_DB, end[THRESHOLD] / OCTAVE_DB, 1.0,
                _KNEE_DB / OCTAVE_DB, 1.0 - 1.0 / self.begin[RATIO], 1.0 - 1.0 / self.end[RATIO],
            )
            most = <float> (fabs(end[RANGE]) / OCTAVE_DB)
            for j in range(TICK):
                self.gain[j] = min(self.gain[j], most)
            follow(&self.ballistics[band], self.gain, self.gain, first + frames == TICK)
            gains(
                self.gain, self.gain, 1.0 if end[RANGE] > 0.0 else -1.0,
                begin[STATIC] / OCTAVE_DB, end[STATIC] / OCTAVE_DB, 1.0, 1.0,
            )
            for j in range(TICK):
                self.gain[j] -= <float> 1.0
            add(
                left, right, self.heard[band][0] + first, self.heard[band][1] + first, self.gain + first,
                frames, False,
            )

    cdef void clear(self) noexcept nogil:
        cdef int band
        for band in range(4):
            clear_section(&self.bands[band])
            self.ballistics[band].state[0] = self.ballistics[band].state[1] = 0.0
