# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The first reflections of a box-shaped room, worked out from its size.

Each wall is a mirror: a reflection is an image of the source behind it, as far away as the way of the sound
is long. Images of up to three reflections, 62 of them, are heard by two microphones 35 cm apart; as in the
paper each is rounded to a frame. The direct sound is the dry one, and all times are counted from it.
Source: J. B. Allen et al., Image method for efficiently simulating small-room acoustics, JASA 65 (1979) 943.
"""

from libc.math cimport sqrt
from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport RAMP, TICK
from cext.effects.reverbs._lines cimport MIRROR, line_echoes, line_write
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef enum:
    MIX, LENGTH, WIDTH, HEIGHT, ABSORPTION
    ORDERS = 3

cdef double _SOUND_M_S = 343.0
cdef double _PAIR_M = 0.35
# Where the two stand, as shares of length, width and height: off the middle, so that images do not coincide.
cdef double[3] SOURCE_AT = [0.31, 0.42, 0.47]
cdef double[3] LISTENER_AT = [0.66, 0.55, 0.39]


cdef class EarlyReflections(Tail):
    """The walls nearby: a dozen quick echoes that tell the ear how big a room is."""

    SOURCE = "J. B. Allen et al., JASA 65 (1979) 943: image method"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.4),
        Parameter("length_m", "m", 2.0, 60.0, 14.0, "log"),
        Parameter("width_m", "m", 2.0, 60.0, 9.0, "log"),
        Parameter("height_m", "m", 2.0, 30.0, 5.0, "log"),
        Parameter("absorption", "", 0.0, 1.0, 0.25),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int i = 0, a, b, c
        # The farthest image is three times the longest side and a bit away.
        size = 1 << int(4.0 * 60.0 / _SOUND_M_S * rate_hz + 2 * TICK).bit_length()
        self.memory = np.zeros(size + MIRROR, dtype=np.float32)
        self.mask = size - 1
        for a in range(-ORDERS, ORDERS + 1):
            for b in range(-ORDERS, ORDERS + 1):
                for c in range(-ORDERS, ORDERS + 1):
                    if 0 < abs(a) + abs(b) + abs(c) <= ORDERS:
                        self.image[i][0], self.image[i][1], self.image[i][2] = a, b, c
                        i += 1
        self.clear()

    cdef void turn(self) noexcept nogil:
        cdef int i
        self.has_moved = False
        for i in range(4):
            if self.is_fresh or self.end[LENGTH + i] != self.known[i]:
                self.known[i] = self.end[LENGTH + i]
                self.has_moved = True
        if self.has_moved:
            memcpy(self.delay_before, self.delay, sizeof(self.delay))
            memcpy(self.gain_before, self.gain, sizeof(self.gain))
            self._place()
        if self.is_fresh:
            self.has_moved = False

    cdef void _place(self) noexcept nogil:
        cdef int ear, i, side, met, _round
        cdef double direct = 0.0, way, apart, gain, wall = sqrt(1.0 - self.known[3])
        for side in range(3):
            apart = (SOURCE_AT[side] - LISTENER_AT[side]) * self.known[side]
            direct += apart * apart
        direct = sqrt(direct)
        for ear in range(2):
            for i in range(IMAGES):
                way = 0.0
                gain = 1.0
                for side in range(3):
                    met = self.image[i][side]
                    apart = met + (1.0 - SOURCE_AT[side] if met & 1 else SOURCE_AT[side]) - LISTENER_AT[side]
                    apart *= self.known[side]
                    if side == 1:
                        # The pair stands across the room.
                        apart += _PAIR_M * (ear - 0.5)
                    way += apart * apart
                    for _round in range(abs(met)):
                        gain *= wall
                way = sqrt(way)
                self.gain[ear][i] = <float> (gain * direct / way)
                self.delay[ear][i] = <int> ((way - direct) / _SOUND_M_S * self.rate_hz + 0.5)
                if self.delay[ear][i] < TICK:
                    # What comes within a tick of the direct sound comes a tick after it.
                    self.delay[ear][i] = TICK

    cdef void ring(self) noexcept nogil:
        cdef int ear, j
        cdef float[TICK] mono
        cdef float[TICK] before
        for j in range(TICK):
            mono[j] = <float> 0.5 * (self.heard[0][j] + self.heard[1][j])
        line_write(&self.memory[0], self.mask, self.clock, mono)
        memset(self.wet, 0, sizeof(self.wet))
        for ear in range(2):
            line_echoes(&self.memory[0], self.mask, self.clock + TICK, self.delay[ear], self.gain[ear],
                        IMAGES, self.wet[ear])
            if self.has_moved:
                memset(before, 0, sizeof(before))
                line_echoes(&self.memory[0], self.mask, self.clock + TICK, self.delay_before[ear],
                            self.gain_before[ear], IMAGES, before)
                for j in range(TICK):
                    self.wet[ear][j] += (1 - RAMP[j] / TICK) * (before[j] - self.wet[ear][j])

    cdef void hush(self) noexcept nogil:
        memset(&self.memory[0], 0, self.memory.shape[0] * sizeof(float))
