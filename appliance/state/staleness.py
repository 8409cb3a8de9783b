"""Which figures are older than they should be; the table says how long each may be believed."""

from __future__ import annotations

LIMITS_S = {
    "heart_rate_bpm": 4.0,
    "rmssd_ms": 20.0,
    "sdnn_ms": 20.0,
    "pnn50": 20.0,
    "coherence": 15.0,
    "breath_rate_bpm": 20.0,
    "breath_phase": 5.0,
}


class Staleness:
    """Remembers when each figure was last renewed."""

    def __init__(self) -> None:
        self._renewed_s: dict[str, float] = {}

    def renew(self, name: str, now_s: float) -> None:
        """The figure has a fresh value now."""
        self._renewed_s[name] = now_s

    def age_s(self, name: str, now_s: float) -> float:
        """Seconds since the figure was fresh; infinite when it never was."""
        return now_s - self._renewed_s.get(name, float("-inf"))

    def stale(self, now_s: float) -> frozenset[str]:
        """The names of all figures past their limit, those never seen included."""
        return frozenset(name for name, limit_s in LIMITS_S.items() if self.age_s(name, now_s) > limit_s)
