"""The swing of the heart with the breath, by breath and by turning point; a mended beat does not swing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.state.sinus_arrhythmia import TurningPoints, swings

Array = NDArray[np.float64]


def breathing(depth_ms: float = 60.0, length_s: float = 120.0) -> tuple[Array, Array, Array]:
    """Six breaths a minute: when intervals ended, the intervals, where inhales began."""
    times, intervals, now_s = [], [], 0.0
    while now_s < length_s:
        rr = 850 + depth_ms * np.cos(2 * np.pi * 0.1 * now_s)
        now_s += rr / 1000
        times.append(now_s)
        intervals.append(rr)
    return np.array(times), np.array(intervals), np.arange(0, length_s + 1, 10.0)


def test_each_breath_swings_from_its_longest_to_its_shortest_interval() -> None:
    times, intervals, breaths = breathing()
    found = swings(times.tolist(), intervals.tolist(), [True] * len(times), breaths.tolist())
    assert len(found) == 12
    assert np.mean([one.interval_ms for one in found]) == pytest.approx(120, rel=0.05)
    assert np.mean([one.rate_bpm for one in found]) == pytest.approx(60000 / 790 - 60000 / 910, rel=0.06)


def test_a_breath_with_a_mended_beat_or_an_impossible_length_does_not_count() -> None:
    times, intervals, breaths = breathing()
    own = [True] * len(times)
    own[20] = False
    found = swings(times.tolist(), intervals.tolist(), own, breaths.tolist())
    assert len(found) == 11
    assert swings(times.tolist(), intervals.tolist(), own, [0.0, 1.0, 90.0]) == []


def test_turning_points_settle_at_the_swing_and_follow_a_change() -> None:
    turning = TurningPoints()
    for one in breathing()[1]:
        turning.add(float(one))
    assert turning.value_ms == pytest.approx(120, rel=0.05)
    for one in breathing(20.0, 400.0)[1]:
        turning.add(float(one))
    assert turning.value_ms == pytest.approx(40, rel=0.1)


def test_a_spike_that_was_mended_lengthens_no_swing() -> None:
    spiked, clean = TurningPoints(), TurningPoints()
    for number, one in enumerate(breathing()[1]):
        clean.add(float(one))
        spiked.add(1600.0 if number % 17 == 3 else float(one), is_own=number % 17 != 3)
    assert spiked.value_ms is not None
    assert clean.value_ms is not None
    assert spiked.value_ms <= clean.value_ms + 1e-9


def test_before_two_turns_nothing_is_known() -> None:
    turning = TurningPoints()
    assert [turning.add(one) for one in (800.0, 810.0, 820.0, 815.0)] == [None] * 4
