"""Samples from chip to packet: by a timer's interrupt into a ring, or fetched from a chip's own queue.

The interrupt allocates nothing and uses whole numbers only, so that it runs while memory is being collected.
"""

import array

from firmware.clock import SampleClock, ticks_between
from firmware.payloads import LOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.drivers.driver import Analogue, Fifo, Slow

# A board's word holds whole numbers of 30 bits; one more and the counting itself would allocate.
_COUNT_MASK = (1 << 29) - 1
# The interrupt may write while the ring is being read; this many of the oldest places are left to it.
_GUARD = 8


class Ring:
    """The newest samples; one interrupt writes, one task reads, nobody waits.

    size: a power of two. worst_jitter_us: the furthest an interrupt was off its place in the beat.
    Invariant: `tick` allocates nothing.
    """

    def __init__(
        self, read: "Callable[[], int]", period_us: int, ticks_us: "Callable[[], int]", size: int = 128
    ) -> None:
        self._read = read
        self._ticks_us = ticks_us
        self._period_us = period_us
        self._counts = array.array("h", [0] * size)
        self._mask = size - 1
        self._head = 0
        self._tail = 0
        self._last = 0
        self.newest_ticks = 0
        self.worst_jitter_us = 0
        self.lost = 0

    def tick(self, _timer: object = None) -> None:
        """Take one sample; called by the timer's interrupt."""
        now = self._ticks_us()
        if self._head:
            jitter = ticks_between(now, self._last) - self._period_us
            if jitter < 0:
                jitter = -jitter
            if jitter > self.worst_jitter_us:
                self.worst_jitter_us = jitter
        self._last = now
        self._counts[self._head & self._mask] = self._read()
        self.newest_ticks = now
        self._head = (self._head + 1) & _COUNT_MASK

    def take(self, longest: int = 122) -> "tuple[int, list[int]]":
        """Give the samples that came since the last time, with how many more are waiting behind them.

        Samples that were overwritten unread come as `LOST`, so that none is missing in the count.
        """
        behind = (self._head - self._tail) & _COUNT_MASK
        room = self._mask + 1 - _GUARD
        # A gap longer than a packet is told in several packets, each beginning where the last ended.
        gone = min(max(behind - room, 0), longest)
        counts = [LOST] * gone
        behind -= gone
        self.lost += gone
        fresh = min(behind, longest - gone) if behind <= room else 0
        start = self._tail + gone
        for at in range(start, start + fresh):
            counts.append(self._counts[at & self._mask])
        self._tail = (start + fresh) & _COUNT_MASK
        return behind - fresh, counts


class Timed:
    """A channel that a timer samples: an analogue sensor behind the converter."""

    def __init__(self, driver: "Analogue", ticks_us: "Callable[[], int]") -> None:
        self.driver = driver
        self._period_us = round(1_000_000 / driver.rate_hz)
        self._ticks_us = ticks_us
        self.ring = Ring(driver.read, self._period_us, ticks_us)

    @property
    def worst_jitter_us(self) -> int:
        """How far the worst sample was off its moment."""
        return self.ring.worst_jitter_us

    @property
    def lost(self) -> int:
        """Samples that were overwritten before they were sent."""
        return self.ring.lost

    def packet(self, now_us: int) -> "tuple[int, list[int]] | None":
        """Give the moment of the first new sample and the samples; None when there are none."""
        newest = self.ring.newest_ticks
        left, counts = self.ring.take()
        if not counts:
            return None
        age_us = ticks_between(self._ticks_us(), newest)
        return now_us - age_us - (left + len(counts) - 1) * self._period_us, counts


class Fetched:
    """A channel whose chip samples by its own clock and keeps a queue."""

    def __init__(self, driver: "Fifo") -> None:
        self.driver = driver
        self._clock = SampleClock(driver.rate_hz)
        self.worst_jitter_us = 0

    @property
    def lost(self) -> int:
        """Samples that the chip's queue could not hold."""
        return self.driver.overflows

    def packet(self, now_us: int) -> "tuple[int, list[int]] | None":
        """Give the moment of the first new sample and the samples; None when there are none."""
        counts = self.driver.fetch()
        if not counts:
            return None
        return self._clock.first_us(len(counts), now_us), counts


class Asked:
    """A channel that is slow enough to be asked, such as a temperature."""

    worst_jitter_us = 0

    def __init__(self, driver: "Slow") -> None:
        self.driver = driver
        self._period_us = round(1_000_000 / driver.rate_hz)
        self._due_us = -1
        self.lost = 0

    def packet(self, now_us: int) -> "tuple[int, list[int]] | None":
        """Give one sample when its time has come; None in between. What cannot be believed is `LOST`."""
        if self._due_us < 0:
            self._due_us = now_us + self._period_us
        if now_us < self._due_us:
            return None
        self._due_us = max(self._due_us + self._period_us, now_us)
        count = self.driver.measured()
        if count is None:
            self.lost += 1
        return now_us, [LOST if count is None else count]
