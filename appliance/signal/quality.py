"""How far the heart signal can be trusted, 0..1: little hum, beats alike, two energies of one mind.

Each beat brings its own quality from the detector (`cext.beats`), halved where the interval had to be mended;
the mean of the last ten counts. Below `MUTED` the figures are still shown, but nothing is rewarded. What the
index is made of, and how often it errs, stands in docs/signal-quality.md.
"""

from __future__ import annotations

from collections import deque

SPAN = 10
MUTED = 0.5


class Quality:
    """A running index over the last ten beats, and the mean of all."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=SPAN)
        self._total = 0.0
        self._count = 0

    def add(self, beat_quality: float) -> None:
        """Take the quality of one settled interval."""
        value = min(1.0, max(0.0, beat_quality))
        self._recent.append(value)
        self._total += value
        self._count += 1

    def clear(self) -> None:
        """The signal was lost: what was known says nothing about what comes."""
        self._recent.clear()

    def now(self) -> float:
        """The index over the last ten beats; 0 without any."""
        return sum(self._recent) / len(self._recent) if self._recent else 0.0

    def mean(self) -> float:
        """The index over everything so far; 0 without any."""
        return self._total / self._count if self._count else 0.0
