"""What may be shown now: frames and time flow in, safe values flow out; no I/O."""

from __future__ import annotations

import math
import struct

FRAME = struct.Struct("<2sBBI6f")  # magic, version, kind, sequence, 4 lights, 2 vibrations
STATE = struct.Struct("<2sBBI")  # magic, version, reason, sequence last taken
MAGIC, VERSION = b"EG", 1
SHOW, RESUME, RELEASE, STOP = 1, 2, 3, 4
REASONS = ("lit", "waiting", "stale", "ended", "nonsense", "stopped")
LIT, WAITING, STALE, ENDED, NONSENSE, STOPPED = range(6)
FRESH_S = 0.060
LIGHTS, TOUCHES = 4, 2
_DARK = (0.0,) * (LIGHTS + TOUCHES)


class Gate:
    """What may be shown now: frames and time in, values out; no I/O.

    Invariant: while `reason` is not LIT the values are all zero, and only `resume` or, after a stop,
    `release` makes it LIT again.
    """

    def __init__(self, light_rise_per_s: float, touch_rise_per_s: float) -> None:
        self.reason = WAITING
        self.values = _DARK
        self.sequence = 0
        self.frames = 0
        self.refused = 0
        self._rise_per_s = (light_rise_per_s,) * LIGHTS + (touch_rise_per_s,) * TOUCHES
        self._ceiling = [0.0] * (LIGHTS + TOUCHES)
        self._fresh_s = 0.0

    def dark(self, reason: int) -> None:
        """Everything off; a stop is never downgraded to a lesser reason."""
        self.values = _DARK
        if self.reason != STOPPED:
            self.reason = reason

    def resume(self, now_s: float, is_release: bool = False) -> bool:
        """Let light and touch come back, from nothing and slowly; False when a stop stands in the way."""
        if self.reason == STOPPED and not is_release:
            return False
        if self.reason != LIT:
            self.reason = LIT
            self._ceiling = [0.0] * (LIGHTS + TOUCHES)
            self._fresh_s = now_s
        return True

    def show(self, sequence: int, values: tuple[float, ...], now_s: float) -> None:
        """Take one frame."""
        if not all(math.isfinite(value) and 0.0 <= value <= 1.0 for value in values):
            self.refused += 1
            self.dark(NONSENSE)
            return
        if sequence <= self.sequence:
            self.refused += 1  # a repeated or old frame proves nothing about the engine being alive
            return
        passed_s = min(FRESH_S, now_s - self._fresh_s)
        self.sequence = sequence
        self.frames += 1
        self._fresh_s = now_s
        if self.reason != LIT:
            return
        # A strength once reached stays allowed; a new one is reached slowly.
        for i, (value, rise) in enumerate(zip(values, self._rise_per_s, strict=True)):
            self._ceiling[i] = max(self._ceiling[i], min(value, self._ceiling[i] + rise * passed_s))
        self.values = tuple(min(value, top) for value, top in zip(values, self._ceiling, strict=True))

    def look(self, now_s: float) -> None:
        """Let time pass: frames that stopped make it dark."""
        if self.reason == LIT and now_s - self._fresh_s > FRESH_S:
            self.dark(STALE)

    def expect(self, sequence: int = 0) -> None:
        """A new client counts from the start."""
        self.sequence = sequence
