"""Everything a wearer carries beside the heart's sensor, through the chain and into the body state."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.contracts import Channel, Features, SensorFrame
from appliance.contracts.shapes import Rhythms
from appliance.sensors.virtual import VirtualWearer
from appliance.signal import SignalChain
from appliance.state import Estimator

RANDOM = np.random.default_rng(1)


def _frames(channel: Channel, values: np.ndarray, rate_hz: float, unit: str) -> list[SensorFrame]:
    """Frames of a fifth of a second."""
    step = max(1, round(rate_hz / 5))
    return [
        SensorFrame(
            sensor_id="s",
            channel=channel,
            sequence=number,
            sensor_time_s=first / rate_hz,
            arrival_s=(first + step) / rate_hz,
            values=values[first : first + step],
            rate_hz=rate_hz,
            unit=unit,
        )
        for number, first in enumerate(range(0, len(values) - step + 1, step))
    ]


def _run(*lines: list[SensorFrame]) -> tuple[SignalChain, list[Features]]:
    chain, seen = SignalChain(), []
    for frame in sorted((frame for line in lines for frame in line), key=lambda frame: frame.arrival_s):
        chain.feed(frame)
        seen.append(chain.features(frame.arrival_s))
    return chain, seen


def _eeg(length_s: float) -> np.ndarray:
    times_s = np.arange(int(250 * length_s)) / 250.0
    return 10.0 * np.sin(2 * np.pi * 10.2 * times_s) + 4.0 * RANDOM.standard_normal(len(times_s))


def test_each_sensor_gives_its_figures() -> None:
    times_s = np.arange(int(60 * 16.0)) / 16.0
    into_s = times_s % 20.0 - 5.0
    skin = 4.0 + 0.5 * np.clip(into_s / 1.5, 0.0, 1.0) * np.exp(-np.maximum(0.0, into_s - 1.5) / 2)
    acceleration = np.tile([0.0, 1.0, 0.0], (3000, 1)) + 0.004 * RANDOM.standard_normal((3000, 3))
    _, seen = _run(
        _frames(Channel.SKIN, skin, 16.0, "uS"),
        _frames(Channel.TEMPERATURE, 33.0 + times_s / 300.0, 16.0, "degC"),
        _frames(Channel.MOTION, acceleration, 50.0, "g"),
        _frames(Channel.EEG, _eeg(60.0), 250.0, "uV"),
    )
    last = seen[-1]
    assert last.skin_level_us == pytest.approx(4.1, abs=0.2)
    assert sum(one.kind == "response" for features in seen for one in features.skin_responses) == 3
    assert last.skin_responses_per_min == pytest.approx(3.0, abs=1.0)
    assert last.skin_temperature_c == pytest.approx(33.2, abs=0.05)
    assert last.skin_trend_c_per_min == pytest.approx(0.2, abs=0.02)
    assert last.cadence_per_min == 0.0
    assert last.artefact == pytest.approx(0.0, abs=0.01)
    assert last.rhythms is not None
    assert last.rhythms.peak_alpha_hz == pytest.approx(10.2, abs=0.1)
    assert last.rhythms.shares["alpha"] > 0.5
    assert not last.rhythms.is_muted
    state = Estimator().update(last)
    assert state.skin_level_us == last.skin_level_us
    assert state.alpha_share == last.rhythms.shares["alpha"]
    assert "skin_level_us" not in state.stale
    assert "heart_rate_bpm" in state.stale


def test_a_sensor_that_falls_silent_gives_no_figures_and_goes_stale() -> None:
    chain, _ = _run(_frames(Channel.SKIN, np.full(480, 3.0), 16.0, "uS"))
    estimator = Estimator()
    assert estimator.update(chain.features(30.0)).skin_level_us == pytest.approx(3.0)
    late = chain.features(40.0)
    assert late.skin_level_us is None
    state = estimator.update(late)
    assert state.skin_level_us == pytest.approx(3.0)
    assert "skin_level_us" in state.stale
    assert "alpha_share" not in state.stale


def test_no_contact_and_lost_frames_are_gaps() -> None:
    frames = _frames(Channel.EEG, _eeg(20.0), 250.0, "uV")
    chain, seen = _run(frames[:50] + frames[51:])
    assert seen[48].rhythms is not None
    assert seen[48].rhythms.shares
    assert seen[50].rhythms is not None
    assert not seen[50].rhythms.shares
    assert seen[-1].rhythms is not None
    assert seen[-1].rhythms.shares
    off = SensorFrame("s", Channel.EEG, 100, 20.0, 20.2, np.zeros(50), 250.0, "uV", has_contact=False)
    chain.feed(off)
    known = chain.features(20.2).rhythms
    assert known is not None
    assert not known.shares
    assert known.is_muted


def test_movement_mutes_the_heart_and_a_walking_chest_shows_no_breath() -> None:
    wearer = VirtualWearer(3, (Channel.PPG,), length_s=40.0)
    heart: list[SensorFrame] = []
    while not wearer.is_finished:
        heart += wearer.take(len(heart) * 0.05 + 0.05)
    times_s = np.arange(2000) / 50.0
    shake = np.where(times_s > 30.0, 0.4 * np.sin(2 * np.pi * 1.8 * times_s), 0.0)
    breath = 0.02 * np.sin(2 * np.pi * 0.25 * times_s)
    acceleration = np.stack([breath, 1.0 + shake, 0.0 * shake], axis=1) + 0.002 * RANDOM.standard_normal(
        (2000, 3)
    )
    chain, seen = _run(heart, _frames(Channel.MOTION, acceleration, 50.0, "g"))
    before = [one for one in seen if 28.5 < one.time_s < 30.0][-1]
    after = seen[-1]
    assert before.quality > 0.6
    assert after.quality < 0.3
    assert chain.beside.breaths(29.0) == []
    assert after.artefact is not None
    assert after.artefact > 0.9


def test_a_new_rate_starts_a_follower_anew() -> None:
    chain, _ = _run(_frames(Channel.SKIN, np.full(160, 3.0), 16.0, "uS"))
    before = chain.beside.followers["skin"]
    chain.feed(SensorFrame("s", Channel.SKIN, 200, 0.0, 11.0, np.full(8, 3.0), 8.0, "uS"))
    assert chain.beside.followers["skin"] is not before


def test_counts_of_a_converter_give_shares_but_no_feedback() -> None:
    chain, seen = _run(_frames(Channel.EEG, 500.0 + 10.0 * _eeg(20.0), 250.0, "a.u."))
    assert "feedback" not in chain.beside.followers
    assert seen[-1].rhythms is not None
    assert seen[-1].rhythms.shares["alpha"] > 0.5


@pytest.mark.parametrize("rate_hz", [1e-3, 0.3, 1.0, 2.0, 20.0, 70.0, 1e5, float("inf"), float("nan")])
def test_a_rate_too_low_or_no_rate_at_all_gives_no_figure_and_no_error(rate_hz: float) -> None:
    chain = SignalChain()
    units = {
        Channel.SKIN: "uS",
        Channel.EEG: "uV",
        Channel.MOTION: "g",
        Channel.BREATH: "",
        Channel.TEMPERATURE: "",
    }
    seen = []
    for number in range(40):
        for channel, unit in units.items():
            values = np.ones((30, 3)) if number % 2 else np.ones(30)
            chain.feed(SensorFrame("s", channel, number, number, number + 1.0, values, rate_hz, unit))
        seen.append(chain.features(number + 1.0))
    assert seen[-1].breath_rate_bpm is None
    assert not seen[-1].skin_responses
    assert seen[-1].rhythms is None or not seen[-1].rhythms.shares


@pytest.mark.parametrize("value", [1e300, -1e300, float("inf"), 1e-320])
def test_numbers_no_body_gives_are_no_figures_and_no_error(value: float) -> None:
    values = np.full(500, value)
    values[::7] = 0.0
    chain, seen = _run(
        _frames(Channel.SKIN, values, 16.0, "uS"),
        _frames(Channel.EEG, values, 250.0, "uV"),
        _frames(Channel.MOTION, values, 50.0, "g"),
        _frames(Channel.BREATH, values, 10.0, "a.u."),
        _frames(Channel.TEMPERATURE, values, 10.0, "degC"),
    )
    assert seen[-1].skin_level_us is None
    assert seen[-1].skin_temperature_c is None
    assert seen[-1].rhythms is None or not seen[-1].rhythms.shares
    assert chain.summary().breath_rate_bpm is None


def test_a_muted_brain_is_not_rewarded_at_once() -> None:
    estimator = Estimator()
    strong = Rhythms({}, {}, None, True, 0.9, False, 1.0)
    for number in range(20):
        state = estimator.update(Features(0.05 * number, rhythms=strong))
    assert state.reward == pytest.approx(0.9, abs=0.05)
    assert estimator.update(Features(1.0, rhythms=Rhythms({}, {}, None, False, 0.9, True, 0.5))).reward == 0.0
