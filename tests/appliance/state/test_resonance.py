"""The resonance assessment finds the rate at which a heart swings most, and says where it cannot tell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.state import resonance
from appliance.state.resonance import RATES_BPM, Step, assess, best, retests, scored

Array = NDArray[np.float64]


def step(
    rate_bpm: float, resonance_bpm: float, seed: int = 1, noise_ms: float = 12.0
) -> tuple[Array, Array, Array]:
    """Two minutes of a heart that swings most at its resonance, paced at a rate."""
    chance, times, intervals, now_s = np.random.default_rng(seed), [], [], 0.0
    depth_ms = 80.0 / math.sqrt(1 + ((rate_bpm - resonance_bpm) / 0.6) ** 2)
    while now_s < 120.0:
        rr = (
            850
            + depth_ms * math.cos(2 * math.pi * rate_bpm / 60 * now_s)
            + noise_ms * chance.standard_normal()
        )
        now_s += rr / 1000
        times.append(now_s)
        intervals.append(rr)
    return np.array(times), np.array(intervals), np.arange(0, 121, 60 / rate_bpm)


@pytest.mark.parametrize("resonance_bpm", [4.5, 5.5, 6.0, 6.5])
def test_the_best_rate_is_that_of_the_widest_swing(resonance_bpm: float) -> None:
    steps = []
    for rate in RATES_BPM:
        times, intervals, breaths = step(rate, resonance_bpm)
        steps.append(assess(rate, times, intervals, None, breaths.tolist()))
    found = best(steps)
    assert found is not None
    assert found.rate_bpm == resonance_bpm
    assert retests(found) == (resonance_bpm - 0.2, resonance_bpm + 0.2)


def test_every_criterion_tells_a_paced_heart_from_chance() -> None:
    times, intervals, breaths = step(6.0, 6.0, noise_ms=3.0)
    paced = assess(6.0, times, intervals, None, breaths.tolist()).criteria
    shuffled = np.random.default_rng(4).permutation(intervals)
    chance = assess(6.0, np.cumsum(shuffled) / 1000, shuffled, None, breaths.tolist()).criteria
    assert paced is not None
    assert chance is not None
    assert paced.synchrony > 0.95 > 0.9 > chance.synchrony
    assert paced.swing_bpm == pytest.approx(60000 / 770 - 60000 / 930, rel=0.1)
    assert paced.lf_ms2 == pytest.approx(80**2 / 2, rel=0.15)
    assert paced.lf_height_ms2_per_hz > 3 * chance.lf_height_ms2_per_hz
    assert paced.smoothness > 0.9 > 0.6 > chance.smoothness
    assert paced.single_peak == 1.0


def test_a_step_with_mended_beats_a_gap_or_too_little_is_named_and_not_scored() -> None:
    times, intervals, breaths = step(6.0, 6.0)
    marks = np.zeros(len(times), dtype=bool)
    marks[::6] = True
    mended = assess(6.0, times, intervals, marks, breaths.tolist())
    short = assess(6.0, times[:40], intervals[:40])
    holed = assess(6.0, np.delete(times, range(50, 60)), np.delete(intervals, range(50, 60)))
    for unusable, word in ((mended, "no heartbeats"), (short, "less than"), (holed, "gap")):
        assert unusable.criteria is None
        assert word in unusable.reason
    usable = assess(6.0, times, intervals)
    assert [one.score for one in scored([mended, usable])] == [None, pytest.approx(100.0)]
    assert best([mended, usable]) is None


def test_the_rates_are_stepped_down_by_half_a_breath() -> None:
    assert np.all(np.diff(RATES_BPM) == -0.5)
    assert scored([]) == []
    assert best([Step(6.0, None)]) is None
    assert resonance.LEAST_S < 120
