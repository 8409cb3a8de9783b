"""Where the signal lies under each beat: a slow wave that breathing draws, read beat by beat.

In an ECG the baseline just before the QRS complex, where the heart itself is silent; in a pulse wave its top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel

# A beat is confirmed long before this much more signal has passed.
KEPT_S = 4.0


@dataclass(frozen=True, slots=True)
class Spot:
    """The stretch around a beat whose mean is its level, seconds from the beat."""

    first_s: float
    last_s: float


SPOTS = {Channel.ECG: Spot(-0.12, -0.04), Channel.PPG: Spot(-0.02, 0.02)}


class Levels:
    """The last few seconds of one raw signal, asked for a level at each beat; times as the detector's."""

    def __init__(self, channel: Channel, rate_hz: float) -> None:
        self._spot = SPOTS[channel]
        self._rate_hz = rate_hz
        self._kept = np.empty(0)
        self._dropped = 0

    def feed(self, values: NDArray[np.float64]) -> None:
        """Take the next samples; everything fed at once stays until the next call."""
        most = int(KEPT_S * self._rate_hz)
        old = self._kept[-most:]
        self._dropped += len(self._kept) - len(old)
        self._kept = np.concatenate([old, values])

    def at(self, time_s: float) -> float:
        """The level at a beat, in the signal's unit; NaN where samples lack."""
        first = round((time_s + self._spot.first_s) * self._rate_hz) - self._dropped
        last = round((time_s + self._spot.last_s) * self._rate_hz) - self._dropped
        part = self._kept[max(0, first) : max(0, last + 1)]
        return float(part.mean()) if len(part) and first >= 0 else float("nan")
