# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Filters that speak: vowels from parallel resonances, and the pedal that says wah.

Sources: D. Klatt, Software for a cascade/parallel formant synthesizer, JASA 67 (1980) 971; the formants are
those of G. Peterson and H. Barney, JASA 24 (1952) 175, men; U. Zölzer (ed.), DAFX (2011), 2.4, for the pedal.
"""

from libc.math cimport exp, fabs, pow

from cext._types cimport RAMP, TICK
from cext.effects.filters._section cimport section_aim, section_clear, section_run, section_t
from cext.effects.filters._shapes cimport BANDPASS, shape_t, shaped, state_space
from cext.effects.filters.sections cimport Section
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    FORMANTS = 5

# ah, eh, ee, oh, oo: frequency in Hz and level in dB of each formant, and how wide it is.
cdef double[5][FORMANTS] _HZ = [
    [730, 1090, 2440, 3300, 3750], [530, 1840, 2480, 3300, 3750], [270, 2290, 3010, 3300, 3750],
    [570, 840, 2410, 3300, 3750], [300, 870, 2240, 3300, 3750],
]
cdef double[5][FORMANTS] _DB = [
    [-1, -5, -28, -34, -40], [-2, -17, -24, -32, -38], [-4, -24, -28, -33, -38],
    [0, -7, -34, -40, -44], [-3, -19, -43, -48, -50],
]
cdef double[FORMANTS] _WIDE_HZ = [70.0, 90.0, 130.0, 250.0, 200.0]


cdef void _pedal(double frequency_hz, double q, double mix, double rate_hz, double* goal) noexcept nogil:
    # A band-pass over the untouched sound; narrow bands are lifted, as the pedal's coil does.
    cdef shape_t s = shaped(BANDPASS, min(frequency_hz, 0.45 * rate_hz), 0.0, q, rate_hz)
    s.m0 = 1.0 - mix
    s.m1 *= mix * pow(q, 0.5)
    state_space(s, goal)


cdef class Formant(Effect):
    """Lets any sound speak a vowel: ah, eh, ee, oh, oo, and everything between."""

    SOURCE = "D. Klatt, JASA 67 (1980) 971, parallel branch; formants of G. Peterson and H. Barney (1952)"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("vowel", "", 0.0, 4.0, 0.0),
        Parameter("semitones", "semitones", -12.0, 12.0, 0.0),
        Parameter("sharpness", "", 0.25, 4.0, 1.0, "log"),
        Parameter("gain_db", "dB", -12.0, 24.0, 9.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    cdef section_t* at(self, int formant) noexcept nogil:
        if formant < 2:
            return &self.one if formant == 0 else &self.two
        return &self.three if formant == 2 else (&self.four if formant == 3 else &self.five)

    cdef void prepare(self) noexcept nogil:
        cdef double[9] goal
        cdef double frequency_hz, level, share, gain, ratio
        cdef shape_t s
        cdef int i, vowel
        if not self.is_moving and self.one.is_still:
            return
        vowel = min(<int> self.end[0], 3)
        share = self.end[0] - vowel
        gain = pow(10.0, self.end[3] / 20.0) * self.end[4]
        ratio = pow(2.0, self.end[1] / 12.0)
        for i in range(FORMANTS):
            frequency_hz = _HZ[vowel][i] * pow(_HZ[vowel + 1][i] / _HZ[vowel][i], share) * ratio
            level = _DB[vowel][i] + share * (_DB[vowel + 1][i] - _DB[vowel][i])
            s = shaped(
                BANDPASS, min(frequency_hz, 0.45 * self.rate_hz), 0.0,
                frequency_hz * self.end[2] / (_WIDE_HZ[i] * ratio), self.rate_hz,
            )
            # Neighbours of opposite sign do not cancel between their peaks.
            s.m1 *= pow(10.0, level / 20.0) * gain * (-1.0 if i % 2 else 1.0)
            s.m0 = 1.0 - self.end[4] if i == 0 else 0.0
            state_space(s, goal)
            section_aim(self.at(i), goal)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[2 * TICK] sound
        cdef float[2 * TICK] branch
        cdef int i, j
        for j in range(frames):
            sound[j] = left[j]
            sound[TICK + j] = right[j]
        section_run(&self.one, sound, sound + TICK, left, right, RAMP, first, frames)
        for i in range(1, FORMANTS):
            section_run(self.at(i), sound, sound + TICK, branch, branch + TICK, RAMP, first, frames)
            for j in range(frames):
                left[j] += branch[j]
                right[j] += branch[TICK + j]

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(FORMANTS):
            section_clear(self.at(i))


cdef class Wah(Section):
    """The wah pedal under your foot: a peak that sweeps from a growl to a cry.

    pedal: 0 is heel down (350 Hz), 1 is toe down (2200 Hz).
    """

    SOURCE = "U. Zölzer (ed.), DAFX (2011), 2.4.1: swept band-pass over the direct sound"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("pedal", "", 0.0, 1.0, 0.5),
        Parameter("q", "", 1.0, 20.0, 5.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 0.9),
    )

    cdef void design(self, double* goal) noexcept nogil:
        _pedal(350.0 * pow(2200.0 / 350.0, self.end[0]), self.end[1], self.end[2], self.rate_hz, goal)


cdef class AutoWah(Effect):
    """A wah that your playing moves: the louder a note, the farther its filter opens."""

    SOURCE = "U. Zölzer (ed.), DAFX (2011), 2.4.1, moved by a peak follower with attack and release"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 50.0, 2_000.0, 250.0, "log"),
        Parameter("range", "octaves", -4.0, 5.0, 3.5),
        Parameter("sensitivity_db", "dB", -12.0, 36.0, 6.0),
        Parameter("attack_ms", "ms", 0.5, 200.0, 8.0, "log"),
        Parameter("release_ms", "ms", 10.0, 2_000.0, 180.0, "log"),
        Parameter("q", "", 1.0, 20.0, 4.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 0.9),
    )

    cdef void prepare(self) noexcept nogil:
        # The mean level of the tick before says where the filter will be at the end of this one: its ripple,
        # faster than ticks can follow, would come back as a rattle.
        cdef double[9] goal
        cdef double open = self.sum / TICK * pow(10.0, self.end[2] / 20.0)
        self.sum = 0.0
        if self.end[3] != self.known_ms[0] or self.end[4] != self.known_ms[1]:
            self.known_ms[0] = self.end[3]
            self.known_ms[1] = self.end[4]
            self.attack = 1.0 - exp(-1000.0 / (self.end[3] * self.rate_hz))
            self.release = 1.0 - exp(-1000.0 / (self.end[4] * self.rate_hz))
        open = open if open < 1.0 else 1.0
        _pedal(self.end[0] * pow(2.0, self.end[1] * open), self.end[5], self.end[6], self.rate_hz, goal)
        section_aim(&self.section, goal)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef double level = self.level, sum = self.sum, now, other
        cdef int j
        for j in range(frames):
            now = fabs(left[j])
            other = fabs(right[j])
            now = (other if other > now else now) - level
            level += now * (self.attack if now > 0.0 else self.release)
            sum += level
        self.level = level
        self.sum = sum
        section_run(&self.section, left, right, left, right, RAMP, first, frames)

    cdef void clear(self) noexcept nogil:
        self.level = self.sum = 0.0
        section_clear(&self.section)
