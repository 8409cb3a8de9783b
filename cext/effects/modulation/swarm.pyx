# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Read heads that sway over one delay line: what chorus, ensemble, flanger and doubler have in common.

Each ear has a line and up to four heads with a way and a gain of their own; their sum is what is heard and,
by the feedback, what goes round. Source: J. Dattorro, JAES 45 (1997) 764.
"""

import numpy as np

from libc.string cimport memset

from cext._types cimport RAMP, TICK
from cext.effects.delays._line cimport MIRROR, blend, feed, line_keep, line_read, line_size
from cext.parts cimport Effect


cdef class Swarm(Effect):
    """An effect made of swaying read heads; says nothing of how they sway."""

    cdef int room(self, double longest_ms) except -1:
        size = line_size(longest_ms * self.rate_hz / 1000.0)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        return 0

    cdef void loud(self, int head, double left, double right) noexcept nogil:
        # How loud a head will be in each ear at the end of the tick; before the sound began, at once.
        cdef int ear
        cdef double wanted
        for ear in range(2):
            wanted = right if ear else left
            if self.is_fresh:
                self.gain_end[ear][head] = wanted
            self.gain[ear][head] = <float> self.gain_end[ear][head]
            self.gain_step[ear][head] = <float> ((wanted - self.gain_end[ear][head]) / TICK)
            self.gain_end[ear][head] = wanted

    cdef void swarm(
        self, float* left, float* right, int first, int frames, int feedback, int mix
    ) noexcept nogil:
        # feedback, mix: the rows of these two parameters.
        cdef int ear, head, part, most = TICK
        cdef float heard[2][TICK + 8]
        cdef float kept[2][TICK]
        cdef float back = <float> self.begin[feedback], back_step = <float> self.step[feedback]
        for head in range(self.heads):
            most = min(most, min(self.head[0][head].way.least, self.head[1][head].way.least) - 2)
        while frames > 0:
            # A head may come nearer than a tick: then only so much at once as it does not yet need.
            part = min(frames, max(most, 1))
            for ear in range(2):
                memset(heard[ear], 0, sizeof(heard[ear]))
                for head in range(self.heads):
                    if self.gain[ear][head] != 0.0 or self.gain_step[ear][head] != 0.0:
                        line_read(
                            heard[ear], &self.memory[ear, 0], self.mask, self.clock,
                            &self.head[ear][head].way,
                            self.gain[ear][head], self.gain_step[ear][head], first, part,
                        )
                feed(kept[ear], right if ear else left, heard[ear], RAMP + first, back, back_step, part)
                line_keep(&self.memory[ear, 0], self.mask, self.clock, kept[ear], part)
            blend(left, right, heard[0], heard[1], RAMP + first, <float> (1.0 - self.begin[mix]),
                  -<float> self.step[mix], <float> self.begin[mix], <float> self.step[mix], part)
            self.clock += part
            left += part
            right += part
            first += part
            frames -= part

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 2 * self.memory.shape[1] * sizeof(float))
        self.clock = 0
        self.is_fresh = True
