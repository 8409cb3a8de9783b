"""Neurofeedback: which rhythms should grow and which should shrink, told within a quarter of a second.

A programme is a row of a table: bands up, bands down. Each band has a threshold that follows a percentile of
its own power, and the percentiles follow each other until about seven tenths of the time is rewarded, so that
a session is neither hopeless nor free (Sherlin et al., J. Neurotherapy 15 (2011) 292). The reward comes when
all conditions have held for a quarter of a second, and never while eyes or muscles drown the brain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from appliance.signal.brain import one_site
from cext.bands import Bands

FEEDBACK_HZ: dict[str, tuple[float, float]] = {
    "theta": (4.0, 8.0),
    "alpha": (8.0, 13.0),
    "smr": (12.0, 15.0),
    "beta": (15.0, 20.0),
    "high_beta": (22.0, 30.0),
    "muscle": (35.0, 47.0),
}
DWELL_S = 0.25
BLINK_UV = 75.0
AFTER_BLINK_S = 0.5
MUSCLE_UV2 = 30.0
# Thresholds forget in about half a minute; the percentiles in some minutes.
TRACKING_S = 30.0
BALANCING_S = 240.0
REWARDED = 0.7
WARMING_S = 5.0


@dataclass(frozen=True, slots=True)
class Programme:
    """What is trained: bands whose power should be above their threshold, and those to be below."""

    up: tuple[str, ...]
    down: tuple[str, ...] = ()


PROGRAMMES: dict[str, Programme] = {
    "smr": Programme(("smr",), ("theta", "high_beta")),
    "beta": Programme(("beta",), ("theta", "high_beta")),
    "alpha": Programme(("alpha",), ("high_beta",)),
    "theta": Programme(("theta",)),
}


class Percentile:
    """A running percentile in constant memory: up by its share of a step, down by the rest.

    Works on logarithms, so that the step fits any scale. Source: Robbins and Monro, Ann. Math. Stat. 22
    (1951) 400, applied to the quantile's own condition.
    """

    def __init__(self, share: float) -> None:
        self.share = share
        self._log: float | None = None
        self._seen = 0

    def add(self, value: float, rows: float) -> None:
        """Take one positive value; rows: how many it takes to forget."""
        log = math.log(max(value, 1e-12))
        if self._log is None:
            self._log = log
        self._seen += 1
        # Large steps at first, so that the start does not matter.
        step = 3.0 / min(rows, 10.0 + self._seen)
        self._log += step * (self.share if log > self._log else self.share - 1.0)

    @property
    def value(self) -> float | None:
        """The percentile so far."""
        return None if self._log is None else math.exp(self._log)


@dataclass(slots=True)
class _Tally:
    """How long conditions have held, and what was rewarded."""

    held_s: float = 0.0
    muted_s: float = 0.0
    warmed_s: float = 0.0
    rewarded_rows: int = 0
    judged_rows: int = 0
    percentiles: dict[str, Percentile] = field(default_factory=dict)


class BrainFeedback:
    """One EEG channel in uV in with `feed`; whether to reward now, and how strong.

    is_rewarded: all conditions hold. level: 0..1, how far they hold, for sounds that swell; 0 while muted.
    is_muted: eyes, muscles or a lost signal drown the brain.
    """

    def __init__(self, rate_hz: float, programme: Programme = PROGRAMMES["smr"]) -> None:
        fits = {name: edges for name, edges in FEEDBACK_HZ.items() if edges[1] < 0.5 * rate_hz}
        self._names = tuple(fits)
        self._programme = programme
        missing = [name for name in (*programme.up, *programme.down) if name not in fits]
        if missing:
            raise ValueError(f"{rate_hz:g} Hz cannot show {', '.join(missing)}; give 125 Hz or more")
        self._kernel = Bands(tuple(fits.values()), rate_hz)
        self._tally = _Tally()
        for name in programme.up:
            self._tally.percentiles[name] = Percentile(1.0 - 0.85)
        for name in programme.down:
            self._tally.percentiles[name] = Percentile(0.85)
        self._powers: dict[str, float] = {}
        self.is_rewarded = False
        self.is_muted = True
        self.level = 0.0

    def feed(self, values: NDArray[np.float64], end_s: float = 0.0) -> None:
        """Take samples in uV, shape (samples,) or (samples, sites)."""
        for row in self._kernel.feed(one_site(values)).tolist():
            self._judge(row)

    def powers_uv2(self) -> Mapping[str, float]:
        """The fast power of each band, uV^2; empty while the signal is lost."""
        return self._powers

    def thresholds_uv2(self) -> Mapping[str, float]:
        """What each band of the programme is held against, uV^2."""
        return {name: one.value for name, one in self._tally.percentiles.items() if one.value is not None}

    def rewarded_share(self) -> float | None:
        """The share of unmuted time with a reward so far, 0..1."""
        tally = self._tally
        return tally.rewarded_rows / tally.judged_rows if tally.judged_rows else None

    def _judge(self, row: list[float]) -> None:
        tally, row_s = self._tally, self._kernel.row_s
        *powers, swing_uv = row
        is_lost = swing_uv != swing_uv
        self._powers = {} if is_lost else dict(zip(self._names, powers, strict=True))
        if is_lost or swing_uv > BLINK_UV:
            tally.muted_s = AFTER_BLINK_S
        elif self._powers.get("muscle", 0.0) > MUSCLE_UV2:
            tally.muted_s = max(tally.muted_s, row_s)
        self.is_muted = tally.muted_s > 0.0
        if self.is_muted:
            tally.muted_s -= row_s
            tally.held_s, self.level, self.is_rewarded = 0.0, 0.0, False
            return
        margins = []
        for name, percentile in tally.percentiles.items():
            threshold = percentile.value
            if threshold is not None:
                margin = math.log(max(self._powers[name], 1e-12) / threshold)
                margins.append(margin if name in self._programme.up else -margin)
            percentile.add(self._powers[name], TRACKING_S / row_s)
        tally.warmed_s += row_s
        if tally.warmed_s < WARMING_S or not margins:
            return
        tally.held_s = tally.held_s + row_s if min(margins) > 0.0 else 0.0
        self.is_rewarded = tally.held_s >= DWELL_S - 1e-9
        self.level = 1.0 / (1.0 + math.exp(-2.0 * min(margins)))
        tally.judged_rows += 1
        tally.rewarded_rows += self.is_rewarded
        self._balance(row_s)

    def _balance(self, row_s: float) -> None:
        """Too many rewards make every condition harder, too few make it easier, slowly."""
        push = (self.is_rewarded - REWARDED) * row_s / BALANCING_S
        for name, one in self._tally.percentiles.items():
            is_up = name in self._programme.up
            one.share = min(0.99, max(0.01, one.share + (push if is_up else -push)))
