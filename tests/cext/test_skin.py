"""The skin kernels: responses in known conductance, and the banded equations against dense ones."""

from __future__ import annotations

import numpy as np
import pytest

from cext.skin import Responses, products, solve

RATE_HZ = 16.0


def _conductance(onsets_s: list[float], sizes_us: list[float], length_s: float = 60.0) -> np.ndarray:
    """A level of 5 uS and responses of Bateman's shape, each as high as its size."""
    times_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    values = np.full(len(times_s), 5.0)
    for onset_s, size_us in zip(onsets_s, sizes_us, strict=True):
        late_s = np.maximum(0.0, times_s - onset_s)
        values += size_us * (np.exp(-late_s / 2.0) - np.exp(-late_s / 0.7)) / 0.3713
    return values


def test_every_response_is_told_with_onset_size_and_rise() -> None:
    onsets_s, sizes_us = [8.0, 20.0, 35.0, 50.0], [0.1, 0.5, 0.2, 1.0]
    events = Responses(RATE_HZ).feed(_conductance(onsets_s, sizes_us))
    found = [one for one in events if one[0] == "response"]
    early = [one for one in events if one[0] == "onset"]
    assert len(found) == len(early) == 4
    for (_, onset_s, found_s, amplitude_us, rise_s), true_s, size_us in zip(
        found, onsets_s, sizes_us, strict=True
    ):
        assert onset_s == pytest.approx(true_s, abs=0.3)
        assert amplitude_us == pytest.approx(size_us, rel=0.08)
        assert rise_s == pytest.approx(1.4, abs=0.4)
        assert found_s - onset_s < 3.5
    for one, late in zip(early, found, strict=True):
        assert one[2] - late[1] < 1.0 < late[2] - late[1]


def test_any_pieces_give_the_same_events() -> None:
    values = _conductance([8.0, 20.0], [0.3, 0.4]) + 0.002 * np.random.default_rng(1).standard_normal(960)
    values[500] = np.nan
    whole = Responses(RATE_HZ).feed(values)
    assert whole
    for step in (1, 7, 160):
        kernel = Responses(RATE_HZ)
        assert [one for i in range(0, 960, step) for one in kernel.feed(values[i : i + step])] == whole


@pytest.mark.parametrize(
    ("trouble", "change"),
    [
        ("a slow drift", np.linspace(0.0, 1.0, 960)),
        ("an electrode that slips", np.where(np.arange(960) < 400, 0.0, 3.0)),
        ("nothing on the skin", np.full(960, -5.0)),
        ("a rail", np.full(960, 80.0)),
        ("no numbers", np.full(960, np.nan)),
    ],
)
def test_what_is_no_response_is_not_told(trouble: str, change: np.ndarray) -> None:
    kernel = Responses(RATE_HZ)
    assert [one for one in kernel.feed(np.full(960, 5.0) + change) if one[0] == "response"] == [], trouble


def test_without_skin_there_is_no_level_and_no_trust() -> None:
    kernel = Responses(RATE_HZ)
    kernel.feed(_conductance([], []))
    assert kernel.level_us == pytest.approx(5.0)
    assert kernel.quality > 0.95
    kernel.feed(np.zeros(160 * 4))
    assert kernel.level_us is None
    assert kernel.quality < 0.05


@pytest.mark.parametrize("rate_hz", [0.0, 1.0, float("nan")])
def test_a_rate_that_shows_no_response_is_refused(rate_hz: float) -> None:
    with pytest.raises(ValueError, match="give 2 Hz or more"):
        Responses(rate_hz)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_the_banded_system_is_solved_as_a_dense_one(size: int) -> None:
    random = np.random.default_rng(size)
    bands = random.standard_normal((3, size))
    bands[0] = 6.0 + np.abs(bands[0])
    dense = np.diag(bands[0])
    for band in (1, 2):
        if size > band:
            dense += np.diag(bands[band][: size - band], band) + np.diag(bands[band][: size - band], -band)
    sides = random.standard_normal((size, 4))
    expected = np.linalg.solve(dense, sides)
    solve(bands.copy(), sides)
    np.testing.assert_allclose(sides, expected, rtol=1e-10, atol=1e-12)


def test_a_system_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="not positive"):
        solve(np.array([[1.0, -1.0], [0.0, 0.0], [0.0, 0.0]]), np.ones((2, 1)))


def test_products_are_those_of_numpy() -> None:
    random = np.random.default_rng(3)
    left = random.standard_normal((40, 5)) * (random.random((40, 5)) < 0.3)
    right = random.standard_normal((40, 7))
    np.testing.assert_allclose(products(left, right), left.T @ right, atol=1e-12)
