# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A loop that is played in, played back and sung over, exact to the frame.

`record` begins a new loop and `play` or `overdub` closes it: its length is what was played. Without a
recording the loop is `length_s` long, and overdub lays sound on sound (as R. Fripp and B. Eno did with two
tape machines in 1973). Every change of the switch fades for one tick of 64 frames: no click, no gap.
"""

import numpy as np

from libc.string cimport memset

from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    MODE, LENGTH, FEEDBACK, LEVEL
cdef enum:
    STOP, RECORD, PLAY, OVERDUB

_LONGEST_S = 30.0


cdef class Looper(Effect):
    """Records what you play and repeats it while you play on."""

    SOURCE = "sample-exact record and overdub; sound on sound"
    NEUTRAL = {"level": 0.0}
    ROUND_S = 1.6
    PARAMETERS = (
        switch("mode", "stop", "record", "play", "overdub", default=3),
        Parameter("length_s", "s", 0.05, _LONGEST_S, 0.5, "log"),
        Parameter("feedback", "", 0.0, 1.0, 0.7),
        Parameter("level", "", 0.0, 1.0, 0.8),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.memory = np.zeros((2, int(_LONGEST_S * rate_hz) + 2 * TICK), dtype=np.float32)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int asked = <int> self.end[MODE]
        if asked != self.asked:
            if asked == RECORD:
                self.length = self.place = 0
                self.is_recorded = False
            elif self.mode == RECORD:
                self._close()
            elif self.mode == STOP:
                self.place = 0
            self.asked = self.mode = asked
        if self.mode == RECORD and self.place + TICK > self.memory.shape[1]:
            # Thirty seconds are full: what comes now is laid over their beginning.
            self._close()
            self.mode = OVERDUB
        if not self.is_recorded and self.mode != RECORD:
            self.length = <int> (self.end[LENGTH] * self.rate_hz + 0.5)
            self.place %= self.length
        self.into = self.into_end
        self.out = self.out_end
        self.stays = self.stays_end
        self.into_end = 1.0 if self.mode == RECORD or self.mode == OVERDUB else 0.0
        self.out_end = <float> self.end[LEVEL] if self.mode == PLAY or self.mode == OVERDUB else 0.0
        self.stays_end = <float> self.end[FEEDBACK] if self.mode == OVERDUB else 1.0

    cdef void _close(self) noexcept nogil:
        self.length = self.place
        self.is_recorded = self.length > 0
        self.place = 0

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int part
        if self.mode == STOP and self.into == 0.0 and self.out == 0.0:
            return
        while frames > 0:
            part = frames if self.mode == RECORD else min(frames, self.length - self.place)
            self._turn(left, right, first, part)
            self.place += part
            if self.place > self.used:
                self.used = self.place
            if self.mode != RECORD and self.place == self.length:
                self.place = 0
            left += part
            right += part
            first += part
            frames -= part

    cdef void _turn(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, j
        cdef float place, x, old
        cdef float into_step = (self.into_end - self.into) / TICK
        cdef float out_step = (self.out_end - self.out) / TICK
        cdef float stays_step = (self.stays_end - self.stays) / TICK
        cdef bint is_new = self.mode == RECORD
        cdef float* sound
        cdef float* loop
        for ear in range(2):
            sound = right if ear else left
            loop = &self.memory[ear, self.place]
            for j in range(frames):
                place = RAMP[first + j]
                x = sound[j]
                old = <float> 0.0 if is_new else loop[j]
                sound[j] = x + (self.out + out_step * place) * old
                x = (self.stays + stays_step * place) * old + (self.into + into_step * place) * x
                loop[j] = min(max(x, <float> -16.0), <float> 16.0)

    cdef void clear(self) noexcept nogil:
        cdef int ear
        for ear in range(2):
            memset(&self.memory[ear, 0], 0, self.used * sizeof(float))
        self.length = self.place = self.used = 0
        self.is_recorded = False
        self.mode = self.asked = STOP
        self.into = self.into_end = 0.0
        self.out = self.out_end = 0.0
        self.stays = self.stays_end = 1.0
