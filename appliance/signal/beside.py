"""What a wearer carries beside the heart's sensor: a belt, skin, movement, temperature, brain.

Each channel has one follower, made when its first frame comes and made anew when sensor, rate or number of
axes change. Lost frames reach it as NaN, and so does a sensor that says it has no contact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.signal.breath import Breath
from appliance.signal.breath_belt import BreathBelt, BreathFromMotion


class Follower(Protocol):
    """The face of everything that follows one channel."""

    def feed(self, values: NDArray[np.float64], end_s: float) -> None:
        """Take samples, shape (samples,) or (samples, axes), of which the last was at end_s."""
        ...


Maker = Callable[[float, int], Follower]
# In which channel each follower listens, and how it is made from rate and number of axes.
MAKERS: dict[str, tuple[Channel, Maker]] = {
    "belt": (Channel.BREATH, lambda rate_hz, axes: BreathBelt(rate_hz)),
    "chest": (Channel.MOTION, BreathFromMotion),
}


@dataclass(slots=True)
class _Line:
    """Who sends on a channel, in what shape, and the number of the next frame."""

    sensor_id: str
    rate_hz: float
    axes: int
    sequence: int


class Beside:
    """Frames in with `feed`; the followers are there by name, once they have been fed."""

    def __init__(self) -> None:
        self.followers: dict[str, Follower] = {}
        self._lines: dict[Channel, _Line] = {}

    def feed(self, frame: SensorFrame) -> None:
        """Take a frame of any channel but the heart's; frames without a rate are let pass."""
        if not frame.rate_hz > 0 or not len(frame.values):
            return
        values = np.asarray(frame.values, dtype=np.float64)
        if frame.has_contact is False:
            values = np.full_like(values, np.nan)
        axes = 1 if values.ndim == 1 else values.shape[1]
        line = self._lines.get(frame.channel)
        mine = [name for name, (channel, _) in MAKERS.items() if channel is frame.channel]
        if line is None or (line.sensor_id, line.rate_hz, line.axes) != (
            frame.sensor_id,
            frame.rate_hz,
            axes,
        ):
            self._lines[frame.channel] = _Line(frame.sensor_id, frame.rate_hz, axes, frame.sequence + 1)
            for name in mine:
                self.followers[name] = MAKERS[name][1](frame.rate_hz, axes)
        else:
            if frame.sequence != line.sequence:
                start_s = frame.arrival_s - len(values) / frame.rate_hz
                for name in mine:
                    self.followers[name].feed(np.full_like(values[:1], np.nan), start_s)
            line.sequence = frame.sequence + 1
        for name in mine:
            self.followers[name].feed(values, frame.arrival_s)

    def breaths(self) -> list[Breath]:
        """The followers that hear a breath."""
        return [one for one in self.followers.values() if isinstance(one, Breath)]
