"""The world around a simulated board: its time, its wearer, its chips, and the timers that interrupt it.

Exactly one board lives in one interpreter, as on a real one, so its world is a module.
"""

import array

from firmware.clock import TICKS_PERIOD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Interrupting(Protocol):
        """A timer that is running."""

        due_us: int

        def fire(self) -> None:
            """Interrupt, and say when next."""


class Recording:
    """One signal of the wearer, played in a circle.

    counts: the signal. scale: physical units each count.
    """

    def __init__(self, counts: "array.array[int]", rate_hz: float, scale: float) -> None:
        self._counts = counts
        self._rate_hz = rate_hz
        self._scale = scale

    @staticmethod
    def of_bytes(data: bytes, rate_hz: float, scale: float) -> "Recording":
        """Read 16-bit little-endian counts."""
        counts = array.array("h", [0] * (len(data) // 2))
        for at in range(len(counts)):
            count = data[2 * at] | data[2 * at + 1] << 8
            counts[at] = count - 65536 if count & 0x8000 else count
        return Recording(counts, rate_hz, scale)

    def at(self, moment_us: int) -> float:
        """The signal at a moment, on straight lines between its samples."""
        place = moment_us * 1e-6 * self._rate_hz
        before = int(place)
        count = self._counts[before % len(self._counts)]
        following = self._counts[(before + 1) % len(self._counts)]
        return (count + (following - count) * (place - before)) * self._scale


class World:
    """The time of the world moves when it is told to: by a test, or by a wall clock that is looked at.

    i2c: address -> chip. pins: number -> what is behind it. uarts: number -> the far end of the line.
    """

    def __init__(self) -> None:
        self._now_us = 0
        self.timers: list[Interrupting] = []
        self.i2c: dict[int, Any] = {}
        self.spi: dict[int, Any] = {}
        self.pins: dict[int, Any] = {}
        self.uarts: dict[int, Any] = {}
        self.radio: Any = None
        self.watchdog_ms = 0
        self.fed_us = 0
        self.asleep_ms = 0
        self.on_reset: Callable[[], None] | None = None

    def now_us(self) -> int:
        """The moment, growing without end; inside an interrupt, the moment it was due."""
        return self._now_us

    def ticks_us(self) -> int:
        """The moment as a board counts it."""
        return self._now_us & (TICKS_PERIOD - 1)

    def wait_ms(self, ms: int) -> None:
        """Let time pass."""
        self.advance(self._now_us + 1000 * ms)

    def advance(self, to_us: int) -> None:
        """Let time pass up to a moment, with every interrupt at its own."""
        while True:
            due = None
            for timer in self.timers:
                if timer.due_us <= to_us and (due is None or timer.due_us < due.due_us):
                    due = timer
            if due is None:
                break
            self._now_us = max(self._now_us, due.due_us)
            due.fire()
        self._now_us = max(self._now_us, to_us)


world = World()
