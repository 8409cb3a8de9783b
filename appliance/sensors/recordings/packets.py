"""Where a board's own counter skips, samples were lost on the radio: gaps, so that time stays right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
# A counter that skips more often than this counts something else.
MOST_LOST = 0.5


def refilled(counter: Values, columns: list[Values]) -> list[Values]:
    """The columns with NaN where the counter says that samples are missing.

    counter: shape (samples,), rises by an even step and begins anew after its highest value. What was lost
    over a whole round of the counter cannot be seen.
    """
    if len(counter) < 3 or not np.isfinite(counter).all():
        return columns
    steps = np.diff(counter)
    step = float(np.median(steps))
    if step <= 0:
        return columns
    top = float(counter.max()) + step
    whole = np.where(steps < 0, steps + top, steps)
    lost = np.round(whole / step).astype(np.int64) - 1
    lost[(lost < 0) | (steps == 0)] = 0
    if not lost.any() or lost.sum() > MOST_LOST * len(counter):
        return columns
    places = np.repeat(np.arange(1, len(counter)), lost)
    return [np.insert(values, places, np.nan) for values in columns]
