# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A voice that always makes whole ticks of 64 frames and hands them out as they are asked for.

Every loop inside a voice therefore has the same length whatever the caller's block, so that vector
instructions and fused multiply-adds can never make one block size sound a bit different from another. The
level is turned here, once for all voices, evenly from sample to sample.
"""

from libc.stdint cimport uint64_t

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, scatter
from cext.parts cimport Voice

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_mix(float*, const float*, const float*, float, float, int);
    """

cdef enum:
    LEVEL


cdef void _mix "echoel_mix"(
    float* ear, const float* made, const float* ramp, float gain, float step, int frames
) noexcept nogil:
    cdef int j
    if step == 0.0:
        for j in range(frames):
            ear[j] += made[j] * gain
        return
    for j in range(frames):
        ear[j] += made[j] * (gain + step * ramp[j])


cdef class Ticked(Voice):
    """A voice whose first parameter is its level; `seed` chooses its chance and its starting places."""

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, **values)
        self.per_frame = 1.0 / rate_hz
        self.key = scatter(seed * 2 + 1)
        self.clear()

    def reset(self):
        """Begin again: the next frame is the first, every parameter where it was last sent."""
        cdef int i
        for i in range(self.count):
            self.snap(i, self.goal[i])
        self.offset = 0
        self.tick = 0
        self.clear()

    cdef void run(self, float* left, float* right, int frames) noexcept nogil:
        cdef int done = 0, part
        cdef float gain, step
        cdef const float* ramp = &RAMP[0]
        cdef float* made_left = &self.made[0]
        cdef float* made_right = &self.made[TICK]
        while done < frames:
            if self.offset == 0:
                self.next_tick()
                self.is_silent = self.begin[LEVEL] == 0.0 and self.end[LEVEL] == 0.0
                if self.is_silent:
                    self.rest()
                else:
                    self.sound(made_left, made_right)
                self.tick += 1
            part = min(TICK - self.offset, frames - done)
            if not self.is_silent:
                gain = <float> self.begin[LEVEL]
                step = <float> self.step[LEVEL]
                _mix(left + done, made_left + self.offset, ramp + self.offset, gain, step, part)
                _mix(right + done, made_right + self.offset, ramp + self.offset, gain, step, part)
            self.offset = (self.offset + part) % TICK
            done += part

    cdef void sound(self, float* left, float* right) noexcept nogil:
        # Write one tick at full level.
        pass

    cdef void rest(self) noexcept nogil:
        # A silent tick: move on whatever has to keep its place while nobody hears it.
        pass

    cdef void clear(self) noexcept nogil:
        # To the first frame.
        pass
