# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Weather: rain on leaves, waves on a beach, wind around a house.

Rain: a bed of pink noise and single drops, each a short tone of its own, falling at random. Ocean: two trains
of waves, pink noise that opens as it rises and hisses away, no two alike. Wind: white noise through a
resonance for each ear that wanders with the gusts.
Source: A. Farnell, Designing Sound (MIT Press, 2010), chapters on rain, ocean and wind; own proportions.
"""

from libc.math cimport M_PI, cos, exp, exp2, fabs, floor, log, pow, sin, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from cext._types cimport RAMP, TICK, scatter
from cext.effects.filters.swept cimport Svf, svf_aim, svf_lowpass
from cext.voices.noises cimport design_pink, pink, spray
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport ring, tune

from cext.parameters import Parameter

_LEVEL = Parameter("level", "", 0.0, 1.0, 0.5)


cdef inline double _chance(uint64_t n) noexcept nogil:
    # 0 <= chance < 1.
    return <double> <int64_t> (scatter(n) >> 11) * (1.0 / 9007199254740992.0)


cdef inline double _wander(uint64_t key, double time) noexcept nogil:
    # A random curve through one point a unit of time, 0..1, smooth at the points.
    cdef double whole = floor(time), share = time - whole
    cdef uint64_t n = key + <uint64_t> <int64_t> whole
    share = share * share * (3.0 - 2.0 * share)
    return _chance(n) + share * (_chance(n + 1) - _chance(n))


cdef class Rain(Ticked):
    """Rain on leaves, from a few drops to a downpour."""

    PARAMETERS = (
        _LEVEL,
        Parameter("drops_hz", "a second", 0.5, 300.0, 40.0, "log"),
        Parameter("bed", "", 0.0, 1.0, 0.5),
        Parameter("brightness", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        design_pink(&self.bed, 200.0, 0.12, rate_hz)

    cdef void clear(self) noexcept nogil:
        memset(self.drops, 0, sizeof(self.drops))
        memset(self.bed.state, 0, sizeof(self.bed.state))
        memset(self.bed.last, 0, sizeof(self.bed.last))
        self.fallen = 0
        self.wait = 0.0

    cdef void _fall(self) noexcept nogil:
        # A new drop takes the place of the oldest; its tone begins with this tick.
        cdef Drop* drop = &self.drops[self.fallen % DROPS]
        cdef uint64_t n = scatter(self.key + self.fallen)
        cdef double hz = 900.0 * exp2((1.5 + 2.0 * self.end[3]) * _chance(n)), cycles, keep, loud, side
        cycles = min(hz * self.per_frame, 0.4)
        keep = exp(-6.907755278982137 * self.per_frame / (0.012 + 0.05 * _chance(n + 1)))
        tune(&drop.tone, cycles, keep)
        drop.turn_cosine = pow(keep, TICK) * cos(2.0 * M_PI * cycles * TICK)
        drop.turn_sine = pow(keep, TICK) * sin(2.0 * M_PI * cycles * TICK)
        loud = _chance(n + 2)
        drop.sine = 0.0
        drop.cosine = 0.05 + 0.45 * loud * loud * loud
        side = _chance(n + 3)
        drop.left = <float> sqrt(1.0 - side)
        drop.right = <float> sqrt(side)
        self.fallen += 1

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, k
        cdef double samples[TICK]
        cdef double sine
        cdef Drop* drop
        cdef float bed
        while self.wait < TICK:
            self._fall()
            self.wait -= log(1.0 - _chance(self.key + 7 * self.fallen + 3)) * self.rate_hz / self.end[1]
        self.wait -= TICK
        spray(self.key + self.tick, 1.0, left, right)
        pink(&self.bed, left, right)
        for j in range(TICK):
            bed = <float> self.begin[2] + <float> self.step[2] * RAMP[j]
            left[j] *= bed
            right[j] *= bed
        for k in range(DROPS):
            drop = &self.drops[k]
            if fabs(drop.sine) + fabs(drop.cosine) < 1e-6:
                continue
            ring(&drop.tone, drop.sine, drop.cosine, samples)
            for j in range(TICK):
                left[j] += drop.left * <float> samples[j]
                right[j] += drop.right * <float> samples[j]
            sine = drop.sine
            drop.sine = sine * drop.turn_cosine + drop.cosine * drop.turn_sine
            drop.cosine = drop.cosine * drop.turn_cosine - sine * drop.turn_sine


cdef class Ocean(Ticked):
    """Waves that roll in, break and draw back."""

    PARAMETERS = (
        _LEVEL,
        Parameter("period_s", "s", 3.0, 30.0, 9.0, "log"),
        Parameter("surf", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, *, uint64_t seed=1, **values):
        super().__init__(rate_hz, seed=seed, **values)
        design_pink(&self.water, 30.0, 0.5, rate_hz)

    cdef void clear(self) noexcept nogil:
        self.phase[0] = 0.3
        self.phase[1] = 0.85
        self.waves[0] = 0
        self.waves[1] = <uint64_t> 1 << 32
        self.is_fresh = True
        self.filter.corner_hz = 0.0
        memset(self.state, 0, sizeof(self.state))
        memset(self.water.state, 0, sizeof(self.water.state))
        memset(self.water.last, 0, sizeof(self.water.last))

    cdef double _roll(self, int side) noexcept nogil:
        # How high this train of waves stands after the tick: a slow rise, a faster fall, no two alike.
        cdef double size = _chance(self.key + self.waves[side]), phase, rise
        self.phase[side] += TICK * self.per_frame / (self.end[1] * (0.8 + 0.4 * size))
        if self.phase[side] >= 1.0:
            self.phase[side] -= 1.0
            self.waves[side] += 1
            size = _chance(self.key + self.waves[side])
        phase = self.phase[side]
        rise = phase / 0.6 if phase < 0.6 else (1.0 - phase) / 0.4
        rise = rise * rise * (3.0 - 2.0 * rise)
        # The size only shows where the wave is high: between two waves all are flat, so nothing jumps.
        return rise * (0.6 + 0.4 * size)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j
        cdef double before_left = self.height[0], before_right = self.height[1], mean
        cdef float gain_left, gain_right, step_left, step_right
        self.rest()
        if self.is_fresh:
            before_left = self.height[0]
            before_right = self.height[1]
        self.is_fresh = False
        mean = 0.5 * (self.height[0] + self.height[1])
        svf_aim(&self.filter, 250.0 * exp2((3.0 + 2.0 * self.end[2]) * mean), 1.3, self.rate_hz)
        spray(self.key + self.tick, 1.0, left, right)
        pink(&self.water, left, right)
        svf_lowpass(&self.filter, self.state, left, right, 0, TICK)
        gain_left = <float> (0.15 + 0.7 * before_left + 0.3 * before_right)
        gain_right = <float> (0.15 + 0.3 * before_left + 0.7 * before_right)
        step_left = <float> ((0.15 + 0.7 * self.height[0] + 0.3 * self.height[1] - gain_left) / TICK)
        step_right = <float> ((0.15 + 0.3 * self.height[0] + 0.7 * self.height[1] - gain_right) / TICK)
        for j in range(TICK):
            left[j] *= gain_left + step_left * RAMP[j]
            right[j] *= gain_right + step_right * RAMP[j]

    cdef void rest(self) noexcept nogil:
        self.height[0] = self._roll(0)
        self.height[1] = self._roll(1)


cdef class Wind(Ticked):
    """Wind around a house, from a breath to a howl."""

    PARAMETERS = (
        _LEVEL,
        Parameter("gusts", "", 0.0, 1.0, 0.6),
        Parameter("pitch_hz", "Hz", 100.0, 1_500.0, 400.0, "log"),
        Parameter("whistle", "", 0.0, 1.0, 0.4),
    )

    cdef void clear(self) noexcept nogil:
        self.time = 0.0
        self.is_fresh = True
        self.filter[0].corner_hz = self.filter[1].corner_hz = 0.0
        memset(self.state, 0, sizeof(self.state))

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef double before_left = self.gust[0], before_right = self.gust[1]
        self.rest()
        if self.is_fresh:
            before_left = self.gust[0]
            before_right = self.gust[1]
        self.is_fresh = False
        spray(self.key + self.tick, 1.0, left, right)
        self._blow(0, left, before_left)
        self._blow(1, right, before_right)

    cdef void _blow(self, int side, float* ear, double before) noexcept nogil:
        # White noise through a resonance that follows the gust.
        cdef double k = 1.2 * exp2(-4.0 * self.end[3])
        cdef double corner = self.end[2] * exp2(2.0 * self.end[1] * (self.gust[side] - 0.5))
        cdef Svf* filter = &self.filter[side]
        cdef double l1 = self.state[side][0], l2 = self.state[side][1], x1, x2, x3, a1, a2, a3, gain, step
        cdef int j
        svf_aim(filter, corner, k, self.rate_hz)
        # The narrower the band, the less of the noise is left in it; the square root makes that good.
        gain = 1.4 * sqrt(k * 400.0 / self.end[2]) * (1.0 - self.end[1] * (1.0 - before))
        step = 1.4 * sqrt(k * 400.0 / self.end[2]) * self.end[1] * (self.gust[side] - before) / TICK
        for j in range(TICK):
            a1 = filter.begin[0] + filter.step[0] * j
            a2 = filter.begin[1] + filter.step[1] * j
            a3 = filter.begin[2] + filter.step[2] * j
            x3 = ear[j] - l2
            x1 = a1 * l1 + a2 * x3
            x2 = l2 + a2 * l1 + a3 * x3
            l1 = 2.0 * x1 - l1
            l2 = 2.0 * x2 - l2
            ear[j] = <float> (x1 * (gain + step * j))
        self.state[side][0] = l1
        self.state[side][1] = l2

    cdef void rest(self) noexcept nogil:
        # A slow swell and a quicker flutter, each ear a little later than the other.
        cdef int side
        self.time += TICK * self.per_frame / 3.0
        for side in range(2):
            self.gust[side] = 0.7 * _wander(self.key, self.time - 0.3 * side)
            self.gust[side] += 0.3 * _wander(self.key + 1_000_003, 4.3 * self.time - 0.3 * side)
