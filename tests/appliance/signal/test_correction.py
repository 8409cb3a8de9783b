"""Correction of intervals: what is the heart's own stays, what is not is mended and marked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.contracts import Interval
from appliance.signal.correction import LOOK_AHEAD, Correction
from cext import hrv


def own_rhythm(count: int = 200, seed: int = 1) -> NDArray[np.float64]:
    chance = np.random.default_rng(seed)
    return 850 + 50 * np.sin(np.arange(count) / 3.0) + 12 * chance.standard_normal(count)


def run(beats_s: NDArray[np.float64]) -> list[Interval]:
    correction = Correction()
    settled = []
    for start_s, end_s in pairwise(beats_s.tolist()):
        settled += correction.add(end_s, 1000 * (end_s - start_s))
    return settled + correction.gap()


def beats_of(rr: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(rr) / 1000])


@pytest.mark.parametrize("seed", range(4))
def test_a_clean_rhythm_is_left_alone(seed: int) -> None:
    rr = own_rhythm(seed=seed)
    settled = run(beats_of(rr))
    assert [one.kind for one in settled] == ["normal"] * len(rr)
    np.testing.assert_allclose([one.rr_ms for one in settled], rr)


def test_an_interval_is_settled_two_beats_later() -> None:
    correction = Correction()
    given = [len(correction.add(0.85 * number, 850.0)) for number in range(10)]
    assert given == [0] * LOOK_AHEAD + [1] * (10 - LOOK_AHEAD)


@pytest.mark.parametrize("place", [8, 60, 150])
def test_a_missed_beat_is_put_back_in_the_middle(place: int) -> None:
    rr = own_rhythm()
    settled = run(np.delete(beats_of(rr), place))
    mended = [one for one in settled if one.kind != "normal"]
    assert [one.kind for one in mended] == ["missed", "missed"]
    assert mended[0].rr_ms == pytest.approx(mended[1].rr_ms)
    assert sum(one.rr_ms for one in settled) == pytest.approx(rr.sum())


@pytest.mark.parametrize("place", [8, 60, 150])
def test_an_extra_beat_is_taken_out(place: int) -> None:
    rr = own_rhythm()
    beats = beats_of(rr)
    settled = run(np.sort(np.append(beats, beats[place] + 0.3)))
    assert [one.kind for one in settled if one.kind != "normal"] == ["extra"]
    assert sum(one.rr_ms for one in settled) == pytest.approx(rr.sum())


@pytest.mark.parametrize("place", [8, 60, 150])
def test_an_ectopic_beat_is_marked_on_both_sides_and_smoothed(place: int) -> None:
    beats = beats_of(own_rhythm())
    beats[place] -= 0.3
    settled = run(beats)
    mended = [one for one in settled if one.kind != "normal"]
    assert [one.kind for one in mended] == ["ectopic", "ectopic"]
    assert all(700 < one.rr_ms < 1000 for one in mended)


@pytest.mark.parametrize("seed", range(3))
def test_artefacts_never_raise_the_variability_of_what_counts(seed: int) -> None:
    rr = own_rhythm(seed=seed)
    beats = np.delete(beats_of(rr), [30, 90, 140])
    beats = np.sort(np.append(beats, [beats[50] + 0.2, beats[120] + 0.4]))
    beats[70] -= 0.35
    settled = run(beats)
    broken = hrv.rmssd(np.diff(beats) * 1000)
    mended = hrv.rmssd([one.rr_ms for one in settled])
    assert broken > 2 * hrv.rmssd(rr)
    assert mended < 1.15 * hrv.rmssd(rr)


def test_a_gap_settles_what_waits_and_begins_anew() -> None:
    correction = Correction()
    settled = [one for number in range(30) for one in correction.add(0.8 * (number + 1), 800.0)]
    settled += correction.gap()
    assert len(settled) == 30
    assert correction.gap() == []
    assert correction.add(100.0, 1300.0) == []


@pytest.mark.parametrize("value", [1.0, 5000.0])
def test_nonsense_is_never_called_normal(value: float) -> None:
    rr = own_rhythm(60)
    rr[40] = value
    settled = run(beats_of(rr))
    assert all(one.kind == "normal" or 250 < one.rr_ms < 2200 for one in settled)
    assert not [one for one in settled if one.kind == "normal" and one.raw_ms == value]
