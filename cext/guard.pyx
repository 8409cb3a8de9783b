# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The last stage of every render, live or offline: nothing unsafe leaves.

It looks at finished frames only, so it does not matter which voice, protocol or file they came from. Sound: no
NaN, no sample above the ceiling, and a programme that stays loud is turned down. Light: inside 0..1, a new
brightness is reached slowly, and flicker above 3 Hz is held steady. Touch: inside its band, stronger only slowly.
A stop is latched: dark, still and silent within its times, until somebody releases it.

Flicker is judged as in WCAG 2.3.1 (three flashes, that is six changes of direction, in any second) but already at
2 % of full brightness instead of 10 %, on each light and on their mean, so that four slow lights out of step
cannot add up to a fast one. What is still smaller is smoothed away by two poles at 8 Hz.
Numbers: `safety_limits.json`; reasons: reference of IEEE 1789-2015, WCAG 2.3.1, ISO 2631-1, ITU-T H.870.
"""

from libc.math cimport M_PI, cos, exp, fabs, isfinite, pow, sin, sqrt
from libc.stdint cimport int64_t

from cext._types cimport TICK, atomic_load, atomic_store, clamp

from cext.limits import load

cdef enum:
    SOUND_NOT_FINITE, SOUND_CEILING, SOUND_LOUDNESS
    LIGHT_NOT_FINITE, LIGHT_RANGE, LIGHT_FLICKER, LIGHT_RAMP
    TOUCH_NOT_FINITE, TOUCH_RANGE, TOUCH_RAMP
    STOPPED, STARVED

REASON_NAMES = (
    ("sound_not_finite", "a sound sample was NaN or infinite and became silence"),
    ("sound_ceiling", "a sound sample passed the peak ceiling and was cut there"),
    ("sound_loudness", "the programme stayed louder than the limit and was turned down"),
    ("light_not_finite", "a light value was NaN or infinite and became dark"),
    ("light_range", "a light value was below 0 or above 1"),
    ("light_flicker", "light moved more than three times a second without consent and was held steady"),
    ("light_ramp", "light asked to be brighter faster than the eye should be led"),
    ("vibration_not_finite", "a vibration sample was NaN or infinite and became still"),
    ("vibration_range", "a vibration sample was above full strength"),
    ("vibration_ramp", "vibration asked to be stronger faster than it may rise"),
    ("stopped", "an emergency stop was asked for"),
    ("starved", "the control side stopped feeding, so everything faded out by itself"),
)

cdef double _LIGHT_LEAST = 0.02      # a change of direction counts from here
cdef double _MEAN_LEAST = 0.01
cdef double _HOLD_S = 2.0            # steady this long after the last fast change
cdef double _RETURN_S = 5.0          # and then back to following the scene over this long
cdef double _REMEMBER_S = 12.0       # longer than a slow breath: a brightness reached stays allowed that long
cdef double _FORGET_PER_S = 0.1
cdef double _LIGHT_STOP_S = 0.010    # within the 20, 50 and 50 ms of the table, with a period of the sink to spare
cdef double _TOUCH_STOP_S = 0.030
cdef double _SOUND_STOP_S = 0.040
cdef double _SOUND_RETURN_S = 0.5
cdef double _SLOW_RETURN_S = 1.0


cdef class Guard:
    """Holds every finished frame to the safety numbers and remembers what it had to change."""

    def __init__(self, double rate_hz=48_000.0):
        limits = load()
        cdef int i
        self.rate_hz = rate_hz
        self.peak = pow(10.0, limits["audio"]["true_peak_dbfs"] / 20.0)
        self.programme_limit = pow(10.0, limits["audio"]["uncalibrated_program_rms_dbfs_max"] / 10.0)
        self.programme_keep = exp(-TICK / (3.0 * rate_hz))
        self.turned_down = 1.0
        self.rise = limits["light"]["ramp"]["brightness_up_max_per_s"] / rate_hz
        # A full-scale sine at the flicker-free limit is the steepest light there is.
        self.slew = M_PI * limits["light"]["flicker_free_max_hz"] / rate_hz
        self.smoothing = 1.0 - exp(-2.0 * M_PI * 8.0 / rate_hz)
        self.follow = 1.0
        self.held_until = -1
        self.envelope_keep = exp(-1.0 / (0.3 * rate_hz))
        self.felt_rise = 1.0 / (limits["vibration"]["ramp_s"] * rate_hz)
        _butterworth(self.high, limits["vibration"]["highpass_hz"] / rate_hz, True)
        _butterworth(self.low, 160.0 / rate_hz, False)
        self.sound_gate = self.light_gate = self.touch_gate = 1.0
        for i in range(REASONS):
            self.first[i] = self.last[i] = -1

    def report(self):
        """What was limited, how often, when and why; frames of the one clock."""
        return {
            "is_stopped": bool(atomic_load(&self.stop_asked)),
            "is_starved": bool(atomic_load(&self.hush_asked)),
            "is_light_held": self.follow < 1.0,
            "sound_turned_down": self.turned_down,
            "limits": {
                name: {"count": self.count[i], "first_frame": self.first[i], "last_frame": self.last[i], "why": why}
                for i, (name, why) in enumerate(REASON_NAMES)
                if self.count[i]
            },
        }

    @property
    def is_stopped(self):
        """Whether a stop is latched."""
        return bool(atomic_load(&self.stop_asked))

    def stop_now(self):
        """Dark, still and silent at once; stays so until `release`."""
        self.stop()

    def release(self):
        """Let sound, light and touch come back, slowly."""
        atomic_store(&self.stop_asked, 0)

    def process(self, float[:, ::1] block not None, int64_t first_frame=0):
        """Hold a block of shape (8, frames), float32, to the limits, in place."""
        if block.shape[0] != 8:
            raise ValueError(f"the guard takes 8 lanes, this block has {block.shape[0]}")
        cdef Py_ssize_t stride = block.shape[1], done = 0, part
        with nogil:
            while done < stride:
                part = min(<Py_ssize_t> TICK, stride - done)
                self.run(&block[0, done], stride, <int> part, first_frame + done)
                done += part

    cdef void stop(self) noexcept nogil:
        atomic_store(&self.stop_asked, 1)

    cdef void hush(self, bint is_starved) noexcept nogil:
        atomic_store(&self.hush_asked, 1 if is_starved else 0)

    cdef void _note(self, int reason, int64_t frame) noexcept nogil:
        if self.count[reason] == 0:
            self.first[reason] = frame
        self.count[reason] += 1
        self.last[reason] = frame

    cdef void run(self, float* lanes, Py_ssize_t stride, int frames, int64_t frame) noexcept nogil:
        cdef int i
        cdef bint stopped = atomic_load(&self.stop_asked) != 0
        cdef bint starved = atomic_load(&self.hush_asked) != 0
        if stopped:
            self._note(STOPPED, frame)
        if starved:
            self._note(STARVED, frame)
        if self.was_stopped and not stopped:
            # After a stop the light and the touch begin from nothing, as at the start of a session.
            for i in range(LIGHTS):
                self.reached[i] = self.shown[i] = self.smooth[i] = 0.0
            self.felt[0] = self.felt[1] = 0.0
        self.was_stopped = stopped
        self._sound(lanes, lanes + stride, frames, frame, stopped or starved)
        self._light(lanes + 2 * stride, stride, frames, frame, stopped or starved)
        self._touch(lanes + 6 * stride, stride, frames, frame, stopped or starved)

    cdef void _sound(self, float* left, float* right, int frames, int64_t frame, bint dark) noexcept nogil:
        cdef int j
        cdef double gate = self.sound_gate, gain, x, y, energy = 0.0, wanted
        cdef double step = -1.0 / (_SOUND_STOP_S * self.rate_hz) if dark else 1.0 / (_SOUND_RETURN_S * self.rate_hz)
        cdef double peak = self.peak, down = self.turned_down, down_step = self.turned_down_step
        for j in range(frames):
            x = left[j]
            y = right[j]
            if not (isfinite(x) and isfinite(y)):
                self._note(SOUND_NOT_FINITE, frame + j)
                x = x if isfinite(x) else 0.0
                y = y if isfinite(y) else 0.0
            if fabs(x) > peak or fabs(y) > peak:
                self._note(SOUND_CEILING, frame + j)
                x = clamp(x, -peak, peak)
                y = clamp(y, -peak, peak)
            energy += x * x + y * y
            down += down_step
            gate = clamp(gate + step, 0.0, 1.0)
            gain = down * gate * gate * (3.0 - 2.0 * gate)
            left[j] = <float> (x * gain)
            right[j] = <float> (y * gain)
        self.sound_gate = gate
        self.turned_down = down
        # Loudness over about three seconds, both ears together; the turn-down follows it within a second.
        self.loudness += (1.0 - self.programme_keep) * (energy / (2.0 * TICK) - self.loudness * frames / TICK)
        wanted = 1.0
        if self.loudness > self.programme_limit:
            wanted = sqrt(self.programme_limit / self.loudness)
            self._note(SOUND_LOUDNESS, frame)
        self.turned_down_step = (wanted - down) / self.rate_hz

    cdef void _light(
        self, float* lanes, Py_ssize_t stride, int frames, int64_t frame, bint dark
    ) noexcept nogil:
        cdef int i, j
        cdef double gate = self.light_gate, x, mean, target
        cdef double value[LIGHTS]
        cdef bint fast
        cdef double step = -1.0 / (_LIGHT_STOP_S * self.rate_hz) if dark else 1.0 / (_SLOW_RETURN_S * self.rate_hz)
        for j in range(frames):
            mean = 0.0
            fast = False
            for i in range(LIGHTS):
                x = lanes[i * stride + j]
                if not isfinite(x):
                    self._note(LIGHT_NOT_FINITE, frame + j)
                    x = 0.0
                if x < 0.0 or x > 1.0:
                    self._note(LIGHT_RANGE, frame + j)
                    x = clamp(x, 0.0, 1.0)
                value[i] = x
                mean += x * (1.0 / LIGHTS)
                if self._flickers(i, x, _LIGHT_LEAST, frame + j):
                    fast = True
            if self._flickers(LIGHTS, mean, _MEAN_LEAST, frame + j):
                fast = True
            if fast:
                if self.follow > 0.0:
                    for i in range(LIGHTS):
                        self.held[i] = self.smooth[i]
                        self.shown[i] = self.smooth[i]
                self._note(LIGHT_FLICKER, frame + j)
                self.follow = 0.0
                self.held_until = frame + j + <int64_t> (_HOLD_S * self.rate_hz)
            elif self.follow < 1.0 and frame + j > self.held_until:
                self.follow = clamp(self.follow + 1.0 / (_RETURN_S * self.rate_hz), 0.0, 1.0)
            gate = clamp(gate + step, 0.0, 1.0)
            for i in range(LIGHTS):
                x = value[i]
                if self.follow == 0.0:
                    pass
                elif x > self.reached[i]:
                    self._note(LIGHT_RAMP, frame + j)
                    self.reached[i] += self.rise
                    if self.reached[i] < x:
                        x = self.reached[i]
                    self.untouched[i] = 0
                elif x > 0.95 * self.reached[i]:
                    self.untouched[i] = 0
                else:
                    self.untouched[i] += 1
                    if self.untouched[i] > _REMEMBER_S * self.rate_hz:
                        self.reached[i] = clamp(self.reached[i] - _FORGET_PER_S / self.rate_hz, x, 1.0)
                target = self.held[i] + self.follow * (x - self.held[i]) if self.follow < 1.0 else x
                target = self.shown[i] + clamp(target - self.shown[i], -self.slew, self.slew)
                self.shown[i] += self.smoothing * (target - self.shown[i])
                self.smooth[i] += self.smoothing * (self.shown[i] - self.smooth[i])
                lanes[i * stride + j] = <float> (self.smooth[i] * gate)
        self.light_gate = gate

    cdef bint _flickers(self, int lane, double value, double least, int64_t frame) noexcept nogil:
        # Follow the extremes; a change of direction by `least` is half a flash. True on the seventh in a second.
        cdef int slot
        cdef bint turned = False, fast = False
        if self.direction[lane] >= 0:
            if value > self.extreme[lane]:
                self.extreme[lane] = value
            elif value < self.extreme[lane] - least:
                self.direction[lane] = -1
                turned = True
        else:
            if value < self.extreme[lane]:
                self.extreme[lane] = value
            elif value > self.extreme[lane] + least:
                self.direction[lane] = 1
                turned = True
        if turned:
            self.extreme[lane] = value
            slot = self.turns[lane] % REVERSALS
            fast = self.turns[lane] >= REVERSALS and frame - self.turned[lane][slot] < self.rate_hz
            self.turned[lane][slot] = frame
            self.turns[lane] = self.turns[lane] + 1 if self.turns[lane] < 1_000_000 else REVERSALS + slot + 1
        return fast

    cdef void _touch(
        self, float* lanes, Py_ssize_t stride, int frames, int64_t frame, bint dark
    ) noexcept nogil:
        cdef int i, j
        cdef double gate = self.touch_gate, x, size
        cdef double step = -1.0 / (_TOUCH_STOP_S * self.rate_hz) if dark else 1.0 / (_SLOW_RETURN_S * self.rate_hz)
        for j in range(frames):
            gate = clamp(gate + step, 0.0, 1.0)
            for i in range(2):
                x = lanes[i * stride + j]
                if not isfinite(x):
                    self._note(TOUCH_NOT_FINITE, frame + j)
                    x = 0.0
                if x > 1.0 or x < -1.0:
                    self._note(TOUCH_RANGE, frame + j)
                    x = clamp(x, -1.0, 1.0)
                x = _biquad(self.high, &self.band[i][0], x)
                x = _biquad(self.low, &self.band[i][2], x)
                size = fabs(x)
                self.envelope[i] = size if size > self.envelope[i] else self.envelope[i] * self.envelope_keep
                if self.envelope[i] > self.felt[i]:
                    # Turned down as a whole rather than cut, so that a strong start stays a pure tone.
                    self._note(TOUCH_RAMP, frame + j)
                    self.felt[i] += self.felt_rise
                    if self.envelope[i] > self.felt[i]:
                        x *= self.felt[i] / self.envelope[i]
                    self.still[i] = 0
                elif self.envelope[i] > 0.9 * self.felt[i]:
                    self.still[i] = 0
                else:
                    self.still[i] += 1
                    if self.still[i] > _REMEMBER_S * self.rate_hz:
                        self.felt[i] = clamp(self.felt[i] - self.felt_rise, self.envelope[i], 1.0)
                x = clamp(x, -1.0, 1.0)
                lanes[i * stride + j] = <float> (x * gate)
        self.touch_gate = gate


cdef inline double _biquad(double* c, double* s, double x) noexcept nogil:
    cdef double y = c[0] * x + s[0]
    s[0] = c[1] * x - c[3] * y + s[1]
    s[1] = c[2] * x - c[4] * y
    return y


cdef void _butterworth(double* c, double share, bint is_high) noexcept:
    # Two poles, flat: R. Bristow-Johnson's cookbook with Q = 1 / sqrt 2. share: corner over rate.
    cdef double w = 2.0 * M_PI * share, alpha = sin(w) / sqrt(2.0), a0 = 1.0 + alpha
    cdef double b1 = -(1.0 + cos(w)) if is_high else 1.0 - cos(w)
    c[0] = fabs(b1) / 2.0 / a0
    c[1] = b1 / a0
    c[2] = c[0]
    c[3] = -2.0 * cos(w) / a0
    c[4] = (1.0 - alpha) / a0
