"""The quality of the heart signal: what is said of clean, noisy and lost signals, and when it mutes."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.contracts import Channel, Features, SensorFrame
from appliance.signal import SignalChain
from appliance.signal.quality import MUTED, SPAN, Quality
from tests.cext.hearts import beat_times, ecg
from tests.cext.test_beats_noise import LENGTH_S, RATE_HZ, motion

STEP = 25


def said(values: np.ndarray) -> list[Features]:  # type: ignore[type-arg]
    chain, seen = SignalChain(), []
    for number, first in enumerate(range(0, len(values), STEP)):
        start_s, end_s = first / RATE_HZ, (first + STEP) / RATE_HZ
        part = values[first : first + STEP]
        chain.feed(SensorFrame("test", Channel.ECG, number, start_s, end_s, part, RATE_HZ, "mV"))
        seen.append(chain.features(end_s))
    return seen


def between(seen: list[Features], start_s: float, end_s: float) -> list[float]:
    return [one.quality for one in seen if start_s < one.time_s < end_s]


def test_a_clean_heart_is_trusted_within_ten_seconds() -> None:
    seen = said(ecg(beat_times(40.0), 40.0, RATE_HZ))
    assert min(between(seen, 10.0, 40.0)) > 0.8


@pytest.mark.parametrize("strength", [0.3, 0.5, 1.0])
def test_moving_electrodes_mute_within_ten_seconds_and_until_they_rest(strength: float) -> None:
    noise = motion(strength)
    noise[: round(40 * RATE_HZ)] = noise[round(80 * RATE_HZ) :] = 0.0
    seen = said(ecg(beat_times(LENGTH_S), LENGTH_S, RATE_HZ) + noise)
    assert min(between(seen, 10.0, 40.0)) > MUTED
    assert max(between(seen, 50.0, 80.0)) < MUTED
    assert min(between(seen, 105.0, LENGTH_S)) > MUTED


def test_the_louder_the_noise_the_lower_the_index() -> None:
    clean = ecg(beat_times(LENGTH_S), LENGTH_S, RATE_HZ)
    means = [np.mean(between(said(clean + motion(much)), 20, LENGTH_S)) for much in (0.0, 0.1, 0.2, 0.4)]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 0.6


def test_the_index_is_the_mean_of_the_last_ten() -> None:
    quality = Quality()
    for value in [0.0] * 5 + [1.0] * SPAN:
        quality.add(value)
    assert quality.now() == 1.0
    assert quality.mean() == pytest.approx(SPAN / (SPAN + 5))


def test_nothing_known_is_no_quality_and_no_value_leaves_its_scale() -> None:
    quality = Quality()
    assert quality.now() == quality.mean() == 0.0
    quality.add(7.0)
    quality.add(-3.0)
    assert quality.now() == 0.5
    quality.clear()
    assert quality.now() == 0.0
