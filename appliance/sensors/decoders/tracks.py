"""The inputs of one device that all measure at one rate: their places in time, and their frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import DRIFT_PER_S, ClockMap
from cext import shapes

# Lost samples that no number shows are seen only as lateness beyond what buffers can explain.
LATE_S = 1.0
# A device sends at another rate than declared when so many windows in a row say the same.
_RATE_WINDOW_S, _RATE_WINDOWS, _RATE_OFF, _RATE_STEADY = 4.0, 3, 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a device: its name among others that measure the same, what it measures, and its unit."""

    name: str
    channel: Channel
    unit: str


class RateWatch:
    """Sees that a device sends at another rate than it should; lost samples alone do not look so steady.

    wrong_rate_hz: the rate it really sends at, None while all is well.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._began_s: float | None = None
        self._count = 0
        self._off_hz: list[float] = []
        self.wrong_rate_hz: float | None = None

    def saw(self, count: int, arrival_s: float) -> None:
        """Take in how many samples came now."""
        if self._began_s is None or arrival_s < self._began_s:
            self._began_s, self._count = arrival_s, 0
            return
        self._count += count
        passed_s = arrival_s - self._began_s
        if passed_s < _RATE_WINDOW_S:
            return
        rate_hz = self._count / passed_s
        self._began_s, self._count = arrival_s, 0
        if abs(rate_hz / self._rate_hz - 1.0) < _RATE_OFF:
            self._off_hz, self.wrong_rate_hz = [], None
            return
        self._off_hz = [*self._off_hz[1 - _RATE_WINDOWS :], rate_hz]
        if len(self._off_hz) == _RATE_WINDOWS and min(self._off_hz) > (1.0 - _RATE_STEADY) * max(
            self._off_hz
        ):
            self.wrong_rate_hz = sum(self._off_hz) / _RATE_WINDOWS


class Tracks:
    """Turns numbered samples to frames.

    inputs: where several measure the same, their frames' sensor id ends in a dot and the input's name.
    counts: after how many samples the device's own numbers start over; 1 when it has none. drift_per_s: how
    far its rate may be off. clock: the device's, counted in samples, on the box's.
    """

    def __init__(
        self,
        sensor_id: str,
        rate_hz: float,
        inputs: Sequence[Input],
        *,
        counts: int = 1,
        drift_per_s: float = DRIFT_PER_S,
    ) -> None:
        shared = Counter(one.channel for one in inputs)
        self._inputs: list[tuple[str, object, str]] = [
            (f"{sensor_id}.{one.name}" if shared[one.channel] > 1 else sensor_id, one.channel, one.unit)
            for one in inputs
        ]
        self.rate_hz = rate_hz
        self._counts = counts
        self.clock = ClockMap(drift_per_s)
        self.rate = RateWatch(rate_hz)
        self._next = 0  # place of the next sample if none is missing
        self._shift = 0  # places that no number showed
        self._sequence = 0

    @property
    def measured_rate_hz(self) -> float:
        """The rate as the box's clock sees it."""
        return self.rate_hz / (1.0 + self.clock.drift_ppm * 1e-6)

    def number(self, count: int) -> NDArray[np.int64]:
        """Number samples of a device that does not do so itself."""
        first = self._next - self._shift
        return np.arange(first, first + count, dtype=np.int64)

    def frames(
        self,
        places: NDArray[np.int64],
        values: NDArray[np.float64],
        arrival_s: float,
        has_contact: bool | None = None,
    ) -> list[SensorFrame]:
        """Give one frame for each input and each run of places without a gap.

        places: shape (n,), rising. values: shape (inputs, n).
        """
        count = len(places)
        if not count:
            return []
        self.rate.saw(count, arrival_s)
        newest_s = (int(places[-1]) + self._shift) / self.rate_hz
        if self.clock.is_known:
            late_s = arrival_s - self.clock.at(newest_s)
            if late_s > LATE_S:
                self._shift += round(late_s * self.rate_hz / self._counts) * self._counts
                newest_s = (int(places[-1]) + self._shift) / self.rate_hz
        self.clock.saw(newest_s, arrival_s)
        first = int(places[0])
        if int(places[-1]) - first == count - 1:
            return self._run(first + self._shift, values, arrival_s, has_contact)
        cuts = [0, *(np.flatnonzero(np.diff(places) != 1) + 1).tolist(), count]
        frames: list[SensorFrame] = []
        for start, end in pairwise(cuts):
            place = int(places[start]) + self._shift
            frames += self._run(place, values[:, start:end], arrival_s, has_contact)
        return frames

    def _run(
        self, place: int, values: NDArray[np.float64], arrival_s: float, has_contact: bool | None
    ) -> list[SensorFrame]:
        if place != self._next:
            self._sequence += 1  # a jump is a gap
        self._next = place + values.shape[1]
        sequence = self._sequence
        self._sequence += 1
        time_s = self.clock.at(place / self.rate_hz)
        return shapes.frames(
            SensorFrame, self._inputs, sequence, time_s, arrival_s, values, self.rate_hz, has_contact
        )
