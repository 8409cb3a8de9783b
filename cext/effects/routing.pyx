# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""How sounds meet: sends, delays that keep them together, middle and sides, many in one call.

A send adds one bus to another, level by level; where one way is longer than the other (a limiter looks
ahead), the shorter one waits, so that nothing smears. `Chain` runs effects one after the other and `Mix`
voices beside each other in one call, tick by tick, so that the sound stays in the processor's nearest memory.
"""

import numpy as np

from cext._types cimport RAMP, TICK
from cext.parts cimport Effect, Part, Voice

from cext.parameters import Parameter, unknown
from cext.plans import CHANNELS

cdef enum:  # in the order of CHANNELS
    STEREO, MID, SIDE, MID_SIDE


cdef class Align(Effect):
    """The same sound, some frames later."""

    def __init__(self, double rate_hz=48_000.0, int frames=0):
        super().__init__(rate_hz)
        if not 0 <= frames <= 10 * rate_hz:
            raise ValueError(f"a delay of {frames} frames is outside 0 to 10 s")
        self.frames = frames
        self.held = np.zeros((2, max(frames, 1)), dtype=np.float32)
        self.delays(frames)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, place = self.place
        cdef float x, y
        if self.frames == 0:
            return
        for j in range(frames):
            x = self.held[0, place]
            y = self.held[1, place]
            self.held[0, place] = left[j]
            self.held[1, place] = right[j]
            left[j] = x
            right[j] = y
            place += 1
            if place == self.frames:
                place = 0
        self.place = place

    cdef void clear(self) noexcept nogil:
        self.held[:, :] = 0.0
        self.place = 0


cdef class Send(Part):
    """A share of one bus, added to another; `delay_frames` later.

    source: the bus it takes from, float32, shape (2, 64): the tick being made.
    """

    PARAMETERS = (Parameter("level", "", 0.0, 1.0, 1.0),)

    def __init__(self, double rate_hz, float[:, ::1] source not None, int delay_frames=0, **values):
        super().__init__(rate_hz, **values)
        if source.shape[0] != 2 or source.shape[1] != TICK:
            raise ValueError(f"a send takes from a bus of 2 rows and {TICK} frames")
        self.source = source
        self.align = Align(rate_hz, delay_frames)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef float sound_left[TICK]
        cdef float sound_right[TICK]
        cdef float gain = <float> self.begin[0], step = <float> self.step[0]
        for j in range(frames):
            sound_left[j] = self.source[0, first + j]
            sound_right[j] = self.source[1, first + j]
        self.align.run(sound_left, sound_right, frames)
        for j in range(frames):
            left[j] += (gain + step * RAMP[first + j]) * sound_left[j]
            right[j] += (gain + step * RAMP[first + j]) * sound_right[j]

    cdef void clear(self) noexcept nogil:
        self.align.offset = 0
        self.align.clear()


cdef class MidSide(Effect):
    """Lets an effect work on what both ears share (mid), on what differs (side), or on both apart.

    channels: "mid", "side", or "mid_side" for an effect whose two channels are middle and sides. The knobs
    are the effect's own.
    """

    def __init__(self, Effect effect not None, str channels="mid_side"):
        super().__init__(effect.rate_hz)
        if channels not in CHANNELS[1:]:
            raise unknown("kind of channels", channels, CHANNELS[1:])
        self.effect = effect
        self.channels = channels
        self.kind = CHANNELS.index(channels)
        self.parameters = effect.parameters
        self.align = Align(effect.rate_hz, effect.latency_frames)
        self.delays(effect.latency_frames)

    def reset(self):
        """Forget everything heard so far, the effect inside too; the parameters stay."""
        Effect.reset(self)
        self.effect.reset()

    def set(self, str name, value):
        """Turn one knob of the effect inside."""
        self.effect.set(name, value)

    def get(self, str name):
        """Where one knob of the effect inside is going."""
        return self.effect.get(name)

    cdef void aim(self, int index, double goal, double glide_s) noexcept nogil:
        self.effect.aim(index, goal, glide_s)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef float mid[TICK]
        cdef float side[TICK]
        cdef float twin[TICK]
        cdef float still[TICK]
        for j in range(frames):
            mid[j] = <float> 0.5 * (left[j] + right[j])
            side[j] = <float> 0.5 * (left[j] - right[j])
        if self.kind == MID:
            for j in range(frames):
                twin[j] = mid[j]
                still[j] = side[j]
            self.effect.run(mid, twin, frames)
            self.align.run(side, still, frames)
        elif self.kind == SIDE:
            for j in range(frames):
                twin[j] = side[j]
                still[j] = mid[j]
            self.effect.run(side, twin, frames)
            self.align.run(mid, still, frames)
        else:
            self.effect.run(mid, side, frames)
        for j in range(frames):
            left[j] = mid[j] + side[j]
            right[j] = mid[j] - side[j]

    cdef void clear(self) noexcept nogil:
        self.effect.offset = 0
        self.effect.clear()
        self.align.offset = 0
        self.align.clear()


cdef class Chain(Effect):
    """Effects one after the other, in one call without the interpreter lock."""

    def __init__(self, effects):
        self.effects = tuple(effects)
        _each_once(self.effects, Effect, "effect")
        if not 1 <= len(self.effects) <= MOST_TOGETHER:
            raise ValueError(f"a chain has 1 to {MOST_TOGETHER} effects, not {len(self.effects)}")
        _same_rate(self.effects)
        super().__init__(self.effects[0].rate_hz)
        self.together = len(self.effects)
        cdef int i
        cdef Effect effect
        for i, effect in enumerate(self.effects):
            self.each[i] = <void*> effect
        self.delays(sum(effect.latency_frames for effect in self.effects))

    def reset(self):
        """Forget everything heard so far, each effect too; the parameters stay."""
        Effect.reset(self)
        for effect in self.effects:
            effect.reset()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int i
        for i in range(self.together):
            (<Effect> self.each[i]).run(left, right, frames)

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(self.together):
            (<Effect> self.each[i]).offset = 0
            (<Effect> self.each[i]).clear()


cdef class Mix(Voice):
    """Voices beside each other, in one call without the interpreter lock."""

    def __init__(self, voices):
        self.voices = tuple(voices)
        _each_once(self.voices, Voice, "voice")
        if not 1 <= len(self.voices) <= MOST_TOGETHER:
            raise ValueError(f"a mix has 1 to {MOST_TOGETHER} voices, not {len(self.voices)}")
        _same_rate(self.voices)
        super().__init__(self.voices[0].rate_hz)
        self.together = len(self.voices)
        cdef int i
        cdef Voice voice
        for i, voice in enumerate(self.voices):
            self.each[i] = <void*> voice

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int i
        for i in range(self.together):
            (<Voice> self.each[i]).run(left, right, frames)

    cdef void clear(self) noexcept nogil:
        cdef int i
        for i in range(self.together):
            (<Voice> self.each[i]).offset = 0
            (<Voice> self.each[i]).clear()


def _each_once(parts, kind, called):
    # A part has one memory: run twice a tick it would hear itself.
    for part in parts:
        if not isinstance(part, kind):
            raise TypeError(f"{part!r} is no {called}; make one by its name first")
    if len({id(part) for part in parts}) < len(parts):
        raise ValueError(f"the same {called} is there twice; make one more of its kind")


def _same_rate(parts):
    rates = {part.rate_hz for part in parts}
    if len(rates) > 1:
        raise ValueError(f"parts of different rates cannot run together: {sorted(rates)} Hz")
