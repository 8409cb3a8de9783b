"""What is no heart gives no beat: noise, hum, edges, a finger that is not there."""

from __future__ import annotations

import numpy as np
import pytest

from cext import beats
from tests.cext.hearts import Signal, beat_times, ecg, ppg

LENGTH_S = 60.0


def confirmed(kind: str, rate_hz: float, signal: Signal) -> int:
    return sum(event.kind == "confirmed" for event in beats.make(kind, rate_hz).feed(signal))


def times(rate_hz: float) -> Signal:
    return np.arange(round(LENGTH_S * rate_hz)) / rate_hz


@pytest.mark.parametrize("kind", ["ecg", "ppg"])
@pytest.mark.parametrize("rate_hz", [250.0, 360.0, 1000.0])
@pytest.mark.parametrize("seed", range(3))
def test_white_noise_is_silent_but_for_a_first_error(kind: str, rate_hz: float, seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(round(LENGTH_S * rate_hz))
    assert confirmed(kind, rate_hz, noise) <= 8  # a naive threshold finds about 140


def test_the_harness_would_notice_beats_in_noise() -> None:
    noise = np.random.default_rng(0).standard_normal(round(LENGTH_S * 250.0))
    peaks = np.flatnonzero((noise[1:-1] > 2) & (noise[1:-1] > noise[:-2]) & (noise[1:-1] > noise[2:]))
    assert len(peaks) > 100


@pytest.mark.parametrize("rate_hz", [125.0, 250.0, 360.0, 1000.0])
@pytest.mark.parametrize("hum_hz", [16.7, 50.0, 60.0])
def test_mains_hum_alone_is_silent(rate_hz: float, hum_hz: float) -> None:
    hiss = 0.01 * np.random.default_rng(1).standard_normal(round(LENGTH_S * rate_hz))
    assert confirmed("ecg", rate_hz, np.sin(2 * np.pi * hum_hz * times(rate_hz)) + hiss) <= 2


@pytest.mark.parametrize("rate_hz", [250.0, 360.0, 2000.0])
@pytest.mark.parametrize("wave_hz", [0.5, 1.0, 1.3, 2.0])
@pytest.mark.parametrize("shape", ["square", "sine", "triangle"])
def test_a_test_generator_is_no_heart(rate_hz: float, wave_hz: float, shape: str) -> None:
    turn = times(rate_hz) * wave_hz
    wave = {
        "square": np.sign(np.sin(2 * np.pi * turn)),
        "sine": np.sin(2 * np.pi * turn),
        "triangle": np.abs(turn % 1 - 0.5),
    }[shape]
    assert confirmed("ecg", rate_hz, wave) <= 5  # its first edges, until they are seen to alternate


def test_beats_that_point_up_and_down_in_turn_are_a_heart_all_the_same() -> None:
    truth = beat_times(LENGTH_S)
    upward, broad = ecg(truth[::2], LENGTH_S, 250.0), ecg(truth[1::2], LENGTH_S, 250.0, noise=0.0)
    # Every other beat is ectopic: turned over and twice as broad.
    broad = np.convolve(broad, np.ones(12) / 6, "same")
    assert abs(confirmed("ecg", 250.0, upward - broad) - len(truth)) <= 2


@pytest.mark.parametrize("kind", ["ecg", "ppg"])
def test_a_sensor_that_falls_off_gives_no_more_beats(kind: str) -> None:
    truth = beat_times(30.0)
    worn = (ecg if kind == "ecg" else ppg)(truth, 30.0, 250.0)
    hiss = 0.002 * np.random.default_rng(4).standard_normal(250 * 60)
    detector = beats.make(kind, 250.0)
    detector.feed(worn)
    after = detector.feed(worn[-1] + hiss)
    assert len([event for event in after if event.kind == "confirmed" and event.time_s > 31.0]) <= 2
    assert detector.is_lost
    assert detector.quality == 0.0
