"""Coherence as a calm figure: smoothed, and held down where the signal cannot be trusted.

The measure itself is `cext.spectra.coherence`. Here a poor signal pulls the score towards nothing and never
lifts it, so that noise is not rewarded.
"""

from __future__ import annotations

import math

RISE_S = 4.0
FALL_S = 2.0
TRUSTED = 0.5


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
