"""Long curves made short enough to draw, without losing what the eye looks for."""

from __future__ import annotations

from collections.abc import Sequence


def thin(values: Sequence[float], points: int) -> list[int]:
    """Choose which points of a curve to draw: the lowest and highest of each equal stretch.

    points: at most this many, at least 2. Returns rising indices; every one when there are few enough.
    """
    if len(values) <= points:
        return list(range(len(values)))
    stretches = points // 2
    chosen: list[int] = []
    for stretch in range(stretches):
        span = range(stretch * len(values) // stretches, (stretch + 1) * len(values) // stretches)
        chosen.extend(sorted({min(span, key=values.__getitem__), max(span, key=values.__getitem__)}))
    return chosen
