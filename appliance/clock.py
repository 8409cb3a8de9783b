"""Time, injected: monotonic for order and intervals, wall for labels.

Intervals never come from wall time. Tests and fast replay hand in a `SteppedClock`.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What every timed part of the box asks for the time."""

    def monotonic_s(self) -> float:
        """Seconds since some fixed moment; never goes backwards."""
        ...

    def wall(self) -> datetime:
        """The date and time for people, in UTC."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic_s(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()

    def wall(self) -> datetime:
        """The system's date and time in UTC."""
        return datetime.now(UTC)


class SteppedClock:
    """A clock that moves only when told: fast replay and tests run on it.

    start: the wall time of its zero.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self._now_s = 0.0

    def monotonic_s(self) -> float:
        """Seconds stepped so far."""
        return self._now_s

    def wall(self) -> datetime:
        """The start moved on by the seconds stepped so far."""
        return datetime.fromtimestamp(self._start.timestamp() + self._now_s, UTC)

    def step(self, seconds: float) -> None:
        """Move on; going backwards is refused."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._now_s += seconds
