"""Time on a board: milliseconds that do not wrap early, and the moments of a chip's own samples.

MicroPython's ticks are small and wrap (after 18 minutes in microseconds); differences of them are safe.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# MicroPython's ticks wrap at a power of two; on a board this is 2**30, and differences are signed.
TICKS_PERIOD = 1 << 30
_TICKS_HALF = TICKS_PERIOD >> 1


def ticks_between(later: int, earlier: int) -> int:
    """How many ticks passed; negative when `later` came first.

    Allocates nothing: no step leaves the whole numbers that fit a word, as the period itself would.
    """
    passed = later - earlier
    if passed >= _TICKS_HALF:
        return passed - _TICKS_HALF - _TICKS_HALF
    if passed < -_TICKS_HALF:
        return passed + _TICKS_HALF + _TICKS_HALF
    return passed


class Uptime:
    """Time since this object was made, from ticks that wrap; to be asked at least every 8 minutes."""

    def __init__(self, ticks_us: "Callable[[], int]") -> None:
        self._ticks_us = ticks_us
        self._last = ticks_us()
        self._passed_us = 0

    def us(self) -> int:
        """Microseconds, growing without end."""
        now = self._ticks_us()
        self._passed_us += ticks_between(now, self._last)
        self._last = now
        return self._passed_us

    def ms(self) -> int:
        """Milliseconds, growing without end."""
        return self.us() // 1000


class SampleClock:
    """When the samples of a chip with its own crystal were taken, though they are fetched in bunches.

    Counts at the chip's nominal rate and leans to the moments of fetching by a sixteenth each time, so that
    unsteady fetching does not get into the times. Jumps when the two are a tenth of a second apart.
    """

    _FAR_US = 100_000

    def __init__(self, rate_hz: float) -> None:
        self._period_us = round(1_000_000 / rate_hz)
        self._next_us = -1

    def first_us(self, count: int, now_us: int) -> int:
        """Give the moment of the first of `count` samples that were just fetched."""
        fetched_us = now_us - count * self._period_us
        if self._next_us < 0 or abs(fetched_us - self._next_us) > self._FAR_US:
            self._next_us = fetched_us
        first_us = self._next_us + ((fetched_us - self._next_us) >> 4)
        self._next_us = first_us + count * self._period_us
        return first_us
