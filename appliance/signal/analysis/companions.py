"""What stands beside a heart in a file, skin, brain and warmth, summed up over the whole recording."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.sensors.recordings import Stream
from appliance.signal.brain import Brain
from appliance.signal.skin import Skin
from appliance.signal.temperature import Temperature

Values = NDArray[np.float64]
# A figure over less than this share of the recording would be an accident.
LEAST_SHARE = 0.1


class Companion(Protocol):
    """Takes the samples of one stream, says at the end what was in them."""

    def feed(self, values: Values, end_s: float) -> None:
        """Take about a second, of which the last sample was at end_s."""
        ...

    def figures(self) -> dict[str, Any]:
        """Named figures with their unit at the end; None for unknown."""
        ...


class _Skin:
    def __init__(self, stream: Stream) -> None:
        self._skin = Skin(stream.rate_hz)
        self._levels: list[float] = []
        self._responses: list[float] = []
        self._amplitudes: list[float] = []

    def feed(self, values: Values, end_s: float) -> None:
        self._skin.feed(values, end_s)
        level_us = self._skin.level_us()
        if level_us is not None:
            self._levels.append(level_us)
        for one in self._skin.take():
            if one.kind == "response":
                self._responses.append(one.onset_s)
                self._amplitudes.append(one.amplitude_us)

    def figures(self) -> dict[str, Any]:
        known_min = len(self._levels) / 60.0
        return {
            "level_us": _rounded(np.mean(self._levels)) if self._levels else None,
            "responses_s": [round(time_s, 2) for time_s in self._responses],
            "responses_per_min": _rounded(len(self._responses) / known_min) if known_min > 0.5 else None,
            "response_us": _rounded(median(self._amplitudes)) if self._amplitudes else None,
        }


class _Brain:
    def __init__(self, stream: Stream) -> None:
        self._brain = Brain(stream.rate_hz, stream.unit == "uV")
        self._shares: dict[str, list[float]] = {}
        self._peaks_hz: list[float] = []
        self._looks = self._known = 0

    def feed(self, values: Values, end_s: float) -> None:
        self._brain.feed(values, end_s)
        shares, peak_hz = self._brain.shares(), self._brain.peak_alpha_hz()
        self._looks += 1
        if shares is None:
            return
        self._known += 1
        for name, share in shares.items():
            self._shares.setdefault(name, []).append(share)
        if peak_hz is not None:
            self._peaks_hz.append(peak_hz)

    def figures(self) -> dict[str, Any]:
        is_known = self._known > LEAST_SHARE * self._looks
        has_peak = len(self._peaks_hz) > 0.5 * self._known and is_known
        return {
            "shares": {name: _rounded(np.mean(found)) for name, found in self._shares.items()}
            if is_known
            else None,
            "peak_alpha_hz": _rounded(median(self._peaks_hz)) if has_peak else None,
            "quality": _rounded(self._known / self._looks) if self._looks else 0.0,
        }


class _Temperature:
    def __init__(self, stream: Stream) -> None:
        self._temperature = Temperature(stream.rate_hz)
        self._known: list[float] = []

    def feed(self, values: Values, end_s: float) -> None:
        self._temperature.feed(values, end_s)
        now_c = self._temperature.now_c()
        if now_c is not None:
            self._known.append(now_c)

    def figures(self) -> dict[str, Any]:
        known = self._known
        return {
            "mean_c": _rounded(np.mean(known)) if known else None,
            "change_c": _rounded(known[-1] - known[0]) if len(known) > 1 else None,
        }


COMPANIONS: dict[Channel, Callable[[Stream], Companion]] = {
    Channel.SKIN: _Skin,
    Channel.EEG: _Brain,
    Channel.TEMPERATURE: _Temperature,
}


def companion(stream: Stream) -> Companion | None:
    """Who sums up a stream; None where nobody does. Raises ValueError where its rate is too slow or fast."""
    make = COMPANIONS.get(stream.channel)
    return make(stream) if make is not None and stream.rate_hz > 0 else None


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)
