"""Entropy, fluctuation and histogram against plain twins and signals whose figures are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from cext import hrv

Array = NDArray[np.float64]


def rest(count: int = 300, seed: int = 1) -> Array:
    chance = np.random.default_rng(seed)
    return np.asarray(850 + 40 * np.sin(np.arange(count) / 5.0) + 20 * chance.standard_normal(count))


def entropy_twin(x: Array, tolerance: float = 0.2) -> float:
    r, n = tolerance * np.std(x, ddof=1), len(x)
    two = three = 0
    for i in range(n - 2):
        for j in range(i + 1, n - 2):
            if abs(x[i] - x[j]) <= r and abs(x[i + 1] - x[j + 1]) <= r:
                two += 1
                three += abs(x[i + 2] - x[j + 2]) <= r
    return math.log(two / three)


def dfa_twin(x: Array, sizes: range) -> float:
    profile = np.cumsum(x - x.mean())
    spread = []
    for size in sizes:
        boxes = profile[: len(profile) // size * size].reshape(-1, size)
        at = np.arange(size)
        left = [box - np.polyval(np.polyfit(at, box, 1), at) for box in boxes]
        spread.append(np.sqrt(np.mean(np.square(left))))
    return float(np.polyfit(np.log(sizes), np.log(spread), 1)[0])


def tinn_twin(x: Array) -> float:
    first = int(x.min() / 7.8125) - 1
    counts = np.bincount((x / 7.8125).astype(int) - first, minlength=int(x.max() / 7.8125) - first + 2)
    top, at = int(np.argmax(counts)), np.arange(len(counts))
    errors: dict[int, float] = {}
    for low in range(top):
        for high in range(top + 1, len(counts)):
            line = np.interp(at, [low, top, high], [0, counts[top], 0])
            errors[high - low] = min(errors.get(high - low, np.inf), float(np.sum((counts - line) ** 2)))
    return 7.8125 * min(errors, key=lambda width: errors[width])


@pytest.mark.parametrize("count", [60, 211])
def test_sample_entropy_counts_every_pair(count: int) -> None:
    assert hrv.sample_entropy(rest(count)) == pytest.approx(entropy_twin(rest(count)), rel=1e-9)


def test_chance_is_harder_to_foretell_than_a_wave() -> None:
    chance = hrv.sample_entropy(850 + 40 * np.random.default_rng(2).standard_normal(300))
    wave = hrv.sample_entropy(850 + 40 * np.sin(np.arange(300) / 5.0))
    assert chance is not None
    assert wave is not None
    assert chance > 1.8 > 0.5 > wave


@pytest.mark.parametrize("sizes", [range(4, 17), range(16, 65)])
def test_fluctuation_agrees_with_its_definition(sizes: range) -> None:
    found = hrv.dfa(rest(400), sizes[0], sizes[-1])
    assert found == pytest.approx(dfa_twin(rest(400), sizes), rel=1e-6)


def test_chance_has_half_and_a_random_walk_one_and_a_half() -> None:
    chance = 850 + 5 * np.random.default_rng(3).standard_normal(4000)
    assert hrv.dfa(chance, 16, 64) == pytest.approx(0.5, abs=0.06)
    walk = 850 + np.cumsum(chance - 850) / 5
    assert hrv.dfa(walk, 16, 64) == pytest.approx(1.5, abs=0.08)


@pytest.mark.parametrize("seed", range(3))
def test_the_triangle_is_the_best_of_all(seed: int) -> None:
    found = hrv.geometric(rest(300, seed))
    assert found["tinn_ms"] == pytest.approx(tinn_twin(rest(300, seed)))
    counts = np.bincount((rest(300, seed) / 7.8125).astype(int))
    assert found["triangular_index"] == pytest.approx(300 / counts.max())


@pytest.mark.parametrize("values", [[], [800.0], [800.0] * 400, [800.0, 801.0] * 10])
def test_what_cannot_be_known_is_none_and_never_a_number(values: list[float]) -> None:
    assert hrv.sample_entropy(values) is None
    assert hrv.dfa(values) is None
    if len(values) < 60:
        assert set(hrv.geometric(values).values()) == {None}
