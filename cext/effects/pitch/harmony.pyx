# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Voices that sing along, and whole recordings moved to another concert pitch.

The spectrum is analysed once; each voice costs only the moving of its partials. A harmony in a key needs the
note that is sung: of all fundamentals from 70 to 700 Hz it is the one whose multiples hold most of the peaks.
"""

import numpy as np

from libc.math cimport M_PI, atan2, cos, exp, fabs, floor, log2, pow, sin, sqrt
from libc.string cimport memset

from cext.effects.pitch.shifter cimport Shifter
from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter, switch

cdef enum:
    STEP_1, STEP_2, STEP_3, STEP_4, KEY, SCALE, VOICES_LEVEL, SPREAD, DRY

cdef enum:
    TARGET, REFERENCE, TUNING


# The degrees of the scales, semitones above the key.
cdef int[2][7] DEGREES = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10]]


cdef class Harmoniser(Spectral):
    """Lets up to four more voices sing along in the key, so many steps of the scale above or below."""

    SOURCE = "J. Laroche and M. Dolson, WASPAA (1999); the note by D. J. Hermes, JASA 83 (1988) 257"
    NEUTRAL = {"voices_db": -80.0, "dry_db": 0.0}
    SPREADS = True
    PARAMETERS = (
        Parameter("step_1", "steps", -14.0, 14.0, 2.0),
        Parameter("step_2", "steps", -14.0, 14.0, 4.0),
        Parameter("step_3", "steps", -14.0, 14.0, 0.0),
        Parameter("step_4", "steps", -14.0, 14.0, 0.0),
        switch("key", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"),
        switch("scale", "major", "minor", "chromatic"),
        Parameter("voices_db", "dB", -80.0, 12.0, -6.0),
        Parameter("spread", "", 0.0, 1.0, 0.6),
        Parameter("dry_db", "dB", -80.0, 12.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(4096, 8)
        self.shifter = Shifter(self.size, self.hop, rate_hz)
        self.rotation = np.zeros((VOICES, 2, self.half + 1), np.float32)
        self.out = np.zeros((4, self.half + 1), np.float32)
        self.clear()

    cdef void newest(self, float* left, float* right) noexcept nogil:
        self.shifter.newest(left, right, self.shifter.clock + self.half, self.hop)

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int ear, k, voice
        cdef double aim, place, note
        cdef float dry = <float> pow(10.0, self.end[DRY] / 20.0)
        cdef float wet = <float> pow(10.0, self.end[VOICES_LEVEL] / 20.0)
        cdef float* rows[4]
        rows[0], rows[1], rows[2], rows[3] = lr, li, rr, ri
        if self.end[VOICES_LEVEL] <= -80.0:
            wet = 0.0
        if self.end[DRY] <= -80.0:
            dry = 0.0
        self.shifter.analyse(lr, li, rr, ri)
        note = self.shifter.note()
        if note > -1000.0:
            self.note = note
        memset(&self.out[0, 0], 0, 4 * (self.half + 1) * sizeof(float))
        for voice in range(VOICES):
            if self.end[STEP_1 + voice] == 0.0:
                continue
            k = <int> floor(self.end[STEP_1 + voice] + 0.5)
            aim = interval(self.note, k, self.end[KEY], self.end[SCALE])
            # A new interval is reached within 40 ms, as a singer does.
            self.sung[voice] += (1.0 - exp(-self.hop / (0.015 * self.rate_hz))) * (aim - self.sung[voice])
            place = self.end[SPREAD] * (0.5 if voice % 2 else -0.5) * (1.0 if voice < 2 else 0.5)
            if wet > 0.0:
                self.shifter.sing(
                    pow(2.0, self.sung[voice] / 12.0),
                    wet * <float> (sqrt(2.0) * cos(M_PI / 4 * (1 + 2 * place))),
                    wet * <float> (sqrt(2.0) * sin(M_PI / 4 * (1 + 2 * place))),
                    self.rotation[voice], self.page, lr, li, rr, ri, self.out, True,
                )
        self.page = 1 - self.page
        for ear in range(4):
            for k in range(self.half + 1):
                rows[ear][k] = dry * rows[ear][k] + self.out[ear, k]

    cdef void clear(self) noexcept nogil:
        cdef int voice
        self.wipe()
        self.page = 0
        self.note = 0.0
        self.shifter.wipe()
        memset(&self.rotation[0, 0, 0], 0, VOICES * 2 * (self.half + 1) * sizeof(float))
        for voice in range(VOICES):
            self.sung[voice] = 0.0


cdef double interval(double note, int steps, double key, double scale) noexcept nogil:
    # Semitones from a note (counted from A 440) to so many steps further in the scale of the key.
    cdef int degree, octave, best = 0, k = <int> key
    cdef double above, off, nearest = 100.0
    if scale >= 2.0:
        return steps
    # Semitones above the key's own note, in one octave: A is the ninth semitone of C.
    above = note + 9.0 - k
    octave = <int> floor((above + 0.5) / 12.0)
    above -= 12.0 * octave
    for degree in range(8):
        off = fabs(above - (DEGREES[<int> scale][degree % 7] + 12 * (degree // 7)))
        if off < nearest:
            nearest = off
            best = degree
    degree = best + steps
    octave = <int> floor(degree / 7.0)
    off = DEGREES[<int> scale][degree - 7 * octave] + 12 * octave
    return off - (DEGREES[<int> scale][best % 7] + 12 * (best // 7))


cdef class Retune(Spectral):
    """Moves music to another concert pitch, 432 Hz for one, from where it really stands."""

    SOURCE = "J. Laroche and M. Dolson, WASPAA (1999); the tuning as a mean direction on the circle"
    NEUTRAL = {"target_hz": 440.0, "reference_hz": 440.0, "tuning": 0}
    PARAMETERS = (
        Parameter("target_hz", "Hz", 300.0, 600.0, 432.0, "log"),
        Parameter("reference_hz", "Hz", 300.0, 600.0, 440.0, "log"),
        switch("tuning", "given", "measured"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(4096, 8)
        self.shifter = Shifter(self.size, self.hop, rate_hz)
        self.rotation = np.zeros((2, self.half + 1), np.float32)
        self.out = np.zeros((4, self.half + 1), np.float32)
        self.clear()

    def readings(self):
        """Where the concert pitch stands by what was heard, in Hz."""
        return {"tuning_hz": 440.0 * pow(2.0, atan2(self.sine, self.cosine) / (24.0 * M_PI))}

    cdef void newest(self, float* left, float* right) noexcept nogil:
        self.shifter.newest(left, right, self.shifter.clock + self.half, self.hop)

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        cdef int ear, k
        cdef double reference = self.end[REFERENCE]
        cdef float* rows[4]
        rows[0], rows[1], rows[2], rows[3] = lr, li, rr, ri
        self.shifter.analyse(lr, li, rr, ri)
        self._measure()
        if self.end[TUNING] != 0.0:
            reference = 440.0 * pow(2.0, atan2(self.sine, self.cosine) / (24.0 * M_PI))
        memset(&self.out[0, 0], 0, 4 * (self.half + 1) * sizeof(float))
        self.shifter.sing(
            self.end[TARGET] / reference, 1.0, 1.0, self.rotation, self.page, lr, li, rr, ri, self.out,
            True,
        )
        self.page = 1 - self.page
        for ear in range(4):
            for k in range(self.half + 1):
                rows[ear][k] = self.out[ear, k]

    cdef void _measure(self) noexcept nogil:
        # Each partial from 200 to 2000 Hz says how far it lies from the nearest key, as a direction on a
        # circle of one semitone; loud ones louder, and half of it all is forgotten every five seconds.
        cdef int j
        cdef double hz, angle, weight, keep = exp(-0.1386 * self.hop / self.rate_hz)
        self.cosine *= keep
        self.sine *= keep
        for j in range(self.shifter.peaks):
            hz = self.shifter.turn[j] * self.rate_hz
            if 200.0 < hz < 2000.0:
                angle = 24.0 * M_PI * log2(hz / 440.0)
                weight = sqrt(self.shifter.power[2 + self.shifter.peak[j]])
                self.cosine += weight * cos(angle)
                self.sine += weight * sin(angle)

    cdef void clear(self) noexcept nogil:
        self.wipe()
        self.page = 0
        self.cosine = self.sine = 0.0
        self.shifter.wipe()
        memset(&self.rotation[0, 0], 0, 2 * (self.half + 1) * sizeof(float))
