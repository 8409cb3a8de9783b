# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A rotating loudspeaker: a horn for the treble and a drum for the bass, each turning at its own pace.

A source on a circle comes nearer and goes away: its delay sways (Doppler), its loudness with it, and a horn
that faces away is duller. Two microphones hear each rotor from their own side; both rotors have mass and take
their time to a new speed, the drum longest. Crossover 800 Hz, two first-order low-passes and the matching
high-passes (Linkwitz and Riley's second order), which together pass every frequency alike. Source: J. Smith,
S. Serafin, J. Abel and D. Berners, DAFx-02 (2002).
"""

import numpy as np

from libc.math cimport M_PI, exp, tan
from libc.stdint cimport uint64_t
from libc.string cimport memset

from cext._types cimport RAMP, TICK, sine_of, turn_of
from cext.effects.delays._line cimport MIRROR, blend, course_fit, line_keep, line_read, line_size
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    SPEED, START, DOPPLER, TREMOLO, WIDTH, BALANCE, MIX

# Turns a second when stopped, slow and fast: horn and drum, which turn against each other.
cdef double[3] _HORN_HZ = [0.0, 0.83, 6.67]
cdef double[3] _DRUM_HZ = [0.0, -0.75, -5.83]
cdef double _SOUND_M_S = 343.0
cdef double _HORN_M = 0.19
cdef double _DRUM_M = 0.22
cdef double _LATE = 4.0            # frames before the nearest point, so that a cubic has its samples
_CROSSOVER_HZ = 800.0
_BEAM_HZ = 2_500.0                 # above it a horn throws its sound forward


cdef class RotarySpeaker(Effect):
    """The swirl of an organ's rotating loudspeaker, with rotors that take their time."""

    SOURCE = "J. Smith, S. Serafin, J. Abel and D. Berners, DAFx-02 (2002)"
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    PARAMETERS = (
        switch("speed", "stop", "slow", "fast", default=2),
        Parameter("start_s", "s", 0.1, 5.0, 0.9, "log"),
        Parameter("doppler", "", 0.0, 1.0, 1.0),
        Parameter("tremolo", "", 0.0, 1.0, 0.6),
        Parameter("width", "", 0.0, 1.0, 0.8),
        Parameter("balance", "drum to horn", 0.0, 1.0, 0.5),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size = line_size(0.003 * rate_hz + 16)
        self.memory = np.zeros((3, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.corner = tan(M_PI * _CROSSOVER_HZ / rate_hz)
        self.corner /= 1.0 + self.corner
        self.beam_corner = 1.0 - exp(-2.0 * M_PI * min(_BEAM_HZ / rate_hz, 0.45))
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int speed = <int> self.end[SPEED]
        if self.is_fresh:
            # Whatever is asked for, the rotors come from their slow turn: a start is heard as a start.
            self.rotor[0].speed_hz = _HORN_HZ[1]
            self.rotor[1].speed_hz = _DRUM_HZ[1]
        self._turn(0, _HORN_HZ[speed], self.end[START], _HORN_M)
        self._turn(1, _DRUM_HZ[speed], 4.0 * self.end[START], _DRUM_M)
        self.is_fresh = False

    cdef void _turn(self, int which, double target_hz, double start_s, double radius) noexcept nogil:
        # One tick of a rotor: where it will be, how far from each microphone, how loud and how bright.
        cdef Rotor* rotor = &self.rotor[which]
        cdef int ear
        cdef double reach = self.end[DOPPLER] * radius / _SOUND_M_S * self.rate_hz
        cdef double glide = TICK * self.step[DOPPLER] * radius / _SOUND_M_S * self.rate_hz
        cdef double swing = 0.5 * M_PI * TICK * self.step[WIDTH]         # of a microphone, radians a tick
        cdef double away, place, slope, full, dull, level
        cdef uint64_t side
        rotor.speed_hz += (target_hz - rotor.speed_hz) * (1.0 - exp(-TICK / (start_s * self.rate_hz)))
        place = TICK * rotor.speed_hz / self.rate_hz
        rotor.turn = 2.0 * M_PI * place
        rotor.phase += turn_of(place) if place >= 0.0 else <uint64_t> 0 - turn_of(-place)
        level = 2.0 * (self.end[BALANCE] if which == 0 else 1.0 - self.end[BALANCE])
        for ear in range(2):
            # The microphones stand up to a quarter of a turn to either side of the front.
            side = turn_of(0.2499999999 * self.end[WIDTH])
            side = rotor.phase + side if ear else rotor.phase - side
            away = 0.5 - 0.5 * sine_of(side + (<uint64_t> 1 << 62))       # 0 facing it, 1 turned away
            place = _LATE + 2.0 * reach * away
            slope = reach * sine_of(side) * (rotor.turn + (swing if ear else -swing)) + 2.0 * glide * away
            full = level * (1.0 - 0.5 * self.end[TREMOLO] * away)
            # What faces away loses its treble first: full * all - dull * treble.
            dull = full * 0.8 * self.end[TREMOLO] * away if which == 0 else 0.0
            if self.is_fresh:
                rotor.place[ear] = place
                rotor.slope[ear] = slope
                rotor.full_end[ear] = full
                rotor.dull_end[ear] = dull
            course_fit(&rotor.way[ear], rotor.place[ear], place, rotor.slope[ear], slope)
            rotor.place[ear] = place
            rotor.slope[ear] = slope
            rotor.full[ear] = <float> rotor.full_end[ear]
            rotor.full_step[ear] = <float> ((full - rotor.full_end[ear]) / TICK)
            rotor.dull[ear] = <float> -rotor.dull_end[ear]
            rotor.dull_step[ear] = <float> ((rotor.dull_end[ear] - dull) / TICK)
            rotor.full_end[ear] = full
            rotor.dull_end[ear] = dull

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, ear
        cdef float kept[3][TICK]
        cdef float heard[2][TICK + 8]
        cdef double x, low, lower, high, v, a = self.split[0], b = self.split[1], beam = self.beam
        cdef Rotor* horn = &self.rotor[0]
        cdef Rotor* drum = &self.rotor[1]
        for j in range(frames):
            x = 0.5 * (left[j] + right[j])
            v = (x - a) * self.corner
            low = a + v
            a = low + v
            v = (low - b) * self.corner
            lower = b + v
            b = lower + v
            # (x - low) filtered once more is x - 2 low + lower; upside down it adds up with the bass.
            high = 2.0 * low - x - lower
            beam += self.beam_corner * (high - beam)
            kept[0][j] = <float> high
            kept[1][j] = <float> (high - beam)
            kept[2][j] = <float> lower
        self.split[0] = a
        self.split[1] = b
        self.beam = beam
        for j in range(3):
            line_keep(&self.memory[j, 0], self.mask, self.clock, kept[j], frames)
        for ear in range(2):
            memset(heard[ear], 0, (TICK + 8) * sizeof(float))
            line_read(heard[ear], &self.memory[0, 0], self.mask, self.clock, &horn.way[ear],
                      horn.full[ear], horn.full_step[ear], first, frames)
            line_read(heard[ear], &self.memory[1, 0], self.mask, self.clock, &horn.way[ear],
                      horn.dull[ear], horn.dull_step[ear], first, frames)
            line_read(heard[ear], &self.memory[2, 0], self.mask, self.clock, &drum.way[ear],
                      drum.full[ear], drum.full_step[ear], first, frames)
        blend(left, right, heard[0], heard[1], RAMP + first, <float> (1.0 - self.begin[MIX]),
              -<float> self.step[MIX], <float> self.begin[MIX], <float> self.step[MIX], frames)
        self.clock += frames

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 3 * self.memory.shape[1] * sizeof(float))
        memset(self.rotor, 0, sizeof(self.rotor))
        self.split[0] = self.split[1] = self.beam = 0.0
        self.clock = 0
        self.is_fresh = True
