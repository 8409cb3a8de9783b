"""Beats against those that somebody marked: how many are right, invented and missed.

A beat within 150 ms of a marked one is right, one to one; spans of ventricular flutter, which have no single
beats, are left out (ANSI/AAMI EC57).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.sensors.recordings.annotations import Annotated

WINDOW_S = 0.15

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """right, invented, missed: beats. offset_ms: how much later ours lie, in the middle.

    Shares are percent, None where nothing is there to be right about.
    """

    right: int
    invented_s: tuple[float, ...]
    missed_s: tuple[float, ...]
    offset_ms: float | None
    spread_ms: float | None

    @property
    def sensitivity(self) -> float | None:
        """Of the marked beats, how many were found; percent."""
        return _percent(self.right, self.right + len(self.missed_s))

    @property
    def precision(self) -> float | None:
        """Of the beats found, how many are marked (positive predictive value); percent."""
        return _percent(self.right, self.right + len(self.invented_s))

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; percent."""
        return _percent(2 * self.right, 2 * self.right + len(self.missed_s) + len(self.invented_s))


def _percent(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None


def compare(found_s: Sequence[float], marked: Annotated, duration_s: float = np.inf) -> Comparison:
    """Hold the beats of a recording against marked ones; those marked after its end do not count."""
    found = _outside(np.sort(np.asarray(found_s, dtype=np.float64)), marked.flutter_s)
    truth = _outside(np.sort(marked.beats_s), marked.flutter_s)
    truth = truth[truth <= duration_s]
    pairs = matched(truth, found)
    apart_ms = 1000.0 * np.array([found[j] - truth[i] for i, j in pairs])
    return Comparison(
        len(pairs),
        tuple(np.delete(found, [j for _, j in pairs]).tolist()),
        tuple(np.delete(truth, [i for i, _ in pairs]).tolist()),
        float(np.median(apart_ms)) if len(pairs) else None,
        float(np.std(apart_ms)) if len(pairs) else None,
    )


def matched(truth_s: Times, found_s: Times, window_s: float = WINDOW_S) -> list[tuple[int, int]]:
    """Pairs (true, found) within the window, each used once; both in rising order.

    The first of both that are near enough are a pair: no other way of pairing along a line finds more.
    """
    pairs, i, j = [], 0, 0
    while i < len(truth_s) and j < len(found_s):
        apart_s = found_s[j] - truth_s[i]
        if abs(apart_s) > window_s:
            i, j = (i, j + 1) if apart_s < 0 else (i + 1, j)
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _outside(times_s: Times, spans_s: Sequence[tuple[float, float]]) -> Times:
    keep = np.ones(len(times_s), dtype=bool)
    for start_s, end_s in spans_s:
        keep &= (times_s < start_s) | (times_s > end_s)
    return times_s[keep]
