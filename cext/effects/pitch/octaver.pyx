# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A bass that follows: each period of the sound counted, every second and every fourth one turned over.

The sound is low-passed until its fundamental stands out. At each rising zero crossing a switch turns over,
and the sound multiplied by that switch has twice the period; a second switch on top of the first has four
times. The crossing counts only after the wave has been clearly below zero, so that noise does not throw the
switch. The octave above is the rectified sound. Source: the divider of analogue octave pedals, as described
by U. Zölzer (ed.), DAFX (2011), chapter 4.
"""

from libc.math cimport M_PI, exp, fabs

from cext._types cimport RAMP
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    SUB_1, SUB_2, UP, DRY, TONE

cdef enum:
    LOW_1, LOW_2, PEAK, ARMED, SWITCH_1, SWITCH_2, OUT_1, OUT_2, SLOW


cdef class Octaver(Effect):
    """Adds one and two octaves below a single line, or one above."""

    SOURCE = "U. Zölzer (ed.), DAFX (2011), chapter 4: octave divider by zero crossings"
    NEUTRAL = {"sub_1": 0.0, "sub_2": 0.0, "up": 0.0, "dry": 1.0}
    PARAMETERS = (
        Parameter("sub_1", "", 0.0, 2.0, 0.8),
        Parameter("sub_2", "", 0.0, 2.0, 0.0),
        Parameter("up", "", 0.0, 2.0, 0.0),
        Parameter("dry", "", 0.0, 1.0, 1.0),
        Parameter("tone_hz", "Hz", 60.0, 2_000.0, 400.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        if self.end[TONE] != self.tone_known:
            self.tone_known = self.end[TONE]
            self.keep = <float> exp(-2.0 * M_PI * self.tone_known / self.rate_hz)
            self.keep_out = <float> exp(-2.0 * M_PI * min(1.5 * self.tone_known, 2_000.0) / self.rate_hz)
            self.keep_slow = <float> exp(-1.0 / (0.05 * self.rate_hz))

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, ear
        cdef float x, low, sub, place
        cdef float keep = self.keep, out = self.keep_out
        cdef float* sound
        cdef float* s
        for ear in range(2):
            sound = left if ear == 0 else right
            s = &self.state[ear][0]
            for j in range(frames):
                x = sound[j]
                place = RAMP[first + j]
                s[LOW_1] = x + keep * (s[LOW_1] - x)
                s[LOW_2] = s[LOW_1] + keep * (s[LOW_2] - s[LOW_1])
                low = s[LOW_2]
                s[PEAK] = max(<float> fabs(low), s[PEAK] * self.keep_slow)
                if low < <float> -0.2 * s[PEAK]:
                    s[ARMED] = 1.0
                elif s[ARMED] > 0.0 and low >= 0.0:
                    s[ARMED] = 0.0
                    s[SWITCH_1] = -s[SWITCH_1]
                    if s[SWITCH_1] > 0.0:
                        s[SWITCH_2] = -s[SWITCH_2]
                sub = low * s[SWITCH_1] * <float> (self.begin[SUB_1] + self.step[SUB_1] * place)
                # The second switch turns where the first rises: both are at a zero of the wave.
                sub += (
                    low * s[SWITCH_1] * s[SWITCH_2] * <float> (self.begin[SUB_2] + self.step[SUB_2] * place)
                )
                s[OUT_1] = sub + out * (s[OUT_1] - sub)
                s[OUT_2] = s[OUT_1] + out * (s[OUT_2] - s[OUT_1])
                # The rectified wave without its mean.
                low = <float> fabs(x)
                s[SLOW] = low + self.keep_slow * (s[SLOW] - low)
                sound[j] = (
                    <float> (self.begin[DRY] + self.step[DRY] * place) * x
                    + <float> 1.6 * s[OUT_2]
                    + <float> (2.0 * (self.begin[UP] + self.step[UP] * place)) * (low - s[SLOW])
                )

    cdef void clear(self) noexcept nogil:
        cdef int ear, i
        for ear in range(2):
            for i in range(OCTAVER_STATES):
                self.state[ear][i] = 0.0
            self.state[ear][SWITCH_1] = self.state[ear][SWITCH_2] = 1.0
