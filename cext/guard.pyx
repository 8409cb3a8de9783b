# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The last stage of every render, live or offline: nothing unsafe leaves.

It looks at finished frames only, so it does not matter which voice, protocol or file they came from. Each
tick of 64 frames leaves one tick after it came, so that everything is known about it and its neighbour
before a frame of it leaves; all eight lanes wait alike. Sound, light and touch are held to their numbers by
the parts in `cext.guards`; what breaks no limit passes bit for bit. A stop is latched: dark, still and silent
within its times, until somebody releases it.

Numbers: `safety_limits.json`, after IEEE 1789-2015, WCAG 2.3.1, ISO 2631-1 and ITU-T H.870.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcpy

from cext._types cimport LANES, TICK, atomic_load, atomic_store
from cext.guards.ledger cimport STARVED, STOPPED, Ledger
from cext.guards.light cimport LightGuard
from cext.guards.sound cimport SoundGuard
from cext.guards.touch cimport TouchGuard

import numpy as np

from cext.limits import CONSENT_LEVELS, Calibration, Carried, measured
from cext.parameters import unknown

_LEVELS = tuple(CONSENT_LEVELS)


cdef class Guard:
    """Holds every finished frame to the safety numbers and remembers what it had to change.

    consent: L0 nothing above 3 Hz and no vibration, L1 vibration, L2 flicker below 15 Hz, L3 below 60 Hz and
    red. light_map: "eyes" (left, right, blue, white) or "rgbw". calibration, carried: what full drive is in
    the world, and what the person already had; see `cext.limits`. Raises ValueError.
    """

    def __init__(
        self, double rate_hz=48_000.0, str consent="L0", *, str light_map="eyes", calibration=None,
        carried=None,
    ):
        if not 8_000.0 <= rate_hz <= 192_000.0:
            raise ValueError(f"a rate of {rate_hz:g} Hz is outside 8000 to 192000 Hz")
        calibration = Calibration() if calibration is None else calibration
        carried = Carried() if carried is None else carried
        measured("calibration", calibration)
        measured("carried", carried)
        self.rate_hz = rate_hz
        self.light_map = light_map
        self.ledger = Ledger()
        self.sound = SoundGuard(self.ledger, rate_hz, calibration, carried)
        self.light = LightGuard(self.ledger, rate_hz, light_map, calibration, carried)
        self.touch = TouchGuard(self.ledger, rate_hz, calibration, carried)
        for i, (free_hz, may_touch) in enumerate(CONSENT_LEVELS.values()):
            self.free_hz[i] = free_hz
            self.may_touch[i] = may_touch
        self.level = -1
        self.consent = consent

    @property
    def consent(self):
        """What the person agreed to, L0 to L3; may be set while a native thread renders."""
        return _LEVELS[atomic_load(&self.level_asked)]

    @consent.setter
    def consent(self, str level):
        if level not in CONSENT_LEVELS:
            raise unknown("consent level", level, _LEVELS)
        atomic_store(&self.level_asked, _LEVELS.index(level))

    @property
    def is_stopped(self):
        """Whether a stop is latched."""
        return bool(atomic_load(&self.stop_asked))

    @property
    def latency_frames(self):
        """How many frames later `process` gives back what it was given; a graph's guard needs half of it."""
        return 2 * TICK

    def report(self):
        """What was limited, how often, when (in frames) and why; `carry` is for the next guard."""
        cdef double second = 1.0 / self.rate_hz
        return {
            "is_stopped": bool(atomic_load(&self.stop_asked)),
            "is_starved": bool(atomic_load(&self.hush_asked)),
            "is_light_held": self.light.follow < 1.0,
            "sound_turned_down": self.sound.keeper.gain,
            "consent": self.consent,
            "limits": self.ledger.entries(),
            "carry": {
                "light_session_s": self.light.allowance.session * second,
                "light_day_s": self.light.allowance.day.total * second,
                "vibration_session_s": self.touch.allowance.session * second,
                "vibration_day_s": self.touch.allowance.day.total * second,
                "vibration_day_m2_s3": self.touch.day_m2_s3.total,
                "vibration_day_m4_s7": self.touch.day_m4_s7.total,
                "sound_week_pa2h": self.sound.week.total,
            },
        }

    def stop_now(self):
        """Dark, still and silent at once; stays so until `release`."""
        self.stop()

    def release(self):
        """Let sound, light and touch come back, slowly."""
        atomic_store(&self.stop_asked, 0)

    def process(self, float[:, ::1] block not None):
        """Hold a block of shape (8, frames), float32, to the limits, in place; blocks follow without a gap.

        What comes back was given `latency_frames` earlier, whatever the size of the blocks.
        """
        if block.shape[0] != LANES:
            raise ValueError(f"the guard takes {LANES} lanes, this block has {block.shape[0]}")
        cdef Py_ssize_t stride = block.shape[1], done = 0, part, at
        cdef int lane
        with nogil:
            while done < stride:
                at = self.taken % TICK
                part = min(<Py_ssize_t> TICK - at, stride - done)
                for lane in range(LANES):
                    memcpy(&self.coming[lane * TICK + at], &block[lane, done], part * sizeof(float))
                    memcpy(&block[lane, done], &self.going[lane * TICK + at], part * sizeof(float))
                self.taken += part
                done += part
                if self.taken % TICK == 0:
                    memcpy(self.going, self.coming, LANES * TICK * sizeof(float))
                    self.run(self.going, TICK, self.taken - TICK)

    def hold(self, float[:, ::1] lanes not None):
        """Hold a whole recording of shape (8, frames) to the limits, in place and without delay."""
        cdef Py_ssize_t late = self.latency_frames, frames = lanes.shape[1]
        if lanes.shape[0] != LANES:
            raise ValueError(f"the guard takes {LANES} lanes, this recording has {lanes.shape[0]}")
        whole = np.zeros((LANES, frames + late), np.float32)
        whole[:, :frames] = lanes
        self.process(whole)
        np.asarray(lanes)[:] = whole[:, late:]

    cdef void stop(self) noexcept nogil:
        atomic_store(&self.stop_asked, 1)

    cdef void hush(self, bint is_starved) noexcept nogil:
        atomic_store(&self.hush_asked, 1 if is_starved else 0)

    cdef void run(self, float* lanes, Py_ssize_t stride, int64_t frame) noexcept nogil:
        # One whole tick; it is replaced by the one before it.
        cdef bint stopped = atomic_load(&self.stop_asked) != 0
        cdef bint starved = atomic_load(&self.hush_asked) != 0
        cdef int64_t level = atomic_load(&self.level_asked)
        if level != self.level:
            self.level = level
            self.light.allow(<int> level, self.free_hz[level])
            self.touch.allow(self.may_touch[level])
        if stopped:
            self.ledger.note(STOPPED, frame)
        if starved:
            self.ledger.note(STARVED, frame)
        if self.was_stopped and not stopped:
            self.light.begin_again()
            self.touch.begin_again()
        self.was_stopped = stopped
        self.sound.run(lanes, lanes + stride, frame, stopped or starved)
        self.light.run(lanes + 2 * stride, stride, frame, stopped, starved)
        self.touch.run(lanes + 6 * stride, stride, frame, stopped or starved)
