"""Coherence as a calm figure: smoothed, held down where the signal cannot be trusted, told in three levels.

The measure itself is `cext.spectra.slow_wave`. Here a poor signal pulls the score towards nothing and never
lifts it, so that noise is not rewarded. The score of 0 to 100, its levels and points are our own scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from appliance.errors import Misused

RISE_S = 4.0
FALL_S = 2.0
TRUSTED = 0.5
EVERY_S = 5.0
# How far a score must fall below the threshold it once passed before the level is lost.
HOLD_SCORE = 3.0

Level = Literal["low", "medium", "high"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high")
POINTS: dict[Level, int] = {"low": -1, "medium": 1, "high": 2}


class CoherenceScore:
    """A score 0..1 that rises slowly and falls quickly."""

    def __init__(self) -> None:
        self._value: float | None = None
        self._at_s = 0.0

    def update(self, coherence: float | None, quality: float, now_s: float) -> float | None:
        """Take the measure of this moment (None: nothing new) and return the score."""
        if coherence is None:
            return self._value
        target = coherence * min(1.0, max(0.0, quality) / TRUSTED)
        if self._value is None:
            self._value = target
        else:
            time_s = RISE_S if target > self._value else FALL_S
            self._value += (target - self._value) * (1.0 - math.exp(-max(0.0, now_s - self._at_s) / time_s))
        self._at_s = now_s
        return self._value

    def clear(self) -> None:
        """Begin anew with the next measure."""
        self._value = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the practice stands. score: 0..100; points: gathered so far, never below 0."""

    time_s: float
    score: float
    level: Level
    points: int


class CoherenceLevel:
    """Says every five seconds how coherent the heart is, and gathers points; the measure knows no level.

    medium_score, high_score: thresholds 0..100, `coherence_medium_score` and `coherence_high_score` of the
    settings. A level is kept until the score is 3 below its threshold. High gives two points, medium one,
    low takes one; not knowing gives none.
    Raises Misused when the thresholds do not rise.
    """

    def __init__(self, medium_score: float = 35.0, high_score: float = 65.0) -> None:
        if not 0.0 < medium_score < high_score <= 100.0:
            raise Misused(
                f"coherence levels at {medium_score:g} and {high_score:g} do not rise within 0 to 100",
                "set coherence_medium_score below coherence_high_score",
            )
        self._thresholds = (medium_score, high_score)
        self._place = 0
        self.points = 0
        self._next_s = -math.inf
        self.standing: Standing | None = None

    def begin(self) -> None:
        """A new session: no points, and a standing with the next measure."""
        self._place, self.points, self._next_s, self.standing = 0, 0, -math.inf, None

    def update(self, share: float | None, now_s: float) -> Standing | None:
        """Take the measure of this moment, 0..1; returns a new standing when five seconds have passed."""
        if share is None or not math.isfinite(share):
            self._place, self.standing = 0, None
            return None
        if now_s < self._next_s:
            return None
        self._next_s = now_s + EVERY_S
        score = 100.0 * min(1.0, max(0.0, share))
        while self._place < 2 and score >= self._thresholds[self._place]:
            self._place += 1
        while self._place > 0 and score < self._thresholds[self._place - 1] - HOLD_SCORE:
            self._place -= 1
        level = LEVELS[self._place]
        self.points = max(0, self.points + POINTS[level])
        self.standing = Standing(now_s, score, level, self.points)
        return self.standing
