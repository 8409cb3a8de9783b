"""The streaming detectors: right, quick to say so, and silent where there is no heart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cext import beats
from tests.cext.hearts import Signal, beat_times, ecg, missed_and_invented, ppg

MAKERS: dict[str, Callable[..., Signal]] = {"ecg": ecg, "ppg": ppg}
KINDS = sorted(MAKERS)


def confirmed(events: list[beats.Event]) -> Signal:
    return np.array([event.time_s for event in events if event.kind == "confirmed"])


def heart(kind: str, rate_hz: float, length_s: float = 60.0) -> tuple[Signal, Signal]:
    truth = beat_times(length_s)
    return truth, MAKERS[kind](truth, length_s, rate_hz)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate_hz", [100.0, 130.0, 250.0, 360.0, 1000.0, 2000.0])
def test_every_beat_is_found_once_at_any_rate(kind: str, rate_hz: float) -> None:
    truth, signal = heart(kind, rate_hz)
    found = confirmed(beats.make(kind, rate_hz).feed(signal))
    assert missed_and_invented(truth, found) == (0, 0)
    error_s = found - truth
    assert np.std(np.diff(error_s)) < (0.0015 if kind == "ecg" else 0.008)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", [1, 7, 36, 4096])
def test_chunk_size_changes_nothing(kind: str, chunk: int) -> None:
    _, signal = heart(kind, 250.0, 30.0)
    signal[2000:2300] = np.nan
    whole = beats.make(kind, 250.0).feed(signal)
    detector = beats.make(kind, 250.0)
    pieces = [event for i in range(0, len(signal), chunk) for event in detector.feed(signal[i : i + chunk])]
    assert pieces == whole


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_upside_down_gives_the_same_beats(kind: str) -> None:
    _, signal = heart(kind, 250.0)
    upright = confirmed(beats.make(kind, 250.0).feed(signal))
    turned = confirmed(beats.make(kind, 250.0).feed(-signal))
    assert len(turned) == len(upright)
    assert np.max(np.abs(turned - upright)) < 0.001


def test_a_beat_is_confirmed_within_a_fifth_of_a_second_and_foretold_earlier() -> None:
    _, signal = heart("ecg", 360.0)
    events = [event for event in beats.make("ecg", 360.0).feed(signal) if event.time_s > 5]
    late = {
        kind: [e.found_s - e.time_s for e in events if e.kind == kind]
        for kind in ("provisional", "confirmed")
    }
    assert np.median(late["confirmed"]) <= 0.2
    assert np.median(late["provisional"]) <= 0.11
    assert len(late["provisional"]) == len(late["confirmed"])


def test_intervals_are_right_to_a_fraction_of_a_sample() -> None:
    truth, signal = heart("ecg", 125.0)
    found = confirmed(beats.make("ecg", 125.0).feed(signal))
    assert np.median(np.abs(np.diff(found) - np.diff(truth))) < 0.001


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    ["empty", "nan", "zero", "constant", "rail", "one sample"],
)
def test_nothing_gives_no_beat(kind: str, name: str) -> None:
    count = 250 * 60
    signals = {
        "empty": np.empty(0),
        "nan": np.full(count, np.nan),
        "zero": np.zeros(count),
        "constant": np.full(count, 3.3),
        "rail": np.concatenate([np.zeros(500), np.full(count, 4095.0)]),
        "one sample": np.ones(1),
    }
    detector = beats.make(kind, 250.0)
    assert confirmed(detector.feed(signals[name])).size == 0
    assert detector.is_lost
    assert detector.quality == 0.0


def test_infinities_and_huge_numbers_are_survived() -> None:
    _, signal = heart("ecg", 250.0)
    signal[3000] = np.inf
    signal[3500] = 1e300
    found = confirmed(beats.make("ecg", 250.0).feed(signal))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("kind", KINDS)
def test_beats_return_after_a_gap_and_none_lies_inside_it(kind: str) -> None:
    truth, signal = heart(kind, 250.0)
    signal[5000:7500] = np.nan
    found = confirmed(beats.make(kind, 250.0).feed(signal))
    assert not ((found > 20.0) & (found < 30.0)).any()
    seen = truth[(truth < 19.5) | (truth > 32.0)]
    assert missed_and_invented(seen, found[(found < 19.6) | (found > 31.9)]) == (0, 0)


def test_an_ectopic_beat_is_found_too() -> None:
    truth = beat_times(40.0)
    truth[20] -= 0.3
    found = confirmed(beats.make("ecg", 250.0).feed(ecg(truth, 40.0, 250.0)))
    assert missed_and_invented(truth, found) == (0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_reset_forgets_everything(kind: str) -> None:
    _, signal = heart(kind, 250.0, 20.0)
    detector = beats.make(kind, 250.0)
    first = detector.feed(signal)
    detector.reset()
    assert detector.feed(signal) == first


@pytest.mark.parametrize(
    ("kind", "rate_hz"), [("ecg", 0.0), ("ecg", -1.0), ("ppg", np.nan), ("ecg", 1e9), ("x", 250)]
)
def test_an_impossible_detector_is_refused_with_words(kind: str, rate_hz: float) -> None:
    with pytest.raises(ValueError, match=r"rate|there are"):
        beats.make(kind, rate_hz)
