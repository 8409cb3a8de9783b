"""Slow waves: resampling and spectra against NumPy, coherence against rhythms of known kind."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cext import spectra


def rhythm(frequency_hz: float, depth_ms: float, length_s: float = 90.0) -> tuple[NDArray[np.float64], ...]:
    times, intervals, now = [], [], 0.0
    while now < length_s:
        interval = 850 + depth_ms * np.cos(2 * np.pi * frequency_hz * now)
        now += interval / 1000
        times.append(now)
        intervals.append(interval)
    return np.array(times), np.array(intervals)


def test_the_spline_goes_through_its_points_and_is_smooth_between() -> None:
    times = np.array([0.0, 0.7, 1.9, 2.4, 3.6, 4.0])
    values = np.array([1.0, 3.0, -2.0, 0.0, 4.0, 4.0])
    grid = spectra.resample(times, values, 0.0, 10.0, 41)
    np.testing.assert_allclose(grid[[0, 7, 19, 24, 36, 40]], values, atol=1e-9)
    sine = spectra.resample(np.arange(0, 20, 0.5), np.sin(np.arange(0, 20, 0.5)), 5.0, 10.0, 50)
    np.testing.assert_allclose(sine, np.sin(5 + np.arange(50) / 10), atol=2e-3)


def test_power_agrees_with_a_fourier_transform_and_keeps_the_variance() -> None:
    values = np.random.default_rng(1).standard_normal(256)
    line = np.polyval(np.polyfit(np.arange(256), values, 1), np.arange(256))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(256) + 0.5) / 256)
    twin = 2 * np.abs(np.fft.rfft((values - line) * window)) ** 2 / (np.sum(window**2) * 4.0)
    np.testing.assert_allclose(spectra.power(values, 4.0, 0.0, 4 / 256, 129), twin, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("frequency_hz", [0.07, 0.1, 0.2])
def test_one_slow_wave_is_coherent(frequency_hz: float) -> None:
    times, intervals = rhythm(frequency_hz, 60.0)
    value = spectra.coherence(times, intervals, times[-1])
    assert value is not None
    assert value > 0.85


@pytest.mark.parametrize("seed", range(5))
def test_chance_is_not_coherent(seed: int) -> None:
    intervals = 850 + 50 * np.random.default_rng(seed).standard_normal(120)
    times = np.cumsum(intervals) / 1000
    value = spectra.coherence(times, intervals, times[-1])
    assert value is not None
    assert value < 0.5


def test_coherence_is_unknown_with_too_little_or_a_hole() -> None:
    times, intervals = rhythm(0.1, 60.0)
    assert spectra.coherence(times[:10], intervals[:10], times[9]) is None
    assert spectra.coherence([], [], 0.0) is None
    holed = (times < 50) | (times > 58)
    assert spectra.coherence(times[holed], intervals[holed], times[-1]) is None
    assert spectra.coherence(times, intervals, times[-1] + 20) is None


def test_a_heart_like_a_clock_has_no_coherence() -> None:
    times = np.arange(1, 100) * 0.8
    assert spectra.coherence(times, np.full(99, 800.0), times[-1]) == 0.0


@pytest.mark.parametrize("phase", [0.0, 0.2, 0.5, 0.9])
def test_the_phase_of_a_wave_is_counted_from_its_crest(phase: float) -> None:
    at = np.arange(128) / 4.0
    wave = np.cos(2 * np.pi * (0.125 * (at - at[-1]) + phase))
    difference = (spectra.wave_phase(wave, 4.0, 0.125) - phase + 0.5) % 1.0 - 0.5
    assert abs(difference) < 0.03


@pytest.mark.parametrize("times", [[0.0], [0.0, 0.0], [1.0, 0.5], [0.0, np.nan]])
def test_a_series_that_is_none_is_refused(times: list[float]) -> None:
    with pytest.raises(ValueError):
        spectra.resample(times, [1.0] * len(times), 0.0, 4.0, 10)
