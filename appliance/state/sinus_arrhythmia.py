"""How far the heartbeat swings with each breath: respiratory sinus arrhythmia, two ways.

By breath: the greatest less the least heart rate within each breath, where breaths are known. By turning
point: at each change of direction of the intervals, how far it was from the one before, smoothed with a
weight of 0.1; it needs no breath and follows at once (Blum et al., Sci. Rep. 9 (2019) 7822).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WEIGHT = 0.1
FEWEST_BEATS = 3
# A breath outside 2 to 30 a minute is a breath not seen, or one too many.
LONGEST_BREATH_S = 30.0
SHORTEST_BREATH_S = 2.0


@dataclass(frozen=True, slots=True)
class Swing:
    """One breath: when it ended, greatest less least heart rate (beats a minute) and interval (ms) in it."""

    time_s: float
    rate_bpm: float
    interval_ms: float


def swings(
    times_s: Sequence[float],
    intervals_ms: Sequence[float],
    is_own: Sequence[bool],
    breaths_s: Sequence[float],
) -> list[Swing]:
    """The swing of each breath that is whole.

    times_s, intervals_ms: when each interval ended and how long it was; is_own: False for a mended one: its
    breath is left out, for a guess may not swing. breaths_s: where each inhale began, rising.
    """
    found = []
    first = 0
    for start_s, end_s in pairwise(breaths_s):
        while first < len(times_s) and times_s[first] < start_s:
            first += 1
        last = first
        while last < len(times_s) and times_s[last] < end_s:
            last += 1
        inside = intervals_ms[first:last]
        is_breath = SHORTEST_BREATH_S <= end_s - start_s <= LONGEST_BREATH_S
        if is_breath and len(inside) >= FEWEST_BEATS and all(is_own[first:last]):
            low, high = min(inside), max(inside)
            found.append(Swing(end_s, 60000.0 / low - 60000.0 / high, high - low))
        first = last
    return found


class TurningPoints:
    """The swing from turning point to turning point, followed beat by beat."""

    def __init__(self) -> None:
        self._last_ms: float | None = None
        self._turn_ms: float | None = None
        self._direction = 0
        self.value_ms: float | None = None

    def add(self, interval_ms: float, is_own: bool = True) -> float | None:
        """Take one interval; returns the smoothed swing in ms, None before two turns.

        is_own: False for a mended interval: it ends the swing under way and cannot lengthen it.
        """
        if not is_own:
            self._last_ms = self._turn_ms = None
            self._direction = 0
            return self.value_ms
        last_ms, self._last_ms = self._last_ms, interval_ms
        if last_ms is None or interval_ms == last_ms:
            return self.value_ms
        direction = 1 if interval_ms > last_ms else -1
        if direction != self._direction:
            if self._direction and self._turn_ms is not None:
                swing_ms = abs(last_ms - self._turn_ms)
                now_ms = swing_ms if self.value_ms is None else self.value_ms
                self.value_ms = now_ms + WEIGHT * (swing_ms - now_ms)
            self._turn_ms = last_ms if self._direction else None
            self._direction = direction
        return self.value_ms
