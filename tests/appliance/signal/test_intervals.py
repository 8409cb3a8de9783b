"""Intervals of straps and optical sensors: placed in time without drift, gaps seen, errors told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.signal.intervals import IntervalClock, Pulse, Timed, milliseconds

Array = NDArray[np.float64]


def heart(length_s: float, seed: int = 1, mean_s: float = 0.85) -> Array:
    """When beats were, seconds."""
    chance, beats, now_s = np.random.default_rng(seed), [], 0.0
    while now_s < length_s:
        now_s += mean_s + 0.05 * math.sin(now_s * 0.6) + 0.02 * chance.standard_normal()
        beats.append(now_s)
    return np.array(beats)


def notifications(beats_s: Array, seed: int = 2, drift: float = 0.0) -> list[tuple[float, list[float]]]:
    """What a strap sends: once a second, a little late, whole ticks of its own clock; maybe nothing."""
    chance, sent = np.random.default_rng(seed), []
    ticks = np.diff(np.round(beats_s * (1 + drift) * 1024)).astype(int)
    for second in range(1, int(beats_s[-1])):
        new = (beats_s[1:] > second - 1) & (beats_s[1:] <= second)
        sent.append((second + 0.03 + 0.02 * chance.random(), milliseconds(ticks[new].tolist())))
    return sent


def run(sent: list[tuple[float, list[float]]]) -> tuple[list[Timed], IntervalClock]:
    clock = IntervalClock()
    return [one for arrival_s, intervals_ms in sent for one in clock.feed(arrival_s, intervals_ms)], clock


def nearest_s(times_s: Array, beats_s: Array) -> Array:
    return np.asarray(times_s - beats_s[np.abs(times_s[:, None] - beats_s).argmin(axis=1)])


@pytest.mark.parametrize("mean_s", [0.4, 0.85, 1.6])
def test_every_interval_comes_once_whole_and_near_its_beat(mean_s: float) -> None:
    beats = heart(300, mean_s=mean_s)
    found, clock = run(notifications(beats))
    assert clock.gaps == []
    count = len(found)
    np.testing.assert_allclose([one.rr_ms for one in found], 1000 * np.diff(beats)[:count], atol=1.0)
    late_s = np.array([one.time_s for one in found]) - beats[1 : count + 1]
    assert np.all(np.diff([one.time_s for one in found]) > 0)
    # Within a minute a notification came right after its beat.
    assert np.abs(late_s[count // 3 :]).max() < 0.2
    assert all(one.is_joined for one in found[1:])


@pytest.mark.parametrize("drift", [-1e-4, 1e-4, 5e-4])
def test_hours_of_a_strap_whose_clock_drifts_stay_in_place(drift: float) -> None:
    beats = heart(7200)
    found, clock = run(notifications(beats, drift=drift))
    late_s = np.array([one.time_s for one in found]) - beats[1 : len(found) + 1]
    assert clock.gaps == []
    assert np.abs(late_s[200:]).max() < 0.3


def test_a_lost_notification_is_a_gap_of_its_length_and_joins_nothing() -> None:
    beats = heart(200, mean_s=0.7)
    sent = notifications(beats)
    lost = sent.pop(100)
    found, clock = run(sent)
    assert len(clock.gaps) == 1
    start_s, length_s = clock.gaps[0]
    assert start_s == pytest.approx(lost[0] - 1.0, abs=1.0)
    assert length_s == pytest.approx(sum(lost[1]) / 1000, abs=1.0)
    broken = [one for one in found[1:] if not one.is_joined]
    assert len(broken) == 1
    assert broken[0].time_s > start_s
    assert np.abs(nearest_s(np.array([one.time_s for one in found[-40:]]), beats)).max() < 0.35


def test_a_late_notification_is_pulled_back_into_place() -> None:
    beats = heart(300)
    sent = notifications(beats)
    sent[150] = (sent[150][0] + 0.9, sent[150][1])
    found, _ = run(sent)
    late_s = np.array([one.time_s for one in found]) - beats[1 : len(found) + 1]
    assert np.abs(late_s[200:]).max() < 0.3


def test_half_a_minute_of_silence_is_one_gap() -> None:
    beats = heart(200)
    sent = [one for one in notifications(beats) if not 80 < one[0] < 110]
    _, clock = run(sent)
    assert len(clock.gaps) == 1
    assert clock.gaps[0][0] == pytest.approx(80, abs=2.5)
    assert clock.gaps[0][1] == pytest.approx(30, abs=2.5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0, 0.0, 20.0, 9000.0])
def test_what_is_no_interval_is_counted_and_breaks_the_row(bad: float) -> None:
    clock = IntervalClock()
    for second in range(1, 20):
        assert clock.feed(second + 0.02, [1000.0])
    found = clock.feed(20.02, [1000.0, bad])
    after = clock.feed(21.02, [1000.0])
    assert clock.rejected == 1
    assert [one.rr_ms for one in [*found, *after]] == [1000.0, 1000.0]
    assert not after[0].is_joined


def test_pulses_tell_their_error_and_movement_is_a_gap() -> None:
    clock = IntervalClock()
    good = [clock.feed_pulses(second, [Pulse(1000.0, 5.0)])[0] for second in range(1, 11)]
    assert all(0.85 < one.quality < 0.95 for one in good)
    assert good[-1].error_ms == 5.0
    assert clock.feed_pulses(11.0, [Pulse(1000.0, 30.0)])[0].quality < good[-1].quality
    bad = (Pulse(1000.0, 5.0, has_moved=True), Pulse(1000.0, 5.0, has_contact=False), Pulse(1000.0, 60.0))
    for second, pulse in enumerate(bad, 12):
        assert clock.feed_pulses(float(second), [pulse]) == []
    assert len(clock.gaps) == 3
    assert not clock.feed_pulses(15.0, [Pulse(1000.0, 5.0)])[0].is_joined


def test_ticks_become_milliseconds_without_rounding() -> None:
    assert milliseconds([1024, 870]) == [1000.0, 870 * 1000 / 1024]


def test_beats_are_never_pushed_together_while_the_clock_is_found() -> None:
    beats = heart(200)
    sent = notifications(beats)
    late = [
        (arrival_s + (0.9 if number < 12 else 0.0), intervals)
        for number, (arrival_s, intervals) in enumerate(sent)
    ]
    found, _ = run(late)
    steps_s = np.diff([one.time_s for one in found])
    assert np.all(steps_s >= 0.74 * np.array([one.rr_ms for one in found[1:]]) / 1000)
    late_s = np.array([one.time_s for one in found]) - beats[1 : len(found) + 1]
    assert np.abs(late_s[60:]).max() < 0.3


def test_a_clock_that_is_not_told_of_empty_notifications_takes_none_for_lost() -> None:
    beats = heart(300, mean_s=1.4)
    clock = IntervalClock(sees_all=False)
    for arrival_s, intervals_ms in notifications(beats):
        if intervals_ms:
            clock.feed(arrival_s, intervals_ms)
    assert clock.gaps == []
