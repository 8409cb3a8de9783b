"""Counting waves: the votes against series whose number of waves is known."""

from __future__ import annotations

import numpy as np
import pytest

from cext.breath import Votes, middles, smoothed

RATE_HZ = 4.0
TIMES_S = np.arange(128) / RATE_HZ


def _voted(*series: np.ndarray, fastest_hz: float = 0.75) -> tuple[float, float, float]:
    votes = Votes()
    for values in series:
        votes.add(values, RATE_HZ, fastest_hz)
    said = votes.rate()
    assert said is not None
    return said


@pytest.mark.parametrize("per_minute", [5.0, 6.0, 12.0, 20.0, 36.0])
def test_an_even_wave_is_counted_exactly_and_unanimously(per_minute: float) -> None:
    hertz, evenness, agreement = _voted(np.sin(2 * np.pi * per_minute / 60 * TIMES_S + 0.3))
    assert 60 * hertz == pytest.approx(per_minute, rel=0.03)
    assert evenness > 0.3
    assert agreement == pytest.approx(1.0)


def test_a_line_under_the_wave_changes_nothing() -> None:
    wave = np.sin(2 * np.pi * 0.2 * TIMES_S)
    assert _voted(wave + 0.01 * TIMES_S - 4.0)[0] == pytest.approx(_voted(wave)[0], rel=0.02)


def test_size_and_side_of_a_series_do_not_matter() -> None:
    wave = np.sin(2 * np.pi * 0.21 * TIMES_S) + 0.3 * np.sin(2 * np.pi * 0.34 * TIMES_S)
    assert _voted(1e-4 * wave)[0] == pytest.approx(_voted(wave)[0], rel=1e-9)
    assert _voted(-wave)[0] == pytest.approx(_voted(wave)[0], rel=0.05)


def test_one_bad_source_does_not_pull_two_good_ones() -> None:
    noise = np.random.default_rng(4).standard_normal(128)
    wave = np.sin(2 * np.pi * 0.25 * TIMES_S)
    hertz, _, _ = _voted(wave, noise, wave + 0.2 * noise)
    assert 60 * hertz == pytest.approx(15.0, abs=0.5)


def test_noise_is_less_even_than_any_breath() -> None:
    random = np.random.default_rng(5)
    breath = _voted(np.sin(2 * np.pi * 0.25 * TIMES_S) + 0.3 * random.standard_normal(128))[1]
    assert max(_voted(random.standard_normal(128))[1] for _ in range(50)) < breath


def test_waves_faster_than_allowed_do_not_vote() -> None:
    votes = Votes()
    votes.add(np.sin(2 * np.pi * 0.6 * TIMES_S), RATE_HZ, 0.5)
    assert votes.rate() is None


@pytest.mark.parametrize("values", [np.full(128, 7.0), np.full(128, np.nan), np.r_[np.nan, np.ones(127)]])
def test_a_flat_or_broken_series_has_no_say(values: np.ndarray) -> None:
    votes = Votes()
    votes.add(values, RATE_HZ, 0.75)
    assert votes.rate() is None


@pytest.mark.parametrize("count", [0, 7, 2000])
def test_too_short_or_too_long_a_series_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="give 8 to 1024"):
        Votes().add(np.ones(count), RATE_HZ, 0.75)


@pytest.mark.parametrize("width", [1, 2, 7, 22])
def test_running_mean_and_median_are_those_of_numpy(width: int) -> None:
    values = np.random.default_rng(width).standard_normal(200).cumsum()
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    np.testing.assert_allclose(smoothed(values, width), windows.mean(axis=1), atol=1e-12)
    np.testing.assert_array_equal(middles(values, width), np.median(windows, axis=1))


def test_a_median_of_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="give finite ones"):
        middles(np.array([1.0, np.nan, 2.0]), 2)
