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
# Not every wearer has these sensors: a figure that never came is absent, not stale.
LIMITS_IF_SEEN_S = {
    "skin_level_us": 5.0,
    "skin_responses_per_min": 30.0,
    "skin_temperature_c": 10.0,
    "skin_trend_c_per_min": 30.0,
    "cadence_per_min": 5.0,
    "alpha_share": 5.0,
    "reward": 1.0,
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
        """The names of all figures past their limit, those of the heart and breath also if never seen."""
        seen = {name: limit for name, limit in LIMITS_IF_SEEN_S.items() if name in self._renewed_s}
        return frozenset(
            name for name, limit_s in (LIMITS_S | seen).items() if self.age_s(name, now_s) > limit_s
        )
