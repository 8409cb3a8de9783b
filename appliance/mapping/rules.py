"""Which feature moves which parameter, how far and how fast: rows of data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.contracts import BodyState


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a rule can listen to: its usual range, whether it comes from the heart, how to read it.

    is_from_body: frozen while the heart's signal is lost or poor. What other sensors tell does not wait for
    the heart; it is None, and so frozen, when it is stale itself.
    """

    low: float
    high: float
    is_from_body: bool
    read: Callable[[BodyState, Mapping[str, float]], float | None]


def _fresh(name: str) -> Callable[[BodyState, Mapping[str, float]], float | None]:
    return lambda state, pacer: None if name in state.stale else getattr(state, name)


FEATURES: dict[str, Feature] = {
    "pacer_swell": Feature(0, 1, False, lambda state, pacer: pacer.get("swell")),
    "inhale": Feature(0, 1, False, lambda state, pacer: pacer.get("inhale")),
    "coherence": Feature(0, 1, True, lambda state, pacer: state.coherence),
    "heart_rate_bpm": Feature(40, 120, True, lambda state, pacer: state.heart_rate_bpm),
    "rmssd_ms": Feature(10, 100, True, lambda state, pacer: state.rmssd_ms),
    "breath_rate_bpm": Feature(4, 20, True, lambda state, pacer: state.breath_rate_bpm),
    "reward": Feature(0, 1, False, _fresh("reward")),
    "alpha_share": Feature(0, 0.5, False, _fresh("alpha_share")),
    "skin_level_us": Feature(1, 20, False, _fresh("skin_level_us")),
    "skin_responses_per_min": Feature(0, 15, False, _fresh("skin_responses_per_min")),
    "skin_temperature_c": Feature(24, 36, False, _fresh("skin_temperature_c")),
    "skin_trend_c_per_min": Feature(-0.5, 0.5, False, _fresh("skin_trend_c_per_min")),
    "cadence_per_min": Feature(0, 180, False, _fresh("cadence_per_min")),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: `feature` over [`low`, `high`] moves `target` over [`to_low`, `to_high`].

    slew_per_s: largest change of the target a second, in its unit; None follows at once (the engine
    still smooths every sample). Heart rate never drives a light's flicker rate: there is no such target.
    """

    feature: str
    target: str
    low: float
    high: float
    to_low: float
    to_high: float
    curve: str = "linear"
    slew_per_s: float | None = None
