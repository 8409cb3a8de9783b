# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What every dynamics effect is made of: a level, a curve over it, attack and release, and the gain.

Three passes over a tick: level and curve (eight frames at once), attack and release (a chain, but one that
can be cut in eight), gain (eight at once). The detector is the smooth decoupled one in the log domain: a peak
holder that falls with the release, smoothed by the attack. `release_ms` is the time of the two together, so
that both knobs mean what they say: 63 % of the way.
Source: D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399.
"""

from libc.math cimport M_SQRT1_2 as SQRT1_2, exp, fabs
from libc.string cimport memcpy

from cext._types cimport RAMP, TICK
from cext.effects.dynamics cimport _levels
from cext.effects.dynamics.keyed cimport Keyed
from cext.effects.dynamics.sections cimport aim_highpass, aim_lowpass, clear_section, run_pair

OCTAVE_DB = 6.020599913279624

cdef double _AVERAGE_S = 0.01   # of the RMS detector


cdef void set_pole(Pole* pole, double frames) noexcept nogil:
    # A time constant in frames; 0 is at once.
    cdef int k
    cdef double rest = -1.0 / frames if frames > 1e-3 else -1000.0
    for k in range(8):
        pole.power[k] = <float> exp(rest * (k + 1))
    pole.power[8] = <float> exp(rest * 16)
    pole.power[9] = <float> exp(rest * 32)
    pole.share = <float> (1.0 - exp(rest))
    pole.once = exp(rest)


cdef void set_ballistics(Ballistics* at, double attack_ms, double release_ms, double rate_hz) noexcept nogil:
    if attack_ms != at.known[0] or release_ms != at.known[1]:
        at.known[0] = attack_ms
        at.known[1] = release_ms
        set_pole(&at.attack, 0.001 * attack_ms * rate_hz)
        set_pole(&at.release, 0.001 * _own_release(attack_ms, release_ms) * rate_hz)


cdef double _own_release(double attack, double release) noexcept nogil:
    # The release which, smoothed by the attack, has gone 63 % of the way after `release`.
    cdef double low = 0.0, high = release, middle = release, rest
    cdef int _step
    for _step in range(24):
        middle = 0.5 * (low + high)
        if fabs(middle - attack) < 1e-6 * release:
            rest = (1.0 + release / attack) * exp(-release / attack)
        else:
            rest = (middle * exp(-release / middle) - attack * exp(-release / attack)) / (middle - attack)
        if rest < 0.36787944117144233:
            low = middle
        else:
            high = middle
    return middle


cdef void levels_of(float* level, const float* left, const float* right) noexcept nogil:
    # The louder ear, down to -240 dBFS.
    _levels._levels(level, left, right)


cdef void peaks_of(float* peak, const float* left, const float* right) noexcept nogil:
    # The louder ear as it is, no logarithm.
    _levels._peaks(peak, left, right)


cdef void powers_of(float* power, const float* left, const float* right) noexcept nogil:
    _levels._powers(power, left, right)


cdef void half_log2(float* level, const float* power) noexcept nogil:
    _levels._half_log2(level, power)


cdef void knee(
    float* out, const float* level, double threshold, double threshold_end, float sign, double width,
    double slope, double slope_end,
) noexcept nogil:
    # slope times how far the level is above the threshold (below, where sign is -1), rounded over `width`.
    _levels._knee(
        out, level, RAMP, <float> threshold, <float> ((threshold_end - threshold) / TICK), sign,
        <float> (0.5 * width), <float> slope, <float> ((slope_end - slope) / TICK),
    )


cdef void no_less(float* x, double least, double least_end) noexcept nogil:
    _levels._no_less(x, RAMP, <float> least, <float> ((least_end - least) / TICK))


cdef void follow(Ballistics* at, float* out, const float* wanted, bint is_whole) noexcept nogil:
    # Rises with the attack, falls with the release.
    _levels._follow(
        out, wanted, at.state, <_levels.Pole*> &at.attack, <_levels.Pole*> &at.release, is_whole
    )


cdef void fall(Pole* pole, float* state, float* out, const float* wanted, bint is_whole) noexcept nogil:
    # Rises at once, falls with the pole.
    _levels._fall(out, wanted, state, <_levels.Pole*> pole, is_whole)


cdef void glide(Pole* pole, float* state, float* out, const float* wanted, bint is_whole) noexcept nogil:
    _levels._glide(out, wanted, state, <_levels.Pole*> pole, is_whole)


cdef void gains(
    float* gain, const float* level, float sign, double makeup, double makeup_end, double mix, double mix_end,
) noexcept nogil:
    # 2 ** (sign level + makeup), mixed with 1.
    _levels._gains(
        gain, level, RAMP, sign, <float> makeup, <float> ((makeup_end - makeup) / TICK),
        <float> mix, <float> ((mix_end - mix) / TICK),
    )


cdef void multiply(float* left, float* right, const float* gain, int frames) noexcept nogil:
    _levels._multiply(left, right, gain, frames)


cdef void add(
    float* left, float* right, const float* one, const float* other, const float* gain, int frames,
    bint is_first,
) noexcept nogil:
    # The two ears of a band times its gain on top of what is there; the first one takes the place.
    _levels._add(left, right, one, other, gain, frames, is_first)


cdef class Dynamics(Keyed):
    """An effect whose gain follows a curve of the level it hears, with attack and release.

    A kind fills `wanted` in `want`: what the detector follows, rising when the sound gets louder.
    """

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        rows = {row.name: index for index, row in enumerate(self.parameters)}
        self.detector_row = rows.get("detector", -1)
        self.attack_row = rows.get("attack_ms", -1)
        self.release_row = rows.get("release_ms", -1)
        self.makeup_row = rows.get("makeup_db", -1)
        self.mix_row = rows.get("mix", -1)
        self.highpass_row = rows.get("key_highpass_hz", -1)   # key_lowpass_hz comes right behind it
        self.listen_row = rows.get("listen", -1)
        self.sign = 1.0
        set_pole(&self.averaging, _AVERAGE_S * rate_hz)
        self.clear()

    def readings(self):
        """What the effect does to the sound now: gain_db, without make-up."""
        return {"gain_db": OCTAVE_DB * self.sign * self.ballistics.state[1]}

    cdef void prepare(self) noexcept nogil:
        set_ballistics(
            &self.ballistics, self.end[self.attack_row], self.end[self.release_row], self.rate_hz
        )
        if self.highpass_row >= 0:
            aim_highpass(&self.highpass, self.end[self.highpass_row] / self.rate_hz, SQRT1_2)
            aim_lowpass(&self.lowpass, self.end[self.highpass_row + 1] / self.rate_hz, SQRT1_2)

    cdef void hear(self, float* left, float* right, int first, int frames) noexcept nogil:
        # Points `ears` at the whole tick of what is listened to.
        if self.has_key:
            left = &self.key[0, first]
            right = &self.key[1, first]
        if self.highpass_row < 0:
            self.take(left, right, first, frames)
            return
        self.ears[0] = self.heard[0]
        self.ears[1] = self.heard[1]
        run_pair(
            &self.highpass, &self.lowpass, left, right, self.heard[0] + first, self.heard[1] + first, frames
        )

    cdef void take(self, float* left, float* right, int first, int frames) noexcept nogil:
        if frames == TICK:
            self.ears[0] = left
            self.ears[1] = right
            return
        memcpy(self.heard[0] + first, left, frames * sizeof(float))
        memcpy(self.heard[1] + first, right, frames * sizeof(float))
        self.ears[0] = self.heard[0]
        self.ears[1] = self.heard[1]

    cdef void detect(self, bint is_whole) noexcept nogil:
        if self.detector_row >= 0 and self.begin[self.detector_row] != 0.0:
            powers_of(self.gain, self.ears[0], self.ears[1])
            glide(&self.averaging, &self.average, self.gain, self.gain, is_whole)
            half_log2(self.level, self.gain)
        else:
            levels_of(self.level, self.ears[0], self.ears[1])

    cdef void want(self, bint is_whole) noexcept nogil:
        pass

    cdef void weigh(self, bint is_whole) noexcept nogil:
        # From `wanted` to `gain`.
        cdef double makeup = 0.0, makeup_end = 0.0, mix = 1.0, mix_end = 1.0
        follow(&self.ballistics, self.gain, self.wanted, is_whole)
        if self.makeup_row >= 0:
            makeup = self.begin[self.makeup_row] / OCTAVE_DB
            makeup_end = self.end[self.makeup_row] / OCTAVE_DB
        if self.mix_row >= 0:
            mix = self.begin[self.mix_row]
            mix_end = self.end[self.mix_row]
        gains(self.gain, self.gain, self.sign, makeup, makeup_end, mix, mix_end)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef bint is_whole = first + frames == TICK
        self.hear(left, right, first, frames)
        self.detect(is_whole)
        self.want(is_whole)
        self.weigh(is_whole)
        multiply(left, right, self.gain + first, frames)
        if self.listen_row >= 0 and self.begin[self.listen_row] != 0.0:
            memcpy(left, self.ears[0] + first, frames * sizeof(float))
            memcpy(right, self.ears[1] + first, frames * sizeof(float))

    cdef void clear(self) noexcept nogil:
        self.average = 0.0
        clear_section(&self.highpass)
        clear_section(&self.lowpass)
        self.ballistics.state[0] = self.ballistics.state[1] = 0.0
