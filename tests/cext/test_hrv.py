"""Variability figures against NumPy twins, and the sliding window against the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cext import hrv

INTERVALS = st.lists(st.floats(300, 2000), min_size=3, max_size=300)


@given(INTERVALS)
def test_figures_agree_with_their_definitions(intervals_ms: list[float]) -> None:
    rr = np.array(intervals_ms)
    steps = np.diff(rr)
    assert hrv.mean_hr(rr) == pytest.approx(60000 / rr.mean())
    assert hrv.sdnn(rr) == pytest.approx(rr.std(ddof=1), abs=1e-9)
    assert hrv.rmssd(rr) == pytest.approx(np.sqrt(np.mean(steps**2)), abs=1e-9)
    assert hrv.pnn50(rr) == pytest.approx(np.mean(np.abs(steps) > 50))


@settings(deadline=None)
@given(INTERVALS, st.floats(5, 120))
def test_sliding_window_equals_the_figures_of_what_is_in_it(
    intervals_ms: list[float], window_s: float
) -> None:
    window = hrv.Sliding(window_s)
    times = np.cumsum(intervals_ms) / 1000
    for time_s, rr_ms in zip(times, intervals_ms, strict=True):
        window.add(time_s, rr_ms)
    inside = np.array(intervals_ms)[times > times[-1] - window_s]
    assert len(window) == len(inside)
    if len(inside) >= 3:
        assert window.rmssd_ms == pytest.approx(hrv.rmssd(inside), abs=1e-4)
        assert window.sdnn_ms == pytest.approx(hrv.sdnn(inside), abs=1e-4)
        assert window.pnn50 == pytest.approx(hrv.pnn50(inside))
    assert window.mean_hr_bpm == pytest.approx(hrv.mean_hr(inside))


def test_a_day_of_beats_keeps_its_precision() -> None:
    window = hrv.Sliding(60)
    rr = 800 + 40 * np.sin(np.arange(100_000) / 7)
    times = np.cumsum(rr) / 1000
    for time_s, rr_ms in zip(times, rr, strict=True):
        window.add(time_s, rr_ms)
    inside = rr[times > times[-1] - 60]
    assert window.rmssd_ms == pytest.approx(hrv.rmssd(inside), abs=1e-4)


def test_no_difference_is_taken_across_a_gap() -> None:
    window = hrv.Sliding(60)
    for number, rr_ms in enumerate((800.0, 800.0, 800.0, 1200.0, 1200.0, 1200.0)):
        window.add(float(number), rr_ms, number != 3)
    assert window.rmssd_ms == 0.0


def test_an_empty_window_knows_nothing() -> None:
    window = hrv.Sliding(10)
    window.add(1.0, 800.0)
    window.expire(100.0)
    assert (window.mean_hr_bpm, window.rmssd_ms, window.sdnn_ms, window.pnn50) == (None, None, None, None)


@pytest.mark.parametrize("rr_ms", [np.nan, np.inf, 0.0, -5.0])
def test_what_is_no_interval_is_refused(rr_ms: float) -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        hrv.Sliding(60).add(1.0, rr_ms)


@pytest.mark.parametrize("values", [[], [800.0], [800.0, np.nan, 800.0]])
def test_too_few_or_broken_intervals_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"too few|not a number"):
        hrv.rmssd(values)
