"""Two chains of all-passes whose outputs stand a quarter of a turn apart, at all but the highest pitches."""

from __future__ import annotations

import math


def sections(count: int, edge: float) -> list[float]:
    """The coefficients of a phase splitter, by turns for one chain and the other.

    count: how many second-order all-passes in all. edge: where it begins to be good, as a share of the rate;
    it is as good up to half the rate minus this. Each section is (a - z^-2) / (1 - a z^-2), and the second
    chain comes one frame later.
    Source: R. A. Valenzuela and A. G. Constantinides, IEE Proc. G 130 (1983) 225: an elliptic half-band
    filter as two all-passes, here turned by a quarter of the rate.
    """
    k = math.tan((1.0 - 2.0 * edge) * math.pi / 4.0) ** 2
    root = (1.0 - k * k) ** 0.25
    e = 0.5 * (1.0 - root) / (1.0 + root)
    q = e + 2.0 * e**5 + 15.0 * e**9 + 150.0 * e**13
    return [_coefficient(place, 2 * count + 1, k, q) for place in range(1, count + 1)]


def _coefficient(place: int, order: int, k: float, q: float) -> float:
    # Jacobi's theta functions as their quickly falling series.
    angle = place * math.pi / order
    above = sum(
        (1 - 2 * (i % 2)) * math.pow(q, i * (i + 1)) * math.sin((2 * i + 1) * angle) for i in range(12)
    )
    below = 0.5 + sum((1 - 2 * (i % 2)) * math.pow(q, i * i) * math.cos(2 * i * angle) for i in range(1, 12))
    square = math.sqrt(q) * (above / below) ** 2
    x = math.sqrt((1.0 - square * k) * (1.0 - square / k)) / (1.0 + square)
    return (1.0 - x) / (1.0 + x)
