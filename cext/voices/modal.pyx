# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Bowls and bells: struck metal as a handful of tones that die away, each a pair that beats with itself.

No metal is quite round, so every mode is two, a little apart; the pair is spread over the ears. A harder
mallet reaches higher modes. Rows: frequency as a ratio to the main tone, time to silence as a share of the
main tone's, loudness.
Sources: O. Inacio, L. Henrique and J. Antunes, "The dynamics of Tibetan singing bowls", Acta Acustica 92
(2006) 637, for how a bowl's modes are spaced; T. Rossing, The Acoustics of Bells (1984), for a bell's.
"""

from libc.math cimport M_PI, cos, exp, pow, sin, sqrt
from libc.stdint cimport uint64_t

from cext._types cimport TICK
from cext.voices.struck cimport Struck
from cext.voices.tones cimport ring, tune

from cext.parameters import Parameter
from cext.voices.struck import STROKES

cdef enum:
    FREQUENCY = 3
    DECAY = 4
    HARDNESS = 5
    BEAT = 6
    WIDTH = 7


def _parameters(frequency_hz, decay_s, hardness, beat_hz):
    return (
        *STROKES,
        Parameter("frequency_hz", "Hz", 40.0, 2_000.0, frequency_hz, "log"),
        Parameter("decay_s", "s", 0.2, 60.0, decay_s, "log"),
        Parameter("hardness", "", 0.0, 1.0, hardness),
        Parameter("beat_hz", "Hz", 0.0, 12.0, beat_hz),
        Parameter("width", "", 0.0, 1.0, 0.7),
    )


cdef class Modal(Struck):
    """Struck metal."""

    MODES = ()

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        cdef int k
        table = type(self).MODES
        self.mode_count = 2 * len(table)
        for k in range(self.mode_count):
            self.rows[0][k], self.rows[2][k], self.rows[3][k] = table[k // 2]
            self.rows[1][k] = 0.5 if k % 2 else -0.5
        # A stroke with a hard mallet stays about full scale however many modes there are.
        self.scale = 1.2 / sum(row[2] for row in table)
        super().__init__(rate_hz, seed=seed, **values)

    cdef void clear(self) noexcept nogil:
        cdef int k
        self.known[0] = 0.0
        for k in range(self.mode_count):
            self.modes[k].sine = self.modes[k].cosine = 0.0

    cdef void _tune(self) noexcept nogil:
        cdef int k
        cdef Mode* mode
        cdef double cycles, decay_s, keep, angle, tick_keep
        if (self.end[FREQUENCY] == self.known[0] and self.end[DECAY] == self.known[1]
                and self.end[BEAT] == self.known[2]):
            return
        self.known[0] = self.end[FREQUENCY]
        self.known[1] = self.end[DECAY]
        self.known[2] = self.end[BEAT]
        for k in range(self.mode_count):
            mode = &self.modes[k]
            cycles = self.end[FREQUENCY] * self.rows[0][k]
            cycles = (cycles + self.rows[1][k] * self.end[BEAT] * sqrt(self.rows[0][k])) * self.per_frame
            decay_s = self.end[DECAY] * self.rows[2][k]
            keep = exp(-6.907755278982137 * self.per_frame / decay_s)   # 60 dB down after decay_s
            tune(&mode.tone, min(cycles, 0.49), keep)
            angle = 2.0 * M_PI * mode.tone.cycles * TICK
            tick_keep = pow(keep, TICK)
            mode.turn_cosine = tick_keep * cos(angle)
            mode.turn_sine = tick_keep * sin(angle)

    cdef void rest(self) noexcept nogil:
        self.stroke()

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int k, j, at = self.stroke()
        cdef Mode* mode
        cdef double samples[TICK]
        cdef double heard_left[TICK]
        cdef double heard_right[TICK]
        cdef double loud, push, angle, keep, sine, side, gain_left, gain_right
        self._tune()
        for j in range(TICK):
            heard_left[j] = heard_right[j] = 0.0
        for k in range(self.mode_count):
            mode = &self.modes[k]
            side = 2.0 * self.rows[1][k] * self.end[WIDTH]
            gain_left = 0.5 * (1.0 - side)
            gain_right = 0.5 * (1.0 + side)
            if mode.sine * mode.sine + mode.cosine * mode.cosine > 1e-16:
                ring(&mode.tone, mode.sine, mode.cosine, samples)
                for j in range(TICK):
                    heard_left[j] += gain_left * samples[j]
                    heard_right[j] += gain_right * samples[j]
                sine = mode.sine
                mode.sine = sine * mode.turn_cosine + mode.cosine * mode.turn_sine
                mode.cosine = mode.cosine * mode.turn_cosine - sine * mode.turn_sine
            else:
                mode.sine = mode.cosine = 0.0
            if at >= 0 and mode.tone.cycles < 0.45:
                # A soft mallet stays longer on the metal and leaves the high modes out.
                loud = self.rows[3][k] * exp(-(1.0 - self.end[HARDNESS]) * (self.rows[0][k] - 1.0))
                push = self.strength * loud
                ring(&mode.tone, 0.0, push, samples)
                for j in range(at, TICK):
                    heard_left[j] += gain_left * samples[j - at]
                    heard_right[j] += gain_right * samples[j - at]
                keep = push * pow(mode.tone.keep, TICK - at)
                angle = 2.0 * M_PI * mode.tone.cycles * (TICK - at)
                mode.sine += keep * sin(angle)
                mode.cosine += keep * cos(angle)
        for j in range(TICK):
            left[j] = <float> (0.5 * self.scale * heard_left[j])
            right[j] = <float> (0.5 * self.scale * heard_right[j])


cdef class Bowl(Modal):
    """A singing bowl, struck with felt; it beats slowly with itself."""

    MODES = (
        (1.0, 1.0, 1.0),
        (2.66, 0.6, 0.7),
        (4.84, 0.35, 0.5),
        (7.51, 0.2, 0.35),
        (10.64, 0.12, 0.25),
        (14.21, 0.08, 0.15),
    )
    PARAMETERS = _parameters(180.0, 20.0, 0.6, 1.0)


cdef class Bell(Modal):
    """A church bell: hum, prime, tierce, quint, nominal and what rings above."""

    MODES = (
        (0.5, 1.0, 0.6),
        (1.0, 0.7, 0.8),
        (1.2, 0.55, 0.8),
        (1.5, 0.35, 0.4),
        (2.0, 0.3, 1.0),
        (2.5, 0.2, 0.4),
        (2.67, 0.18, 0.4),
        (3.0, 0.15, 0.5),
        (4.0, 0.1, 0.4),
    )
    PARAMETERS = _parameters(220.0, 12.0, 0.85, 0.6)
