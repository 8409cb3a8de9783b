"""Beats while electrodes move: found by their rhythm and their looks, and trusted less."""

from __future__ import annotations

import numpy as np
import pytest

from cext import beats
from tests.cext.hearts import Signal, beat_times, ecg, missed_and_invented

RATE_HZ = 250.0
LENGTH_S = 120.0


def motion(strength: float, seed: int = 5) -> Signal:
    """Made-up electrode motion: noise of 1 to 12 Hz that comes and goes."""
    chance = np.random.default_rng(seed)
    count = round(LENGTH_S * RATE_HZ)
    spectrum = np.fft.rfft(chance.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    spectrum *= ((hertz > 1) & (hertz < 12)) / np.maximum(hertz, 1) ** 0.5
    noise = np.fft.irfft(spectrum, count)
    swell = 1 + 0.5 * np.sin(2 * np.pi * np.arange(count) / count * 9)
    return strength * swell * noise / noise.std()


def heart(strength: float) -> tuple[Signal, Signal]:
    truth = beat_times(LENGTH_S)
    noise = motion(strength)
    noise[: round(30 * RATE_HZ)] = 0.0
    return truth, ecg(truth, LENGTH_S, RATE_HZ) + noise


def found(signal: Signal, step: int | None = None) -> list[beats.Event]:
    detector = beats.make("ecg", RATE_HZ)
    step = step or len(signal)
    return [event for i in range(0, len(signal), step) for event in detector.feed(signal[i : i + step])]


def confirmed(events: list[beats.Event]) -> Signal:
    return np.array([event.time_s for event in events if event.kind == "confirmed"])


@pytest.mark.parametrize(("strength", "wrong"), [(0.1, 0), (0.25, 4), (0.4, 30)])
def test_most_beats_are_found_in_noise(strength: float, wrong: int) -> None:
    truth, signal = heart(strength)
    assert sum(missed_and_invented(truth, confirmed(found(signal)))) <= wrong


def test_noise_is_said_to_be_poor_and_calm_to_be_good() -> None:
    _, signal = heart(0.4)
    events = [event for event in found(signal) if event.kind == "confirmed"]
    calm = [event.quality for event in events if 5 < event.time_s < 29]
    poor = [event.quality for event in events if event.time_s > 40]
    assert min(calm) > 0.7
    assert np.mean(poor) < 0.5


def test_trust_returns_when_the_noise_has_gone() -> None:
    truth, signal = heart(0.4)
    signal[round(70 * RATE_HZ) :] = ecg(truth, LENGTH_S, RATE_HZ)[round(70 * RATE_HZ) :]
    events = [event for event in found(signal) if event.kind == "confirmed" and event.time_s > 85]
    assert min(event.quality for event in events) > 0.6
    assert np.median([event.found_s - event.time_s for event in events]) < 0.2
    assert missed_and_invented(truth[truth > 85], np.array([event.time_s for event in events])) == (0, 0)


@pytest.mark.parametrize("step", [1, 25, 1777])
def test_chunk_size_changes_nothing_in_noise(step: int) -> None:
    _, signal = heart(0.4)
    signal = signal[: round(60 * RATE_HZ)]
    signal[9000:9100] = np.nan
    assert found(signal, step) == found(signal)


def test_nothing_is_told_twice_nor_out_of_order() -> None:
    _, signal = heart(0.5)
    times = confirmed(found(signal))
    assert np.min(np.diff(times)) > 0.15


def test_a_lead_swapped_in_the_middle_costs_no_more_than_a_beat() -> None:
    truth, signal = heart(0.0)
    signal[round(60 * RATE_HZ) :] *= -1
    times = confirmed(found(signal))
    missed, invented = missed_and_invented(truth, times)
    assert missed + invented <= 2
    errors_s = times[times > 75] - truth[truth > 75]
    assert np.ptp(errors_s) < 0.004


def test_twin_summits_are_marked_at_the_same_one() -> None:
    truth = beat_times(LENGTH_S)
    chance = np.random.default_rng(8)
    at = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    signal = 0.01 * chance.standard_normal(len(at))
    for time_s in truth:
        # Now the one, now the other is a little higher.
        first, second = 1 + 0.1 * chance.standard_normal(2)
        signal += first * np.exp(-0.5 * ((at - time_s) / 0.008) ** 2)
        signal += second * np.exp(-0.5 * ((at - time_s - 0.04) / 0.008) ** 2)
    times = confirmed(found(signal))
    late = times[10:] - truth[len(truth) - len(times) + 10 :]
    assert np.std(late) < 0.002


@pytest.mark.parametrize("strange", ["list", "float32", "strided", "read-only", "column"])
def test_any_kind_of_numbers_gives_the_same_beats(strange: str) -> None:
    _, signal = heart(0.0)
    signal = signal[:5000].astype(np.float32).astype(np.float64)
    given = {
        "list": signal.tolist(),
        "float32": signal.astype(np.float32),
        "strided": np.repeat(signal, 2)[::2],
        "read-only": np.frombuffer(signal.tobytes()),
        "column": signal.reshape(-1, 1),
    }[strange]
    assert beats.make("ecg", RATE_HZ).feed(given) == beats.make("ecg", RATE_HZ).feed(signal)
