"""All figures of a series: what is no interval is counted out, mended ones polish nothing, days are short."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from cext import hrv

Array = NDArray[np.float64]


def rest(count: int = 400, seed: int = 1) -> Array:
    chance = np.random.default_rng(seed)
    return np.asarray(850 + 40 * np.sin(np.arange(count) / 5.0) + 20 * chance.standard_normal(count))


def test_the_ellipse_follows_from_spread_and_steps() -> None:
    rr = rest()
    found, steps = hrv.time_domain(rr), np.diff(rr)
    sd1 = steps.std(ddof=1) / np.sqrt(2)
    sd2 = np.sqrt(2 * rr.var(ddof=1) - sd1**2)
    assert found["sdsd_ms"] == pytest.approx(steps.std(ddof=1))
    assert found["sd1_ms"] == pytest.approx(sd1)
    assert found["sd2_ms"] == pytest.approx(sd2)
    assert found["sd1_sd2"] == pytest.approx(sd1 / sd2)
    assert found["cvrr"] == pytest.approx(rr.std(ddof=1) / rr.mean())
    assert found["nn20"] == np.sum(np.abs(steps) > 20)
    assert found["median_rr_ms"] == np.median(rr)


def test_a_sliding_window_tells_the_same_names_and_values() -> None:
    rr = rest()
    times = np.cumsum(rr) / 1000
    window = hrv.Sliding(3600)
    assert all(window.feed(one, at) for one, at in zip(rr.tolist(), times.tolist(), strict=True))
    whole = hrv.figures(rr, times)
    assert window.all_figures() == pytest.approx(whole)
    cheap = window.figures()
    assert {name: whole[name] for name in cheap} == pytest.approx(cheap)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -800.0, 0.0, 150.0, 3500.0])
def test_what_is_no_interval_is_counted_and_joins_nothing(bad: float) -> None:
    rr = rest()
    found = hrv.figures(np.insert(rr, 200, bad))
    assert found["rejected"] == 1
    assert found["intervals"] == 400
    steps = np.delete(np.diff(rr), 199)
    assert found["rmssd_ms"] == pytest.approx(np.sqrt(np.mean(steps**2)))
    window = hrv.Sliding(3600)
    now_s = 0.0
    for one in np.insert(rr, 200, bad).tolist():
        now_s += 0.85
        window.feed(one, now_s)
    assert window.rejected == 1
    assert window.rmssd_ms == pytest.approx(found["rmssd_ms"])


def test_time_that_runs_backwards_is_refused() -> None:
    window = hrv.Sliding(60)
    assert window.feed(800.0, 10.0)
    assert not window.feed(800.0, 9.0)
    assert window.rejected == 1
    assert hrv.time_domain([800.0, 810.0, 820.0], [1.0, 0.5, 2.0])["rejected"] == 1


def test_no_step_is_taken_over_a_hole_in_time() -> None:
    window = hrv.Sliding(60)
    for at, rr in ((1.0, 800.0), (1.8, 800.0), (2.6, 800.0), (5.0, 1200.0), (6.2, 1200.0), (7.4, 1200.0)):
        window.feed(rr, at)
    assert window.rmssd_ms == 0.0


def test_mended_intervals_are_marked_and_left_out_of_the_steps() -> None:
    rr = rest()
    marks = np.zeros(400, dtype=bool)
    marks[[50, 120, 121]] = True
    spoilt = rr.copy()
    spoilt[marks] = 1400.0
    found = hrv.time_domain(spoilt, np.cumsum(rr) / 1000, marks)
    assert found["corrected"] == 3
    assert found["greatest_rr_ms"] == rr[~marks].max()
    joined = ~marks[1:] & ~marks[:-1]
    assert found["rmssd_ms"] == pytest.approx(np.sqrt(np.mean(np.diff(rr)[joined] ** 2)))
    window = hrv.Sliding(3600)
    for one, at, mark in zip(spoilt.tolist(), (np.cumsum(rr) / 1000).tolist(), marks.tolist(), strict=True):
        window.feed(one, at, mark)
    assert window.corrected == 3
    assert window.figures()["rmssd_ms"] == pytest.approx(found["rmssd_ms"])
    assert window.figures()["sdnn_ms"] == pytest.approx(found["sdnn_ms"])


@pytest.mark.parametrize("count", range(5))
def test_a_handful_of_beats_gives_few_figures_and_no_error(count: int) -> None:
    found = hrv.figures(np.linspace(800, 820, count))
    assert found["intervals"] == count
    assert found["lf_ms2"] is None
    assert (found["rmssd_ms"] is None) == (count < 3)


def test_a_day_is_quick_flat_in_memory_and_has_figures_of_its_own() -> None:
    parts = [rest(350, seed) + 20.0 * (seed % 7) for seed in range(286)]
    day = np.concatenate(parts)
    place = ((np.cumsum(day) / 1000) // 300).astype(int)
    parts = [day[place == k] for k in range(place[-1])]
    tracemalloc.start()
    found = hrv.figures(day)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found["sdann_ms"] == pytest.approx(np.std([part.mean() for part in parts], ddof=1), rel=1e-3)
    assert found["sdnn_index_ms"] == pytest.approx(np.mean([part.std(ddof=1) for part in parts]), rel=1e-3)
    assert found["sdann_ms"] < found["sdnn_ms"]  # type: ignore[operator]
    # Ten columns of a hundred thousand doubles, the spectrum's even series of 4 Hz among them.
    assert most < 32e6


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="as many times"):
        hrv.figures([800.0, 810.0], [1.0])


def test_whatever_comes_no_figure_is_infinite_or_not_a_number() -> None:
    chance = np.random.default_rng(1)
    absurd = [np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 1e-300, 5000.0, 150.0]
    for _ in range(300):
        rr = chance.uniform(300, 1500, int(chance.integers(0, 400)))
        times = np.cumsum(rr) / 1000
        for place in chance.integers(0, max(1, len(rr)), 3 * (len(rr) > 0)):
            rr[place] = chance.choice(absurd)
            times[chance.integers(len(rr)) :] += chance.choice([0.0, 10.0, 1e6, 1e12])
        window = hrv.Sliding(float(chance.uniform(1, 400)))
        for one, at in zip(rr.tolist(), times.tolist(), strict=True):
            window.feed(one, at)
        for found in (hrv.figures(rr, times), window.figures(), window.all_figures()):
            assert [
                name for name, value in found.items() if value is not None and not np.isfinite(value)
            ] == []
