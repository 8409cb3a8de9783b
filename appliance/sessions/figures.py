"""The numbers of one body session, gathered while it runs."""

from __future__ import annotations

from appliance.contracts import BodyState, Features
from appliance.contracts.messages import Summary
from cext.hrv import Sliding

DAY_S = 86_400.0


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
        self._intervals = Sliding(DAY_S)
        self._coherence = _Mean()
        self._breath = _Mean()
        self._quality = _Mean()

    def add(self, features: Features, state: BodyState) -> None:
        """Take in what one turn of the loop found."""
        self.beats += len(features.beats)
        for interval in features.intervals:
            # As everywhere: only untouched intervals count, and only neighbours are compared.
            self._intervals.feed(interval.rr_ms, interval.time_s, interval.kind != "normal")
        self._quality.add(features.quality)
        if not state.is_lost:
            self._coherence.add(features.coherence)
            self._breath.add(features.breath_rate_bpm)

    def summary(self, duration_s: float) -> Summary:
        """Return the session so far; a figure is None where there is too little signal."""
        rr = self._intervals
        return Summary(
            beats=self.beats,
            duration_s=round(duration_s, 3),
            mean_hr_bpm=rr.mean_hr_bpm,
            rmssd_ms=rr.rmssd_ms,
            sdnn_ms=rr.sdnn_ms,
            pnn50=rr.pnn50,
            coherence=self._coherence.value,
            breath_rate_bpm=self._breath.value,
            quality=min(1.0, max(0.0, self._quality.value or 0.0)),
        )
