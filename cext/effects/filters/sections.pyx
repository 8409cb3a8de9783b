# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Filters with one corner: each says nine numbers, the section they share does the rest.

Float64 states leave nothing of the float32 biquad's noise below 200 Hz, and a filter that moves glides from
sample to sample. Every curve is that of the Audio EQ Cookbook to the last digit.
"""

from libc.math cimport pow

from cext._types cimport RAMP
from cext.effects.filters._section cimport section_aim, section_clear, section_run
from cext.effects.filters._shapes cimport (
    ALLPASS, BANDPASS, HIGH_SHELF, HIGHPASS, LOW_SHELF, LOWPASS, NOTCH, PEAK,
    first_order, shape_t, shaped, state_space, warped,
)
from cext.parts cimport Effect

from cext.parameters import Parameter

_COOKBOOK = "R. Bristow-Johnson, Audio EQ Cookbook; A. Simper, trapezoidal SVF (2013)"
_Q = Parameter("q", "", 0.1, 40.0, 0.7071067811865476, "log")


cdef class Section(Effect):
    """One second-order filter; a subclass says which."""

    cdef void design(self, double* goal) noexcept nogil:
        pass

    cdef void prepare(self) noexcept nogil:
        cdef double[9] goal
        if self.is_moving or not self.section.is_still:
            self.design(goal)
            section_aim(&self.section, goal)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        section_run(&self.section, left, right, left, right, RAMP, first, frames)

    cdef void clear(self) noexcept nogil:
        section_clear(&self.section)


cdef class LowPass(Section):
    """Takes the brightness off: 12 dB an octave above the cutoff."""

    SOURCE = "V. Zavalishin, The Art of VA Filter Design (2018), chapter 4"
    PARAMETERS = (
        Parameter("cutoff_hz", "Hz", 40.0, 20_000.0, 2_000.0, "log"),
        Parameter("resonance", "", 0.0, 1.0, 0.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        # Resonance 0 is the flattest (Butterworth), 1 rings like a struck glass: Q from 0.71 to 14.
        cdef double q = 0.7071067811865476 * pow(20.0, self.end[1])
        state_space(shaped(LOWPASS, min(self.end[0], 0.45 * self.rate_hz), 0.0, q, self.rate_hz), goal)


cdef class HighPass(Section):
    """Takes rumble and weight away: 12 dB an octave below the cutoff."""

    SOURCE = "V. Zavalishin, The Art of VA Filter Design (2018), chapter 4"
    PARAMETERS = (
        Parameter("cutoff_hz", "Hz", 10.0, 20_000.0, 120.0, "log"),
        Parameter("resonance", "", 0.0, 1.0, 0.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        cdef double q = 0.7071067811865476 * pow(20.0, self.end[1])
        state_space(shaped(HIGHPASS, min(self.end[0], 0.45 * self.rate_hz), 0.0, q, self.rate_hz), goal)


cdef class BandPass(Section):
    """Leaves one band of the sound, full at its middle, 6 dB an octave less to both sides."""

    SOURCE = _COOKBOOK
    PARAMETERS = (Parameter("frequency_hz", "Hz", 20.0, 20_000.0, 1_000.0, "log"), _Q._replace(default=2.0))

    cdef void design(self, double* goal) noexcept nogil:
        state_space(shaped(BANDPASS, self.end[0], 0.0, self.end[1], self.rate_hz), goal)


cdef class Notch(Section):
    """Takes one frequency out and leaves the rest."""

    SOURCE = _COOKBOOK
    PARAMETERS = (Parameter("frequency_hz", "Hz", 20.0, 20_000.0, 1_000.0, "log"), _Q._replace(default=2.0))

    cdef void design(self, double* goal) noexcept nogil:
        state_space(shaped(NOTCH, self.end[0], 0.0, self.end[1], self.rate_hz), goal)


cdef class AllPass(Section):
    """Turns the phase around one frequency and leaves the loudness of every tone as it is."""

    SOURCE = _COOKBOOK
    PARAMETERS = (Parameter("frequency_hz", "Hz", 20.0, 20_000.0, 1_000.0, "log"), _Q)

    cdef void design(self, double* goal) noexcept nogil:
        state_space(shaped(ALLPASS, self.end[0], 0.0, self.end[1], self.rate_hz), goal)


cdef class Peak(Section):
    """A bell that lifts or lowers one band."""

    SOURCE = _COOKBOOK
    NEUTRAL = {"gain_db": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 20.0, 20_000.0, 1_000.0, "log"),
        Parameter("gain_db", "dB", -30.0, 30.0, 6.0),
        _Q._replace(default=1.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        state_space(shaped(PEAK, self.end[0], self.end[1], self.end[2], self.rate_hz), goal)


cdef class LowShelf(Section):
    """Lifts or lowers everything below a frequency: the weight of a sound."""

    SOURCE = _COOKBOOK
    NEUTRAL = {"gain_db": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 20.0, 20_000.0, 150.0, "log"),
        Parameter("gain_db", "dB", -30.0, 30.0, 6.0),
        _Q._replace(maximum=4.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        state_space(shaped(LOW_SHELF, self.end[0], self.end[1], self.end[2], self.rate_hz), goal)


cdef class HighShelf(Section):
    """Lifts or lowers everything above a frequency: the air of a sound."""

    SOURCE = _COOKBOOK
    NEUTRAL = {"gain_db": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 20.0, 20_000.0, 6_000.0, "log"),
        Parameter("gain_db", "dB", -30.0, 30.0, 6.0),
        _Q._replace(maximum=4.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        state_space(shaped(HIGH_SHELF, self.end[0], self.end[1], self.end[2], self.rate_hz), goal)


cdef class TiltEq(Section):
    """Leans the whole spectrum around one pitch: brighter and thinner, or darker and fuller.

    tilt_db is the gain far above the pivot, and its opposite far below.
    """

    SOURCE = "first-order shelf with pole and zero at equal distances from the pivot (bilinear, pre-warped)"
    NEUTRAL = {"tilt_db": 0.0}
    PARAMETERS = (
        Parameter("pivot_hz", "Hz", 100.0, 8_000.0, 700.0, "log"),
        Parameter("tilt_db", "dB", -12.0, 12.0, 3.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        # (1 / a + a s') / (1 + s') with s' = s a, so that the curve passes 0 dB at the pivot.
        cdef double a = pow(10.0, self.end[1] / 20.0)
        first_order(warped(min(self.end[0], 0.45 * self.rate_hz), self.rate_hz) * a, 1.0 / a, a, goal)


cdef class StateVariable(Section):
    """The synthesiser's filter whose kind is a knob too: low-pass to notch to high-pass, or into the band.

    morph: 0 is low-pass, 0.5 notch, 1 high-pass. band fades from there to the band-pass.
    """

    SOURCE = "V. Zavalishin, The Art of VA Filter Design (2018), 4.4; the morph is that of the Oberheim SEM"
    PARAMETERS = (
        Parameter("cutoff_hz", "Hz", 20.0, 20_000.0, 900.0, "log"),
        Parameter("resonance", "", 0.0, 1.0, 0.5),
        Parameter("morph", "", 0.0, 1.0, 0.25),
        Parameter("band", "", 0.0, 1.0, 0.0),
    )

    cdef void design(self, double* goal) noexcept nogil:
        cdef shape_t s
        cdef double morph = self.end[2], band = self.end[3], high, low
        s.g = warped(min(self.end[0], 0.45 * self.rate_hz), self.rate_hz)
        s.k = 2.0 * pow(0.01, self.end[1])
        high = (1.0 - band) * min(1.0, 2.0 * morph)
        low = (1.0 - band) * min(1.0, 2.0 - 2.0 * morph)
        s.m0 = high
        s.m1 = s.k * (band - high)
        s.m2 = low - high
        state_space(s, goal)


cdef class DcBlocker(Section):
    """Takes away what stands still: an offset that no ear hears and every limiter feels."""

    SOURCE = "J. O. Smith, Introduction to Digital Filters (2007), DC blocker; first order, bilinear"
    PARAMETERS = (Parameter("cutoff_hz", "Hz", 0.5, 40.0, 5.0, "log"),)

    cdef void design(self, double* goal) noexcept nogil:
        first_order(warped(self.end[0], self.rate_hz), 0.0, 1.0, goal)
