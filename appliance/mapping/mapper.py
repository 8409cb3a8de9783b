"""Applies the rules: the same state and the same past always give the same scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appliance.contracts import BodyState, Scene
from appliance.mapping.curves import bend
from appliance.mapping.rules import FEATURES, Rule

MUTED_BELOW_QUALITY = 0.5


class Mapper:
    """Turns body states into scenes.

    base: parameter -> value where no rule moves it. rules: rows. glide_s: handed to the engine.
    """

    def __init__(self, base: Mapping[str, float], rules: Sequence[Rule], glide_s: float = 0.06) -> None:
        self._base = dict(base)
        self._rules = tuple(rules)
        self._glide_s = glide_s
        self._last: dict[str, float] = {}
        self._last_s: float | None = None

    def scene(self, state: BodyState, pacer: Mapping[str, float]) -> Scene:
        """Where every parameter should go now.

        pacer: `swell` and `inhale`, 0..1, of the guide. A lost or poor signal freezes what the body
        drives where it stands: it never rewards an artefact.
        """
        step_s = 0.0 if self._last_s is None else max(0.0, state.time_s - self._last_s)
        self._last_s = state.time_s
        is_frozen = state.is_lost or state.quality < MUTED_BELOW_QUALITY
        targets = dict(self._base)
        for rule in self._rules:
            targets[rule.target] = self._value(rule, state, pacer, step_s, is_frozen)
        self._last = targets
        return Scene(state.time_s, targets, self._glide_s)

    def _value(
        self, rule: Rule, state: BodyState, pacer: Mapping[str, float], step_s: float, is_frozen: bool
    ) -> float:
        feature = FEATURES[rule.feature]
        start = self._last.get(rule.target, self._base.get(rule.target, rule.to_low))
        if feature.is_from_body and is_frozen:
            return start
        reading = feature.read(state, pacer)
        if reading is None:
            return start
        share = (reading - rule.low) / (rule.high - rule.low)
        wanted = bend(rule.curve, share, rule.to_low, rule.to_high)
        if rule.slew_per_s is None:
            return wanted
        most = rule.slew_per_s * step_s
        return start + min(most, max(-most, wanted - start))
