"""How a wearable is: its battery, whether its stream runs, and when the watchdog may be fed.

The watchdog is fed for a healthy stream only: a program that hangs in one task while another goes on would
otherwise live for ever. A brown-out resets the chip by itself; below the last percent we stop first.
"""

from firmware import commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Gauge(Protocol):
        """What tells of the battery."""

        def percent(self) -> int:
            """How full."""
            ...

        def millivolts(self) -> int:
            """The voltage."""
            ...

        def is_charging(self) -> bool:
            """Whether the charge grows."""
            ...


LOW_PERCENT = 15
EMPTY_PERCENT = 3
UPDATE_PERCENT = 30
UPDATE_MV = 3500
_SILENT_MS = 4000
TRIAL_MS = 60_000
TRIAL_FRAMES = 500
TRIAL_PERCENT = 95


class Battery:
    """What the gauge says, or nothing when the board has none."""

    def __init__(self, gauge: "Gauge | None") -> None:
        self._gauge = gauge

    def percent(self) -> int:
        """How full, or `commands.UNKNOWN_BATTERY`."""
        return commands.UNKNOWN_BATTERY if self._gauge is None else self._gauge.percent()

    def is_low(self) -> bool:
        """Whether a person should charge it soon."""
        return self.percent() < LOW_PERCENT

    def is_empty(self) -> bool:
        """Whether it must sleep before a brown-out stops it in the middle of something."""
        return self._gauge is not None and self.percent() < EMPTY_PERCENT and not self._gauge.is_charging()

    def is_charging(self) -> bool:
        """Whether the charge grows."""
        return self._gauge is not None and self._gauge.is_charging()

    def is_strong(self) -> bool:
        """Whether an update may begin; a board without a gauge hangs on its cable."""
        if self._gauge is None:
            return True
        return self._gauge.percent() >= UPDATE_PERCENT and self._gauge.millivolts() >= UPDATE_MV


class Pulse:
    """Feeds the watchdog as long as every task has shown signs of life.

    feed: the watchdog's. tasks: their names; each calls `beat` at least every few seconds.
    """

    def __init__(self, feed: "Callable[[], None]", tasks: "tuple[str, ...]", now_ms: int) -> None:
        self._feed = feed
        self._beats = dict.fromkeys(tasks, now_ms)

    def beat(self, name: str, now_ms: int) -> None:
        """This task is alive."""
        self._beats[name] = now_ms
        if not self.silent(now_ms):
            self._feed()

    def silent(self, now_ms: int) -> "list[str]":
        """The tasks that have not been heard of for too long."""
        return [name for name, beat_ms in self._beats.items() if now_ms - beat_ms > _SILENT_MS]


class Trial:
    """Whether new code has proved itself: a minute in which the box believed 95 % of what was sent.

    Proof cannot be given by the wearable alone; what it hears from the box is the proof.
    """

    def __init__(self, began_ms: int, span_ms: int = TRIAL_MS) -> None:
        self._ends_ms = began_ms + span_ms
        self._first: tuple[int, int] | None = None

    def heard(self, accepted: int, lost: int, now_ms: int) -> bool:
        """The box's counts so far; gives whether that proves it."""
        if self._first is None or accepted < self._first[0] or lost < self._first[1]:
            self._first = (accepted, lost)  # the box began to count anew
        believed = accepted - self._first[0]
        sent = believed + lost - self._first[1]
        is_enough = sent >= TRIAL_FRAMES and 100 * believed >= TRIAL_PERCENT * sent
        return now_ms >= self._ends_ms and is_enough
