"""The shapes a value may take between a feature and a parameter; all monotone from 0..1 to 0..1."""

from __future__ import annotations

import math
from collections.abc import Callable

Curve = Callable[[float], float]


def linear(share: float) -> float:
    """Straight through."""
    return share


def smooth(share: float) -> float:
    """Slow at both ends, like a breath: 3x^2 - 2x^3."""
    return share * share * (3.0 - 2.0 * share)


def early(share: float) -> float:
    """Most of the change at the start."""
    return math.sqrt(share)


def late(share: float) -> float:
    """Most of the change at the end."""
    return share * share


CURVES: dict[str, Curve] = {
    "linear": linear,
    "smooth": smooth,
    "early": early,
    "late": late,
    "exponential": linear,
}


def bend(curve: str, share: float, low: float, high: float) -> float:
    """Put a share 0..1 through the curve onto [low, high]; "exponential" moves by equal ratios."""
    bounded = min(1.0, max(0.0, share))
    if curve == "exponential" and low > 0 and high > 0:
        return float(low * (high / low) ** bounded)
    return low + (high - low) * CURVES[curve](bounded)
