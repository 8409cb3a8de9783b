"""The smoothed person: calm figures, honest ages, and no reward for a poor signal."""

from __future__ import annotations

import pytest

from appliance.contracts import BodyState, Features
from appliance.state import Estimator
from appliance.state.coherence import CoherenceScore

STEP_S = 0.05
GOOD = {
    "heart_rate_bpm": 60.0,
    "rmssd_ms": 40.0,
    "sdnn_ms": 50.0,
    "pnn50": 0.2,
    "coherence": 0.6,
    "breath_rate_bpm": 6.0,
    "breath_phase": 0.0,
}


def features(time_s: float, quality: float = 1.0, is_lost: bool = False, **figures: float | None) -> Features:
    return Features(time_s=time_s, quality=quality, is_lost=is_lost, **figures)  # type: ignore[arg-type]


def run(estimator: Estimator, start_s: float, length_s: float, **figures: object) -> BodyState:
    state = None
    for number in range(round(length_s / STEP_S)):
        state = estimator.update(features(start_s + number * STEP_S, **figures))  # type: ignore[arg-type]
    assert state is not None
    return state


def test_everything_is_unknown_and_stale_before_the_first_beat() -> None:
    state = Estimator().update(features(0.0, quality=0.0, is_lost=True))
    assert state.heart_rate_bpm is None
    assert state.coherence is None
    assert state.is_lost
    assert {"heart_rate_bpm", "rmssd_ms", "coherence", "breath_rate_bpm"} <= state.stale


def test_the_first_figure_is_taken_as_it_is_and_the_next_is_approached() -> None:
    estimator = Estimator()
    assert run(estimator, 0.0, 1.0, **GOOD).heart_rate_bpm == pytest.approx(60.0)
    soon = run(estimator, 1.0, 0.5, **{**GOOD, "heart_rate_bpm": 80.0}).heart_rate_bpm
    later = run(estimator, 1.5, 10.0, **{**GOOD, "heart_rate_bpm": 80.0}).heart_rate_bpm
    assert soon is not None
    assert 61 < soon < 75
    assert later == pytest.approx(80.0, abs=0.2)


def test_a_lost_signal_keeps_the_last_figures_and_says_they_are_old() -> None:
    estimator = Estimator()
    run(estimator, 0.0, 5.0, **GOOD)
    state = run(estimator, 5.0, 6.0, quality=0.0, is_lost=True)
    assert state.heart_rate_bpm == pytest.approx(60.0)
    assert "heart_rate_bpm" in state.stale
    assert "rmssd_ms" not in state.stale
    state = run(estimator, 11.0, 30.0, quality=0.0, is_lost=True)
    assert {"rmssd_ms", "coherence", "breath_rate_bpm", "breath_phase"} <= state.stale


def test_after_a_silence_a_figure_begins_anew_instead_of_gliding() -> None:
    estimator = Estimator()
    run(estimator, 0.0, 5.0, **GOOD)
    run(estimator, 5.0, 10.0, quality=0.0, is_lost=True)
    state = estimator.update(features(15.0, **{**GOOD, "heart_rate_bpm": 90.0}))
    assert state.heart_rate_bpm == pytest.approx(90.0)
    assert "heart_rate_bpm" not in state.stale


def test_the_breath_phase_runs_on_between_looks() -> None:
    estimator = Estimator()
    run(estimator, 0.0, 1.0, **GOOD)
    start = estimator.update(features(1.0, **GOOD)).breath_phase
    later = estimator.update(features(3.5, **{**GOOD, "breath_phase": None})).breath_phase
    assert start == 0.0
    assert later == pytest.approx(0.25)


def test_a_poor_signal_lowers_coherence_and_never_raises_it() -> None:
    good, poor = Estimator(), Estimator()
    run(good, 0.0, 10.0, **GOOD)
    run(poor, 0.0, 10.0, **GOOD)
    high = run(good, 10.0, 10.0, **{**GOOD, "coherence": 1.0}).coherence
    low = run(poor, 10.0, 10.0, quality=0.1, **{**GOOD, "coherence": 1.0}).coherence
    assert high is not None
    assert low is not None
    assert high > 0.85
    assert low < 0.3


def test_a_score_falls_faster_than_it_rises() -> None:
    rising, falling = CoherenceScore(), CoherenceScore()
    rising.update(0.0, 1.0, 0.0)
    falling.update(1.0, 1.0, 0.0)
    up = rising.update(1.0, 1.0, 1.0)
    down = falling.update(0.0, 1.0, 1.0)
    assert up is not None
    assert down is not None
    assert 1.0 - down > up > 0.0


def test_what_the_caller_knows_is_handed_on() -> None:
    state = Estimator().update(features(1.0, **GOOD), pacer_phase=0.4, is_simulated=True)
    assert state.pacer_phase == 0.4
    assert state.is_simulated
