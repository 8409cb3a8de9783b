"""A recording that behaves like a sensor: the same frames, at real speed or as fast as they are taken."""

from __future__ import annotations

import os

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.recordings import Recording, load
from appliance.sensors.sensor import Identity, identity

FRAME_S = 0.04
# Where an interval is missing the clock of the recording still has to move on.
_USUAL_INTERVAL_MS = 1000.0


class Replay:
    """Plays one recording; `take` hands out each frame once, when its last sample has been reached.

    speed: how fast a paced player should go; `take` itself knows only the recording's own time.
    Frames: sensor_time_s is the place of the first sample in the recording, arrival_s that of the last
    one's end; RR intervals come one a frame, at the beat that ends them.
    """

    def __init__(self, recording: Recording, speed: float = 1.0, frame_s: float = FRAME_S) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.recording = recording
        self.speed = speed
        self._identity = identity("replay", recording.name, f"replay of {recording.name}")
        if recording.rate_hz > 0:
            count = len(recording.values)
            step = max(1, round(recording.rate_hz * frame_s))
            self._first = np.arange(0, count, step)
            self._end = np.minimum(self._first + step, count)
            self._starts_s = self._first / recording.rate_hz
            self._ends_s = self._end / recording.rate_hz
        else:
            usual_ms = float(np.nanmedian(recording.values)) if len(recording.values) else _USUAL_INTERVAL_MS
            self._first = np.arange(len(recording.values))
            self._end = self._first + 1
            self._ends_s = np.cumsum(np.nan_to_num(recording.values, nan=usual_ms)) / 1000.0
            self._starts_s = self._ends_s
        self._next = 0

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        rate_hz: float | None = None,
        column: str | None = None,
        kind: str | None = None,
        speed: float = 1.0,
    ) -> Replay:
        """Read a file and play it. Raises BadRecording."""
        return cls(load(path, rate_hz, column, kind), speed)

    @property
    def identity(self) -> Identity:
        """Who plays."""
        return self._identity

    @property
    def channel(self) -> Channel:
        """What the recording measures."""
        return self.recording.channel

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        return float(self._ends_s[-1]) if len(self._ends_s) else 0.0

    @property
    def is_finished(self) -> bool:
        """Whether every sample has been handed out."""
        return self._next >= len(self._first)

    def take(self, until_s: float) -> list[SensorFrame]:
        """Give the frames that end at or before this moment of the recording, once each."""
        stop = int(np.searchsorted(self._ends_s, until_s + 1e-9, side="right"))
        frames = [self._frame(number) for number in range(self._next, stop)]
        self._next = max(self._next, stop)
        return frames

    def _frame(self, number: int) -> SensorFrame:
        return SensorFrame(
            sensor_id=self._identity.sensor_id,
            channel=self.recording.channel,
            sequence=number,
            sensor_time_s=float(self._starts_s[number]),
            arrival_s=float(self._ends_s[number]),
            values=self.recording.values[self._first[number] : self._end[number]],
            rate_hz=self.recording.rate_hz,
            unit=self.recording.unit,
        )
