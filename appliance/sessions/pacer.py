"""The breath guide: a phase that turns once a breath, and the swell people follow."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pacer:
    """Breathes in for `inhale_s`, out for `exhale_s`, for ever."""

    inhale_s: float
    exhale_s: float

    @property
    def period_s(self) -> float:
        """Length of one breath."""
        return self.inhale_s + self.exhale_s

    @property
    def rate_bpm(self) -> float:
        """Breaths a minute."""
        return 60.0 / self.period_s

    @property
    def inhale_share(self) -> float:
        """How much of a breath is inhale, 0..1."""
        return self.inhale_s / self.period_s

    def phase(self, elapsed_s: float) -> float:
        """Where in the breath we are: 0 starts the inhale, `inhale_share` the exhale, 1 is 0 again."""
        return (elapsed_s % self.period_s) / self.period_s

    def swell(self, elapsed_s: float) -> float:
        """How full the lungs should be, 0..1; a raised cosine, so that it never jerks."""
        within_s = elapsed_s % self.period_s
        if within_s < self.inhale_s:
            return 0.5 - 0.5 * math.cos(math.pi * within_s / self.inhale_s)
        return 0.5 + 0.5 * math.cos(math.pi * (within_s - self.inhale_s) / self.exhale_s)

    def inhale(self, elapsed_s: float) -> float:
        """A hump over the inhale and nothing over the exhale, 0..1: what the hand feels."""
        within_s = elapsed_s % self.period_s
        return math.sin(math.pi * within_s / self.inhale_s) ** 2 if within_s < self.inhale_s else 0.0

    def features(self, elapsed_s: float) -> dict[str, float]:
        """Return what mapping rules can listen to."""
        return {"swell": self.swell(elapsed_s), "inhale": self.inhale(elapsed_s)}
