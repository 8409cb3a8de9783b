from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contracts import BodyState
from appliance.mapping import Mapper, Rule
from appliance.mapping.curves import CURVES, bend

GOOD = BodyState(0.0, coherence=0.8, heart_rate_bpm=60, quality=0.9, is_lost=False)
COLOUR = Rule("coherence", "reverb.mix", 0, 1, 0.2, 0.4)


@pytest.mark.parametrize("curve", CURVES)
@given(low=st.floats(0.1, 10), high=st.floats(10.1, 1000), first=st.floats(-1, 2), second=st.floats(-1, 2))
def test_every_curve_is_monotone_and_bounded(
    curve: str, low: float, high: float, first: float, second: float
) -> None:
    near, far = sorted((first, second))
    at_near, at_far = bend(curve, near, low, high), bend(curve, far, low, high)
    assert at_near <= at_far + 1e-9
    assert low - 1e-9 <= at_near
    assert at_far <= high + 1e-9


def test_a_rule_moves_its_target_within_its_span() -> None:
    scene = Mapper({}, [COLOUR]).scene(GOOD, {})
    assert scene.targets["reverb.mix"] == pytest.approx(0.36)


def test_a_poor_signal_freezes_what_the_body_drives_but_not_the_pacer() -> None:
    swell = Rule("pacer_swell", "light.left", 0, 1, 0, 1)
    mapper = Mapper({"reverb.mix": 0.2}, [COLOUR, swell])
    mapper.scene(GOOD, {"swell": 0.0})
    poor = BodyState(1.0, coherence=0.0, quality=0.2, is_lost=False)
    scene = mapper.scene(poor, {"swell": 1.0})
    assert scene.targets["reverb.mix"] == pytest.approx(0.36)
    assert scene.targets["light.left"] == 1.0


def test_a_slew_bounds_how_fast_a_target_moves() -> None:
    slow = Rule("coherence", "reverb.mix", 0, 1, 0.0, 1.0, slew_per_s=0.1)
    mapper = Mapper({"reverb.mix": 0.0}, [slow])
    mapper.scene(GOOD, {})
    one_second_on = BodyState(1.0, coherence=0.8, quality=0.9, is_lost=False)
    assert mapper.scene(one_second_on, {}).targets["reverb.mix"] == pytest.approx(0.1)


def test_a_figure_that_is_not_there_yet_leaves_the_base_value() -> None:
    state = BodyState(0.0, coherence=None, quality=0.9, is_lost=False)
    assert Mapper({"reverb.mix": 0.25}, [COLOUR]).scene(state, {}).targets["reverb.mix"] == 0.25


def test_the_brains_reward_does_not_wait_for_the_heart_and_freezes_when_stale() -> None:
    rule = Rule("reward", "reverb.mix", 0, 1, 0.0, 1.0)
    mapper = Mapper({"reverb.mix": 0.5}, [rule])
    assert mapper.scene(BodyState(0.0), {}).targets["reverb.mix"] == 0.5
    assert mapper.scene(BodyState(1.0, reward=0.8), {}).targets["reverb.mix"] == pytest.approx(0.8)
    old = BodyState(2.0, reward=0.1, stale=frozenset({"reward"}))
    assert mapper.scene(old, {}).targets["reverb.mix"] == pytest.approx(0.8)
    assert mapper.scene(BodyState(3.0, reward=0.0), {}).targets["reverb.mix"] == 0.0
