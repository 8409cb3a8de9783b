"""Spectra of intervals against NumPy twins and waves of known power; what is too short says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cext import hrv, spectra

Array = NDArray[np.float64]


def waves(length_s: float = 300.0, seed: int = 1) -> tuple[Array, Array]:
    """Intervals with a slow wave of 30 ms at 0.1 Hz and a fast one of 20 ms at 0.25 Hz."""
    chance, times, intervals, now_s = np.random.default_rng(seed), [], [], 0.0
    while now_s < length_s:
        rr = 800 + 30 * np.sin(2 * np.pi * 0.1 * now_s) + 20 * np.sin(2 * np.pi * 0.25 * now_s)
        rr += chance.standard_normal()
        now_s += rr / 1000
        times.append(now_s)
        intervals.append(rr)
    return np.array(intervals), np.array(times)


def welch_twin(even: Array) -> Array:
    """The recipe in NumPy: 480 points, half overlapping, straight line out, periodic Hann, 1,024 points."""
    window = np.hanning(481)[:480]
    at = np.arange(480)
    parts = []
    for first in range(0, len(even) - 479, 240):
        part = even[first : first + 480]
        part = (part - np.polyval(np.polyfit(at, part, 1), at)) * window
        parts.append(2 * np.abs(np.fft.rfft(part, 1024)) ** 2 / (4.0 * np.sum(window**2)))
    density = np.mean(parts, axis=0)
    density[0] /= 2
    return np.asarray(density)


def test_the_spectrum_is_the_published_recipe() -> None:
    intervals, times = waves()
    found = hrv.welch(intervals, times)
    assert found is not None
    even = spectra.resample(times, intervals, times[0], 4.0, int((times[-1] - times[0]) * 4) + 1)
    np.testing.assert_allclose(found[0], np.arange(105) / 256)
    np.testing.assert_allclose(found[1], welch_twin(even)[:105], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("method", ["welch", "lomb"])
def test_the_power_of_a_band_is_the_variance_of_its_wave(method: str) -> None:
    found = hrv.frequency_domain(*waves(), method=method)
    assert found["lf_ms2"] == pytest.approx(450, rel=0.08)
    # A beat is read at its end and counts what went before: fast waves lose a little.
    assert found["hf_ms2"] == pytest.approx(200, rel=0.15)
    assert found["lf_peak_hz"] == pytest.approx(0.1, abs=0.003)
    assert found["hf_peak_hz"] == pytest.approx(0.25, abs=0.003)
    assert found["lf_nu"] == pytest.approx(100 * found["lf_ms2"] / (found["lf_ms2"] + found["hf_ms2"]))  # type: ignore[operator]


def test_the_periodogram_is_scargles() -> None:
    intervals, times = waves(100.0)
    found = hrv.lomb(intervals, times)
    assert found is not None
    at = times - times.mean()
    y = intervals - np.polyval(np.polyfit(at, intervals, 1), at)
    for k in (0, 7, 40, 100, len(found[0]) - 1):
        w = 2 * np.pi * found[0][k]
        tau = np.arctan2(np.sum(np.sin(2 * w * at)), np.sum(np.cos(2 * w * at))) / (2 * w)
        c, s = np.cos(w * (at - tau)), np.sin(w * (at - tau))
        power = 0.5 * ((y @ c) ** 2 / (c @ c) + (y @ s) ** 2 / (s @ s))
        assert found[1][k] == pytest.approx(2 * power * (times[-1] - times[0]) / len(times), rel=1e-8)


def test_a_band_that_the_series_is_too_short_for_is_unknown() -> None:
    known = {}
    for length_s in (50.0, 90.0, 200.0, 300.0):
        found = hrv.frequency_domain(*waves(length_s))
        known[length_s] = {name for name, value in found.items() if value is not None}
    assert known[50.0] == {"rejected"}
    assert known[90.0] == {"rejected", "hf_ms2", "hf_peak_hz"}
    assert "lf_hf" in known[200.0]
    assert "vlf_ms2" not in known[200.0]
    assert {"vlf_ms2", "total_ms2"} <= known[300.0]


def test_a_heart_like_a_clock_has_no_waves_and_no_ratio() -> None:
    found = hrv.frequency_domain(np.full(400, 800.0))
    assert found["lf_ms2"] == pytest.approx(0, abs=1e-9)
    assert found["hf_ms2"] == pytest.approx(0, abs=1e-9)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="welch, lomb"):
        hrv.frequency_domain(waves()[0], method="burg")


def test_half_a_day_by_periodogram_is_the_mean_of_its_parts() -> None:
    intervals, times = waves(300.0)
    long = np.tile(intervals, 8)
    whole = hrv.frequency_domain(long, method="lomb")
    part = hrv.frequency_domain(intervals, times, method="lomb")
    assert whole["hf_ms2"] == pytest.approx(part["hf_ms2"], rel=0.05)


@pytest.mark.parametrize("method", ["welch", "lomb"])
@pytest.mark.parametrize("hole_s", [20.0, 3600.0, 1e12])
def test_no_wave_is_made_across_a_hole(method: str, hole_s: float) -> None:
    intervals, times = waves(300.0)
    whole = hrv.frequency_domain(intervals, times, method)
    twice = np.concatenate([intervals, intervals])
    holed = hrv.frequency_domain(twice, np.concatenate([times, times + 300.0 + hole_s]), method)
    for name in ("lf_ms2", "hf_ms2"):
        assert holed[name] == pytest.approx(whole[name], rel=0.02)


def test_two_short_stretches_are_not_one_long_one() -> None:
    intervals, times = waves(100.0)
    times = np.concatenate([times, times + 200.0, times + 400.0])
    found = hrv.frequency_domain(np.concatenate([intervals] * 3), times)
    assert found["hf_ms2"] is not None
    assert found["lf_ms2"] is None


def test_nothing_over_nothing_is_no_ratio() -> None:
    found = hrv.frequency_domain(np.full(400, 800.0))
    assert found["lf_hf"] is None
    assert found["lf_nu"] is None
    assert found["lf_peak_hz"] is None
