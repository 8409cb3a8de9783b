# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""What every room shares: it works a whole tick at a time, one tick ahead of the sound.

No way through a room is shorter than a tick, so what it says during a tick follows from what was heard before
it. All lines, dampers and matrices therefore run once a tick over 64 whole frames, eight to a register; while
the sound passes, only dry and wet are blended. That is why a room costs the same in blocks of 1 or of 1000,
gives the same bits, and adds no latency.
"""

from libc.math cimport sqrt
from libc.string cimport memcpy, memset

import numpy as np

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below
from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_room(
            float *sound, const float *room, const float *ramp, float dry, float dry_step,
            float wet, float wet_step, int frames) {
        for (int j = 0; j < frames; j++)
            sound[j] = (dry + dry_step * ramp[j]) * sound[j] + (wet + wet_step * ramp[j]) * room[j];
    }
    """
    void _room "echoel_room"(
        float* sound, const float* room, const float* ramp, float dry, float dry_step,
        float wet, float wet_step, int frames
    ) noexcept nogil

cdef enum:
    MIX = 0


cdef class Tail(Effect):
    """A room in the making; its first row is the mix, and it may have a row `predelay_ms`."""

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        names = [row.name for row in self.parameters]
        self.loudness = 1.0
        self.predelay = -1
        if "predelay_ms" in names:
            self.predelay = names.index("predelay_ms")
            longest = self.parameters[self.predelay].maximum * rate_hz / 1000 + 2 * TICK
            self.past = np.zeros((2, 1 << int(longest).bit_length()), dtype=np.float32)
            self.past_mask = self.past.shape[1] - 1

    cdef void prepare(self) noexcept nogil:
        if self.is_asleep and self.end[self.bypass] == 1.0:
            return
        cdef double dry = self.dry_end, wet = self.wet_end
        self.turn()
        # Equal power: the room is not correlated with the dry sound.
        self.dry_end = sqrt(1.0 - self.end[MIX])
        self.wet_end = sqrt(self.end[MIX]) * self.loudness
        if self.is_fresh:
            dry = self.dry_end
            wet = self.wet_end
        self.dry = <float> dry
        self.share = <float> wet
        self.dry_step = <float> ((self.dry_end - dry) / TICK)
        self.share_step = <float> ((self.wet_end - wet) / TICK)
        memcpy(self.heard, self.coming, sizeof(self.heard))
        if self.predelay >= 0:
            self._hold_back()
        self.ring()
        self.clock += TICK
        self.is_fresh = False

    cdef void _hold_back(self) noexcept nogil:
        # A knob on the move cross-fades from tick to tick, so that nothing is shifted in pitch.
        cdef int ear, j
        cdef int64_t place = self.clock & self.past_mask, before = self.wait
        self.wait = <int64_t> (self.end[self.predelay] * self.rate_hz / 1000.0 + 0.5)
        if self.is_fresh:
            before = self.wait
        for ear in range(2):
            memcpy(&self.past[ear, place], self.heard[ear], sizeof(self.heard[ear]))
            if self.wait == 0 and before == 0:
                continue
            for j in range(TICK):
                self.heard[ear][j] = self.past[ear, (self.clock + j - self.wait) & self.past_mask]
            if before != self.wait:
                for j in range(TICK):
                    self.heard[ear][j] += (1 - RAMP[j] / TICK) * (
                        self.past[ear, (self.clock + j - before) & self.past_mask] - self.heard[ear][j])

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        memcpy(&self.coming[0][first], left, frames * sizeof(float))
        memcpy(&self.coming[1][first], right, frames * sizeof(float))
        self.near(first, frames)
        _room(left, &self.wet[0][first], RAMP + first,
              self.dry, self.dry_step, self.share, self.share_step, frames)
        _room(right, &self.wet[1][first], RAMP + first,
              self.dry, self.dry_step, self.share, self.share_step, frames)

    cdef void clear(self) noexcept nogil:
        memset(self.coming, 0, sizeof(self.coming))
        memset(self.wet, 0, sizeof(self.wet))
        self.is_fresh = True
        self.clock = 0
        if self.predelay >= 0:
            memset(&self.past[0, 0], 0, 2 * self.past.shape[1] * sizeof(float))
        self.hush()

    cdef void turn(self) noexcept nogil:
        pass

    cdef void ring(self) noexcept nogil:
        pass

    cdef void near(self, int first, int frames) noexcept nogil:
        pass

    cdef void hush(self) noexcept nogil:
        pass
