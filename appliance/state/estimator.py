"""The person now, smoothed: features twenty times a second in, one body state each time out."""

from __future__ import annotations

import math

from appliance.contracts import BodyState, Features
from appliance.state.coherence import CoherenceScore
from appliance.state.staleness import Staleness

# Seconds in which a figure goes 63 % of the way to a new value.
SMOOTHING_S = {
    "heart_rate_bpm": 1.5,
    "rmssd_ms": 2.0,
    "sdnn_ms": 2.0,
    "pnn50": 2.0,
    "breath_rate_bpm": 4.0,
}
# The same for what comes from beside the heart, also while the heart is lost.
SMOOTHING_BESIDE_S = {
    "skin_level_us": 1.0,
    "skin_responses_per_min": 5.0,
    "skin_temperature_c": 2.0,
    "skin_trend_c_per_min": 5.0,
    "cadence_per_min": 1.0,
}
# Alpha comes as a mean of seconds already; the reward must not come late.
SMOOTHING_ALPHA_S = 1.0
SMOOTHING_REWARD_S = 0.05


class Estimator:
    """Keeps the last known of everything and how old it is."""

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._staleness = Staleness()
        self._coherence = CoherenceScore()
        self._phase: float | None = None
        self._phase_at_s = 0.0
        self._at_s: float | None = None

    def update(
        self, features: Features, pacer_phase: float | None = None, is_simulated: bool = False
    ) -> BodyState:
        """Take the newest features and say how the wearer is.

        pacer_phase: 0..1 of the guide the wearer follows, None when none runs.
        """
        now_s = features.time_s
        step_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._at_s = now_s
        if not features.is_lost:
            for name, time_s in SMOOTHING_S.items():
                value = getattr(features, name)
                if value is not None and math.isfinite(value):
                    self._renew(name, value, 1.0 - math.exp(-step_s / time_s), now_s)
            if features.coherence is not None:
                self._coherence.update(features.coherence, features.quality, now_s)
                self._staleness.renew("coherence", now_s)
        self._beside(features, step_s, now_s)
        # A belt goes on telling the breath when the heart is lost.
        if features.is_lost and features.breath_rate_bpm is not None:
            share = 1.0 - math.exp(-step_s / SMOOTHING_S["breath_rate_bpm"])
            self._renew("breath_rate_bpm", features.breath_rate_bpm, share, now_s)
        if features.breath_phase is not None:
            self._phase, self._phase_at_s = features.breath_phase, now_s
            self._staleness.renew("breath_phase", now_s)
        return BodyState(
            time_s=now_s,
            heart_rate_bpm=self._values.get("heart_rate_bpm"),
            rmssd_ms=self._values.get("rmssd_ms"),
            sdnn_ms=self._values.get("sdnn_ms"),
            pnn50=self._values.get("pnn50"),
            coherence=self._coherence.update(None, 0.0, now_s),
            breath_rate_bpm=self._values.get("breath_rate_bpm"),
            breath_phase=self._running_phase(now_s),
            pacer_phase=pacer_phase,
            quality=features.quality,
            is_lost=features.is_lost,
            is_simulated=is_simulated,
            stale=self._staleness.stale(now_s),
            skin_level_us=self._values.get("skin_level_us"),
            skin_responses_per_min=self._values.get("skin_responses_per_min"),
            skin_temperature_c=self._values.get("skin_temperature_c"),
            skin_trend_c_per_min=self._values.get("skin_trend_c_per_min"),
            cadence_per_min=self._values.get("cadence_per_min"),
            posture=features.posture,
            alpha_share=self._values.get("alpha_share"),
            reward=self._values.get("reward"),
        )

    def _beside(self, features: Features, step_s: float, now_s: float) -> None:
        """Skin, movement and brain: each has its own sensor and does not wait for the heart."""
        for name, time_s in SMOOTHING_BESIDE_S.items():
            value = getattr(features, name)
            if value is not None and math.isfinite(value):
                self._renew(name, value, 1.0 - math.exp(-step_s / time_s), now_s)
        rhythms = features.rhythms
        if rhythms is None:
            return
        alpha = rhythms.shares.get("alpha")
        if alpha is not None:
            self._renew("alpha_share", alpha, 1.0 - math.exp(-step_s / SMOOTHING_ALPHA_S), now_s)
        # A muted brain is not rewarded, and at once.
        reward = 0.0 if rhythms.is_muted else rhythms.reward
        share = 1.0 if rhythms.is_muted else 1.0 - math.exp(-step_s / SMOOTHING_REWARD_S)
        self._renew("reward", reward, share, now_s)

    def _renew(self, name: str, value: float, share: float, now_s: float) -> None:
        last = self._values.get(name)
        # After a silence the old value is no starting point: jump to the new one.
        is_old = name in self._staleness.stale(now_s)
        self._values[name] = value if last is None or is_old else last + share * (value - last)
        self._staleness.renew(name, now_s)

    def _running_phase(self, now_s: float) -> float | None:
        if self._phase is None:
            return None
        rate_bpm = self._values.get("breath_rate_bpm")
        if rate_bpm is None:
            return self._phase
        return (self._phase + (now_s - self._phase_at_s) * rate_bpm / 60) % 1.0
