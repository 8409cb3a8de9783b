"""All figures of one series at once: sorted once, then handed to each kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cext.hrv.complexity import entropy, fluctuation
from cext.hrv.geometry import triangle
from cext.hrv.times import sort_out, sums_up
from cext.hrv.waves import bands

# Entropy compares every beat with every other: an hour and a half of them is the most.
MOST_ENTROPY = 8000
# Beyond this share of mended intervals a spectrum tells of the mending.
MOST_CORRECTED = 0.1


def figures(
    intervals_ms: ArrayLike,
    times_s: ArrayLike | None = None,
    is_corrected: ArrayLike | None = None,
    method: str = "welch",
) -> dict[str, float | None]:
    """Every figure of a series, name -> value, its unit in its name; None where too little is known.

    intervals_ms: shape (beats,), any length up to days. times_s: when each ended, in order; without it they
    are laid end to end. is_corrected: marks of mended intervals: the time domain and the histogram leave
    them out; spectrum, entropy and fluctuation need a series without holes and take them, but are None when
    they are more than a tenth. What is no interval is left out and counted in "rejected". method: "welch" or
    "lomb".
    """
    values, times, own, joined, rejected = sort_out(intervals_ms, times_s, is_corrected)
    return of_sorted(values, times, own, joined, method) | {"rejected": rejected}


def of_sorted(
    values: NDArray[np.float64],
    times: NDArray[np.float64],
    own: NDArray[np.bool_],
    joined: NDArray[np.bool_],
    method: str = "welch",
) -> dict[str, float | None]:
    """The same, of a series that `sort_out` has sorted."""
    found = sums_up(values, times, own, joined) | triangle(values[own])
    if len(own) and 1.0 - np.mean(own) > MOST_CORRECTED:
        values, times = values[:0], times[:0]
    found |= bands(times, values, method)
    found["sample_entropy"] = entropy(values) if len(values) <= MOST_ENTROPY else None
    found["dfa_alpha1"] = fluctuation(values, 4, 16)
    found["dfa_alpha2"] = fluctuation(values, 16, 64)
    return found
