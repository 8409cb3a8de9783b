"""The band kernel against sines whose power is known."""

from __future__ import annotations

import numpy as np
import pytest

from cext.bands import Bands, sections

RATE_HZ = 250.0
BANDS = ((4.0, 8.0), (8.0, 13.0), (12.0, 15.0), (15.0, 20.0))
TIMES_S = np.arange(int(12 * RATE_HZ)) / RATE_HZ


def _middle(band: tuple[float, float]) -> float:
    return float(np.sqrt(band[0] * band[1]))


@pytest.mark.parametrize("rate_hz", [125.0, 250.0, 256.0, 1000.0])
@pytest.mark.parametrize("band", BANDS)
def test_a_sine_in_the_middle_of_a_band_gives_half_its_square(
    band: tuple[float, float], rate_hz: float
) -> None:
    times_s = np.arange(int(12 * rate_hz)) / rate_hz
    rows = Bands((band,), rate_hz).feed(20.0 * np.sin(2 * np.pi * _middle(band) * times_s))
    assert rows[-200:, 0].mean() == pytest.approx(200.0, rel=0.02)


def test_edges_are_at_half_power_and_what_lies_outside_is_gone() -> None:
    for band in BANDS:
        for hz, most, least in ((band[0], 0.55, 0.45), (band[1], 0.55, 0.45), (0.4 * band[0], 0.02, 0.0)):
            rows = Bands((band,), RATE_HZ).feed(np.sqrt(2.0) * np.sin(2 * np.pi * hz * TIMES_S))
            assert least <= rows[-200:, 0].mean() <= most


def test_any_pieces_give_the_same_rows() -> None:
    values = 20.0 * np.random.default_rng(1).standard_normal(2000)
    values[900:905] = np.nan
    whole = Bands(BANDS, RATE_HZ).feed(values)
    assert np.isfinite(whole).any()
    for step in (1, 7, 25):
        kernel = Bands(BANDS, RATE_HZ)
        parts = [kernel.feed(values[first : first + step]) for first in range(0, len(values), step)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_a_gap_is_nan_until_the_filters_have_settled() -> None:
    values = np.sin(2 * np.pi * 10.0 * TIMES_S)
    values[1500] = np.nan
    rows = Bands(BANDS, RATE_HZ).feed(values)
    bad = np.flatnonzero(np.isnan(rows[:, 0]))
    late = bad[bad > 100]
    assert late[0] == 300
    assert late[-1] == pytest.approx(300 + 50, abs=1)


def test_an_offset_is_no_power() -> None:
    rows = Bands(BANDS, RATE_HZ).feed(np.full(3000, 60000.0))
    assert np.nanmax(rows) < 1e-6


def test_the_swing_is_the_largest_distance_from_the_baseline() -> None:
    values = np.zeros(1000)
    values[700] = 150.0
    swings = Bands(BANDS, RATE_HZ).feed(values)[:, -1]
    assert swings[140] == pytest.approx(150.0, rel=0.03)
    assert np.nanmax(np.delete(swings, range(140, 200))) < 3.0


@pytest.mark.parametrize("band", [(0.0, 4.0), (8.0, 8.0), (30.0, 130.0)])
def test_a_band_that_cannot_be_is_refused(band: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="is no band"):
        sections(*band, RATE_HZ)
