# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The last stage of every render, live or offline: nothing unsafe leaves.

It looks at finished frames only, so it does not matter which voice, protocol or file they came from. Sound:
no NaN, no sample above the ceiling, and a programme that stays loud is turned down. Light: inside 0..1, a
new brightness is reached slowly, and flicker above 3 Hz is held steady. Touch: inside its band, stronger
only slowly. A stop is latched: dark, still and silent within its times, until somebody releases it.

Flicker too small for `cext.flicker` to hold is smoothed away by two poles at 8 Hz.
Numbers: `safety_limits.json`, after IEEE 1789-2015, WCAG 2.3.1, ISO 2631-1 and ITU-T H.870.
"""

from libc.math cimport M_PI, cos, exp, fabs, isfinite, pow, sin, sqrt
from libc.stdint cimport int64_t

from cext._types cimport TICK, atomic_load, atomic_store, clamp
from cext.flicker cimport FlickerWatch

from cext.limits import REASONS_TO_LIMIT, load

cdef enum:  # in the order of REASONS_TO_LIMIT
    SOUND_NOT_FINITE, SOUND_CEILING, SOUND_LOUDNESS
    LIGHT_NOT_FINITE, LIGHT_RANGE, LIGHT_FLICKER, LIGHT_RAMP
    TOUCH_NOT_FINITE, TOUCH_RANGE, TOUCH_RAMP
    STOPPED, STARVED

cdef double _HOLD_S = 2.0            # steady this long after the last fast change
cdef double _RETURN_S = 5.0          # and then back to following the scene over this long
cdef double _REMEMBER_S = 12.0       # longer than a slow breath: a brightness reached stays allowed that long
cdef double _FORGET_PER_S = 0.1
# Within the 20, 50 and 50 ms of the table, with a period of the sink to spare.
cdef double _LIGHT_STOP_S = 0.010
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
        self.smoothing_rate = 2.0 * M_PI * 8.0 / rate_hz
        self.smoothing = 1.0 - exp(-TICK * self.smoothing_rate)
        self.flicker = FlickerWatch(rate_hz)
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
                name: {
                    "count": self.count[i],
                    "first_frame": self.first[i],
                    "last_frame": self.last[i],
                    "why": why,
                }
                for i, (name, why) in enumerate(REASONS_TO_LIMIT)
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
        cdef double step = _gate_step(_SOUND_STOP_S, _SOUND_RETURN_S, dark, self.rate_hz)
        cdef double settled = 0.0 if dark else 1.0
        cdef double peak = self.peak, down = self.turned_down, down_step = self.turned_down_step
        for j in range(frames):
            x = left[j]
            y = right[j]
            # One comparison catches what is too loud, infinite and (because it fails) NaN.
            if not (fabs(x) <= peak and fabs(y) <= peak):
                if isfinite(x) and isfinite(y):
                    self._note(SOUND_CEILING, frame + j)
                else:
                    self._note(SOUND_NOT_FINITE, frame + j)
                    x = x if isfinite(x) else 0.0
                    y = y if isfinite(y) else 0.0
                x = clamp(x, -peak, peak)
                y = clamp(y, -peak, peak)
            energy += x * x + y * y
            down += down_step
            if gate != settled:
                gate = clamp(gate + step, 0.0, 1.0)
            gain = down * gate * gate * (3.0 - 2.0 * gate)
            left[j] = <float> (x * gain)
            right[j] = <float> (y * gain)
        self.sound_gate = gate
        self.turned_down = down
        # Loudness over about three seconds, both ears together; the turn-down follows it within a second.
        energy = energy / (2.0 * TICK) - self.loudness * frames / TICK
        self.loudness += (1.0 - self.programme_keep) * energy
        wanted = 1.0
        if self.loudness > self.programme_limit:
            wanted = sqrt(self.programme_limit / self.loudness)
            self._note(SOUND_LOUDNESS, frame)
        self.turned_down_step = (wanted - down) / self.rate_hz

    cdef void _light(
        self, float* lanes, Py_ssize_t stride, int frames, int64_t frame, bint dark
    ) noexcept nogil:
        # Look at the whole tick first, so that flicker is held before a frame of it leaves.
        cdef int i, j
        cdef double settled = 0.0 if dark else 1.0
        cdef double step = _gate_step(_LIGHT_STOP_S, _SLOW_RETURN_S, dark, self.rate_hz)
        cdef double gate[TICK]
        cdef float* lane
        cdef bint fast
        for j in range(frames):
            if self.light_gate != settled:
                self.light_gate = clamp(self.light_gate + step, 0.0, 1.0)
            gate[j] = self.light_gate
        for i in range(LIGHTS):
            lane = lanes + i * stride
            for j in range(frames):
                # As for sound: one comparison that NaN fails.
                if not (lane[j] >= 0.0 and lane[j] <= 1.0):
                    self._note(LIGHT_RANGE if isfinite(lane[j]) else LIGHT_NOT_FINITE, frame + j)
                    lane[j] = <float> clamp(lane[j], 0.0, 1.0) if isfinite(lane[j]) else <float> 0.0
        fast = self.flicker.look(lanes, stride, frames, frame)
        if fast:
            if self.follow > 0.0:
                for i in range(LIGHTS):
                    self.held[i] = self.shown[i] = self.smooth[i]
            self._note(LIGHT_FLICKER, frame)
            self.follow = 0.0
            self.held_until = frame + <int64_t> (_HOLD_S * self.rate_hz)
        elif self.follow < 1.0 and frame > self.held_until:
            self.follow = clamp(self.follow + frames / (_RETURN_S * self.rate_hz), 0.0, 1.0)
        for i in range(LIGHTS):
            self._light_lane(i, lanes + i * stride, frames, frame, gate)

    cdef void _light_lane(self, int i, float* lane, int frames, int64_t frame, double* gate) noexcept nogil:
        # One look a tick and a straight line to it: without consent nothing here is faster than 3 Hz.
        cdef int j
        cdef double x = lane[frames - 1], before = self.smooth[i], step, moved
        cdef double smoothing = self.smoothing if frames == TICK else 1.0 - exp(-frames * self.smoothing_rate)
        if x > self.reached[i] and self.follow > 0.0:
            self._note(LIGHT_RAMP, frame)
            self.reached[i] = min(x, self.reached[i] + self.rise * frames)
            x = self.reached[i]
        # A brightness not come near for longer than a slow breath is forgotten, and has to be led up to
        # again.
        self.untouched[i] = 0 if x > 0.95 * self.reached[i] else self.untouched[i] + frames
        if self.untouched[i] > _REMEMBER_S * self.rate_hz:
            self.reached[i] = max(x, self.reached[i] - _FORGET_PER_S * frames / self.rate_hz)
        if self.follow < 1.0:
            x = self.held[i] + self.follow * (x - self.held[i])
        moved = clamp(x - self.shown[i], -self.slew * frames, self.slew * frames)
        self.shown[i] += smoothing * moved
        self.smooth[i] += smoothing * (self.shown[i] - self.smooth[i])
        step = (self.smooth[i] - before) / frames
        for j in range(frames):
            lane[j] = <float> ((before + step * (j + 1)) * gate[j])

    cdef void _touch(
        self, float* lanes, Py_ssize_t stride, int frames, int64_t frame, bint dark
    ) noexcept nogil:
        cdef int i, j
        cdef double gate = self.touch_gate, settled = 0.0 if dark else 1.0
        cdef double step = _gate_step(_TOUCH_STOP_S, _SLOW_RETURN_S, dark, self.rate_hz)
        cdef double gates[TICK]
        for j in range(frames):
            if gate != settled:
                gate = clamp(gate + step, 0.0, 1.0)
            gates[j] = gate
        self.touch_gate = gate
        for i in range(2):
            self._touch_lane(i, lanes + i * stride, frames, frame, gates)

    cdef void _touch_lane(self, int i, float* lane, int frames, int64_t frame, double* gates) noexcept nogil:
        cdef int j
        cdef bint is_quiet = self.envelope[i] < 1e-9
        cdef double x, size, envelope = self.envelope[i]
        for j in range(frames):
            if lane[j] != 0.0:
                is_quiet = False
                break
        if is_quiet:
            self.still[i] += frames
            return
        for j in range(frames):
            x = lane[j]
            if not fabs(x) <= 1.0:
                self._note(TOUCH_RANGE if isfinite(x) else TOUCH_NOT_FINITE, frame + j)
                x = clamp(x, -1.0, 1.0) if isfinite(x) else 0.0
            x = _biquad(self.high, &self.band[i][0], x)
            x = _biquad(self.low, &self.band[i][2], x)
            size = fabs(x)
            envelope = size if size > envelope else envelope * self.envelope_keep
            if envelope > self.felt[i]:
                # Turned down as a whole rather than cut, so that a strong start stays a pure tone.
                self.felt[i] += self.felt_rise
                if envelope > self.felt[i]:
                    self._note(TOUCH_RAMP, frame + j)
                    x *= self.felt[i] / envelope
            lane[j] = <float> (clamp(x, -1.0, 1.0) * gates[j])
        self.envelope[i] = envelope
        self.still[i] = 0 if envelope > 0.9 * self.felt[i] else self.still[i] + frames
        if self.still[i] > _REMEMBER_S * self.rate_hz:
            self.felt[i] = max(envelope, self.felt[i] - self.felt_rise * frames)


cdef inline double _gate_step(double down_s, double up_s, bint dark, double rate_hz) noexcept nogil:
    return -1.0 / (down_s * rate_hz) if dark else 1.0 / (up_s * rate_hz)


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
