# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What plays a recording: round and round without a seam, or torn into grains.

Both take `sound`, float32 of shape (frames,) or (2, frames), and `sound_rate_hz` (our own unless it is said)
when they are made, and keep a copy. Between two frames they read a third-order Hermite curve; at speed 1 and
equal rates every sample comes out as it went in.
Source: C. Roads, Microsound (MIT Press, 2001), for the grains.
"""

import numpy as np

from libc.math cimport exp2, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from cext._types cimport TICK, clamp, scatter, sine_of
from cext.voices.ticked cimport Ticked

from cext.parameters import Parameter

cdef enum:
    SPEED = 1
    START = 2
    END = 3
    FADE = 4
    POSITION = 1
    SPRAY = 2
    GRAIN = 3
    DENSITY = 4
    PITCH = 5
    WIDTH = 6

_LEVEL = Parameter("level", "", 0.0, 1.0, 0.5)


cdef inline double _between(const float* row, double place) noexcept nogil:
    # The curve at a place; row begins one frame before the sound.
    cdef long whole = <long> place
    cdef double share = place - whole
    cdef double a = row[whole], b = row[whole + 1], c = row[whole + 2], d = row[whole + 3]
    return b + share * (0.5 * (c - a) + share * (
        a - 2.5 * b + 2.0 * c - 0.5 * d + share * (1.5 * (b - c) + 0.5 * (d - a))))


cdef inline double _chance(uint64_t n) noexcept nogil:
    return <double> <int64_t> (scatter(n) >> 11) * (1.0 / 9007199254740992.0)


cdef class Player(Ticked):
    """A voice that has a recording."""

    def __init__(
        self, double rate_hz=48_000.0, *, sound=None, sound_rate_hz=None, uint64_t seed=1, **values
    ):
        if sound is None:
            raise ValueError("a player needs something to play; give sound=, float32 of shape (2, frames)")
        given = np.atleast_2d(np.asarray(sound, dtype=np.float32))
        if given.ndim != 2 or given.shape[0] > 2 or given.shape[1] < 4:
            raise ValueError(f"a sound has shape (2, frames), 4 frames or more, not {given.shape}")
        if not np.isfinite(given).all():
            raise ValueError("the sound holds NaN or infinity; replace them by 0 first")
        own = rate_hz if sound_rate_hz is None else float(sound_rate_hz)
        if not 1_000.0 <= own <= 768_000.0:
            raise ValueError(f"sound_rate_hz = {own:g} is outside 1000 to 768000 Hz")
        both = np.broadcast_to(given, (2, given.shape[1]))
        self.held = np.ascontiguousarray(np.pad(both, ((0, 0), (1, 3)), mode="edge"))
        self.frames = given.shape[1]
        self.ratio = own / rate_hz
        super().__init__(rate_hz, seed=seed, **values)


cdef class Loop(Player):
    """A recording that goes round and round without a seam."""

    PARAMETERS = (
        _LEVEL,
        Parameter("speed", "times", 0.25, 4.0, 1.0, "log"),
        Parameter("start", "of the sound", 0.0, 1.0, 0.0),
        Parameter("end", "of the sound", 0.0, 1.0, 1.0),
        Parameter("crossfade_ms", "ms", 0.0, 2_000.0, 20.0),
    )

    cdef void clear(self) noexcept nogil:
        self.place = -1.0

    cdef void _read(self, double place, double* left, double* right) noexcept nogil:
        place = clamp(place, 0.0, self.frames - 1.0)
        left[0] = _between(&self.held[0, 0], place)
        right[0] = _between(&self.held[1, 0], place)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j
        cdef double start = self.end[START] * self.frames, end = self.end[END] * self.frames
        cdef double fade, a, b, c, d, share
        if end < start + 4.0:
            # Turned round or on top of each other: at least four frames from the start, or the last four.
            start = min(start, self.frames - 4.0)
            end = start + 4.0
        # The end fades into the beginning, so the beginning of the next round is already over.
        fade = min(self.end[FADE] * 0.001 * self.rate_hz * self.ratio, 0.5 * (end - start))
        if self.place < 0.0:
            self.place = start
        for j in range(TICK):
            if self.place < start or self.place >= end:
                self.place = start + fade
            self._read(self.place, &a, &b)
            if self.place > end - fade:
                share = (self.place - end + fade) / fade
                # Half a wave from 0 to 1; both together are always 1.
                share = 0.5 + 0.5 * sine_of(<uint64_t> <int64_t> ((share - 0.5) * 9.223372036854775e18))
                self._read(start + self.place - end + fade, &c, &d)
                a += share * (c - a)
                b += share * (d - b)
            left[j] = <float> a
            right[j] = <float> b
            self.place += self.ratio * (self.begin[SPEED] + self.step[SPEED] * j)
            if self.place >= end:
                self.place += start + fade - end


cdef class Granular(Player):
    """A recording torn into grains and scattered around one place of it."""

    PARAMETERS = (
        _LEVEL,
        Parameter("position", "of the sound", 0.0, 1.0, 0.5),
        Parameter("spray", "of the sound", 0.0, 1.0, 0.1),
        Parameter("grain_ms", "ms", 5.0, 1_000.0, 120.0, "log"),
        Parameter("density_hz", "a second", 0.5, 200.0, 25.0, "log"),
        Parameter("pitch", "semitones", -24.0, 24.0, 0.0),
        Parameter("width", "", 0.0, 1.0, 0.7),
    )

    cdef void clear(self) noexcept nogil:
        memset(self.grains, 0, sizeof(self.grains))
        self.born = 0
        self.wait = 0.0

    cdef void _sow(self, long at) noexcept nogil:
        # The newest grain takes the place of the oldest.
        cdef Grain* grain = &self.grains[self.born % GRAINS]
        cdef uint64_t n = scatter(self.key + self.born)
        cdef double grain_s = 0.001 * self.end[GRAIN], span, side, loud
        grain.speed = self.ratio * exp2(self.end[PITCH] / 12.0)
        grain.length = max(<long> (grain_s * self.rate_hz), 8)
        span = grain.length * grain.speed
        grain.place = (self.end[POSITION] + self.end[SPRAY] * (_chance(n) - 0.5)) * self.frames - 0.5 * span
        grain.place = clamp(grain.place, 0.0, max(0.0, self.frames - 1.0 - span))
        grain.age = -at
        side = 0.5 + self.end[WIDTH] * (_chance(n + 1) - 0.5)
        loud = 1.0 / sqrt(max(1.0, 0.5 * grain_s * self.end[DENSITY]))
        grain.left = <float> (loud * sqrt(2.0 * (1.0 - side)))
        grain.right = <float> (loud * sqrt(2.0 * side))
        self.born += 1

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, k
        cdef Grain* grain
        cdef double place, window
        memset(left, 0, TICK * sizeof(float))
        memset(right, 0, TICK * sizeof(float))
        while self.wait < TICK:
            self._sow(<long> self.wait)
            self.wait += self.rate_hz / self.end[DENSITY] * (0.5 + _chance(self.key + 7 * self.born + 5))
        self.wait -= TICK
        for k in range(GRAINS):
            grain = &self.grains[k]
            if grain.age >= grain.length:
                continue
            for j in range(TICK):
                if 0 <= grain.age < grain.length:
                    place = min(grain.place, self.frames - 1.0)
                    window = sine_of(<uint64_t> (9.223372036854775e18 * (<double> grain.age / grain.length)))
                    window *= window
                    left[j] += grain.left * <float> (window * _between(&self.held[0, 0], place))
                    right[j] += grain.right * <float> (window * _between(&self.held[1, 0], place))
                    grain.place += grain.speed
                grain.age += 1
