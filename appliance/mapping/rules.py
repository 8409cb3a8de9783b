"""Which feature moves which parameter, how far and how fast: rows of data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.contracts import BodyState


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a rule can listen to: its usual range, whether it comes from the body, how to read it."""

    low: float
    high: float
    is_from_body: bool
    read: Callable[[BodyState, Mapping[str, float]], float | None]


FEATURES: dict[str, Feature] = {
    "pacer_swell": Feature(0, 1, False, lambda state, pacer: pacer.get("swell")),
    "inhale": Feature(0, 1, False, lambda state, pacer: pacer.get("inhale")),
    "coherence": Feature(0, 1, True, lambda state, pacer: state.coherence),
    "heart_rate_bpm": Feature(40, 120, True, lambda state, pacer: state.heart_rate_bpm),
    "rmssd_ms": Feature(10, 100, True, lambda state, pacer: state.rmssd_ms),
    "breath_rate_bpm": Feature(4, 20, True, lambda state, pacer: state.breath_rate_bpm),
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
