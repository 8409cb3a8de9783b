# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What is struck, plucked or hit: when, and how hard.

The first stroke comes with the first frame. After that each change of `strike` to another value above 0 is
one stroke of that strength, and `pace_bpm` repeats it evenly, to the frame, on a 64-bit beat without drift.
"""

from libc.stdint cimport uint64_t

from cext._types cimport TICK, turn_of
from cext.voices.ticked cimport Ticked

from cext.parameters import Parameter

cdef enum:
    STRIKE = 1
    PACE = 2

STROKES = (
    Parameter("level", "", 0.0, 1.0, 0.5),
    Parameter("strike", "", 0.0, 1.0, 1.0),
    Parameter("pace_bpm", "a minute", 0.0, 600.0, 0.0),
)


cdef class Struck(Ticked):
    """A voice that sounds when it is struck."""

    PARAMETERS = STROKES

    def reset(self):
        """Begin again: the first stroke comes with the first frame."""
        super().reset()
        self.beat = self.strokes = 0
        self.known_strike = 0.0

    cdef int stroke(self) noexcept nogil:
        # The frame of this tick at which a stroke falls, or -1; its strength is then in `strength`.
        cdef uint64_t before = self.beat, turn
        cdef int at = -1
        if self.end[PACE] > 0.0:
            turn = turn_of(self.end[PACE] / 60.0 * self.per_frame)
            self.beat += turn * <uint64_t> TICK
            if self.beat < before:
                at = min(<int> (~before // turn), TICK - 1)
        if self.goal[STRIKE] != self.known_strike:
            self.known_strike = self.goal[STRIKE]
            at = 0
        self.strength = self.goal[STRIKE]
        if at >= 0 and self.strength > 0.0:
            self.strokes += 1
            return at
        return -1
