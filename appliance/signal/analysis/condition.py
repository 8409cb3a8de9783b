"""What is wrong with a signal as it was recorded: missing, flat or cut off at the rails, and where.

Everything is counted in one pass over blocks of any size; the result does not depend on the size.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SHORTEST_GAP_S = 0.1
SHORTEST_FLAT_S = 1.0
RAIL_RUN = 3

Block = NDArray[np.float64]


@dataclass
class _Runs:
    """Stretches in which something is so, longer than `least` samples."""

    least: int
    found: list[tuple[int, int]] = field(default_factory=list)
    _since: int | None = None

    def feed(self, is_so: NDArray[np.bool_], at: int) -> None:
        edges = np.flatnonzero(np.diff(is_so.astype(np.int8), prepend=0, append=0))
        for start, end in edges.reshape(-1, 2).tolist():
            begun = self._since if start == 0 and self._since is not None else at + start
            if start > 0:
                self.close(at)
            self._since = begun
            if end < len(is_so):
                self.close(at + end)
        if len(is_so) and not is_so[0] and not len(edges):
            self.close(at)

    def close(self, at: int) -> None:
        if self._since is not None and at - self._since >= self.least:
            self.found.append((self._since, at - self._since))
        self._since = None


class Condition:
    """Feed it the samples of one stream in order, then ask."""

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.samples = 0
        self.missing = 0
        self._gaps = _Runs(max(1, round(SHORTEST_GAP_S * rate_hz)))
        self._flats = _Runs(max(2, round(SHORTEST_FLAT_S * rate_hz)))
        self._last = np.nan
        self._rails = [_Rail(sign, self._flats.least) for sign in (1.0, -1.0)]

    def feed(self, values: Block) -> None:
        """Take the next samples."""
        if not len(values):
            return
        is_missing = np.isnan(values)
        self.missing += int(is_missing.sum())
        self._gaps.feed(is_missing, self.samples)
        before = np.concatenate([[self._last], values[:-1]])
        self._flats.feed(values == before, self.samples)
        for rail in self._rails:
            rail.feed(values)
        self._last = float(values[-1])
        self.samples += len(values)

    def finish(self) -> None:
        """Close what is still open at the end."""
        self._gaps.close(self.samples)
        self._flats.close(self.samples)
        for rail in self._rails:
            rail.finish()

    @property
    def gaps(self) -> list[tuple[float, float]]:
        """(start, length) of stretches without any sample, seconds."""
        return [(start / self.rate_hz, length / self.rate_hz) for start, length in self._gaps.found]

    @property
    def flats(self) -> list[tuple[float, float]]:
        """(start, length) of stretches that do not move at all, seconds."""
        # The first sample of a stretch differs from the one before it and belongs to it all the same.
        return [
            ((start - 1) / self.rate_hz, (length + 1) / self.rate_hz) for start, length in self._flats.found
        ]

    @property
    def clipped_share(self) -> float:
        """The share of samples that lie in a row at the highest or the lowest value there is, 0..1."""
        known = self.samples - self.missing
        return sum(rail.stuck for rail in self._rails) / known if known else 0.0


class _Rail:
    """Counts samples at the furthest value so far that have company there, at least `RAIL_RUN` in a row.

    most: from so many in a row on they are a flat line instead.
    """

    def __init__(self, sign: float, most: int) -> None:
        self._sign = sign
        self._most = most
        self._furthest = -np.inf
        self.stuck = 0
        self._run = 0

    def feed(self, values: Block) -> None:
        block = values * self._sign
        furthest = float(np.nanmax(block)) if not np.isnan(block).all() else -np.inf
        if furthest > self._furthest:
            self._furthest, self.stuck, self._run = furthest, 0, 0
        is_there = block == self._furthest
        if not is_there.any():
            self.finish()
            return
        edges = np.flatnonzero(np.diff(is_there.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
        for start, end in edges.tolist():
            if start > 0:
                self.finish()
            self._run += end - start
            if end < len(block):
                self.finish()

    def finish(self) -> None:
        if RAIL_RUN <= self._run < self._most:
            self.stuck += self._run
        self._run = 0
