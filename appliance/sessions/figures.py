"""The numbers of one body session, gathered while it runs."""

from __future__ import annotations

import numpy as np

from appliance.contracts import BodyState, Features, Interval
from appliance.contracts.messages import Summary
from cext import hrv

FEWEST_INTERVALS = 3


class _Mean:
    """A running mean that leaves out what is not there."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._count = 0

    def add(self, value: float | None) -> None:
        if value is not None:
            self._sum += value
            self._count += 1

    @property
    def value(self) -> float | None:
        return self._sum / self._count if self._count else None


class Figures:
    """Gathers intervals and states, gives a `Summary` at any moment."""

    def __init__(self) -> None:
        self.beats = 0
        self._intervals: list[Interval] = []
        self._coherence = _Mean()
        self._breath = _Mean()
        self._quality = _Mean()

    def add(self, features: Features, state: BodyState) -> None:
        """Take in what one turn of the loop found."""
        self.beats += len(features.beats)
        self._intervals.extend(features.intervals)
        self._quality.add(features.quality)
        if not state.is_lost:
            self._coherence.add(features.coherence)
            self._breath.add(features.breath_rate_bpm)

    def summary(self, duration_s: float) -> Summary:
        """Return the session so far; gaps and extra beats are no intervals and stay out of the figures."""
        rr_ms = np.array([row.rr_ms for row in self._intervals if row.kind not in ("gap", "extra")])
        enough = rr_ms.size >= FEWEST_INTERVALS
        return Summary(
            beats=self.beats,
            duration_s=duration_s,
            mean_hr_bpm=float(hrv.mean_hr(rr_ms)) if enough else None,
            rmssd_ms=float(hrv.rmssd(rr_ms)) if enough else None,
            sdnn_ms=float(hrv.sdnn(rr_ms)) if enough else None,
            pnn50=float(hrv.pnn50(rr_ms)) if enough else None,
            coherence=self._coherence.value,
            breath_rate_bpm=self._breath.value,
            quality=min(1.0, max(0.0, self._quality.value or 0.0)),
        )
