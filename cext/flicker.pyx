# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Counts how often light changes direction: three flashes, that is six changes, are allowed in any second.

As WCAG 2.3.1 counts, but already from 2 % of full brightness instead of 10 %, on each light and (from 1 %) on
their mean, so that four slow lights out of step cannot add up to a fast one.
"""

from libc.stdint cimport int64_t

from cext._types cimport TICK

cdef double _LIGHT_LEAST = 0.02
cdef double _MEAN_LEAST = 0.01


cdef class FlickerWatch:
    """Says when four lights together or apart move more than three times a second."""

    def __init__(self, double rate_hz=48_000.0):
        self.rate_hz = rate_hz

    def see(self, float[:, ::1] lanes not None, int64_t first_frame=0):
        """Whether anything in this block, shape (4, frames), float32, 0..1, is too fast."""
        if lanes.shape[0] != LIGHTS:
            raise ValueError(f"the watch takes {LIGHTS} lights, this block has {lanes.shape[0]}")
        cdef Py_ssize_t done = 0, part, frames = lanes.shape[1]
        cdef bint fast = False
        while done < frames:
            part = min(<Py_ssize_t> TICK, frames - done)
            fast |= self.look(&lanes[0, done], frames, <int> part, first_frame + done)
            done += part
        return bool(fast)

    cdef bint look(self, float* lanes, Py_ssize_t stride, int frames, int64_t frame) noexcept nogil:
        # One tick at most.
        cdef float mean[TICK]
        cdef int i, j
        cdef bint fast = False
        for j in range(frames):
            mean[j] = <float> 0.25 * (
                lanes[j] + lanes[stride + j] + lanes[2 * stride + j] + lanes[3 * stride + j]
            )
        for i in range(LIGHTS):
            fast |= self._moves_fast(i, lanes + i * stride, frames, _LIGHT_LEAST, frame)
        return fast | self._moves_fast(LIGHTS, mean, frames, _MEAN_LEAST, frame)

    cdef bint _moves_fast(
        self, int lane, float* values, int frames, double least, int64_t frame
    ) noexcept nogil:
        # The lowest and the highest of the tick, in the order in which they came: all that a judge of
        # changes below 375 Hz can see, and faster changes than that are a change at every tick.
        cdef int j
        cdef float low = values[0], high = values[0]
        for j in range(1, frames):
            low = values[j] if values[j] < low else low
            high = values[j] if values[j] > high else high
        if high - low < 0.5 * least:
            return self._turns(lane, values[frames - 1], least, frame)
        j = 0
        while values[j] != low and values[j] != high:
            j += 1
        if values[j] == low:
            return self._turns(lane, low, least, frame) | self._turns(lane, high, least, frame)
        return self._turns(lane, high, least, frame) | self._turns(lane, low, least, frame)

    cdef bint _turns(self, int lane, double value, double least, int64_t frame) noexcept nogil:
        # Follow the extremes; a change of direction by `least` is half a flash. True on the seventh in a
        # second.
        cdef int slot
        cdef bint fast
        if self.direction[lane] >= 0:
            if value >= self.extreme[lane] - least:
                if value > self.extreme[lane]:
                    self.extreme[lane] = value
                return False
            self.direction[lane] = -1
        else:
            if value <= self.extreme[lane] + least:
                if value < self.extreme[lane]:
                    self.extreme[lane] = value
                return False
            self.direction[lane] = 1
        self.extreme[lane] = value
        slot = <int> (self.turns[lane] % REVERSALS)
        fast = self.turns[lane] >= REVERSALS and frame - self.turned[lane][slot] < self.rate_hz
        self.turned[lane][slot] = frame
        self.turns[lane] += 1
        return fast
