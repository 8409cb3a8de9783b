"""Plain lines of numbers, as small boards print them: `512`, `12,512` (time, value), `S512` or `!`.

`!` is what the usual AD8232 sketch prints while an electrode is off. `S`, `B` and `Q` lines are those of
PulseSensor: sample, beats a minute, interval; only samples are used, because beats are found here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import ClockMap

LONGEST_LINE = 120
# Lines carry no time, so lost ones show only as lateness beyond what buffers can explain.
LATE_S = 1.0
_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\Z")
_LEAD_OFF = b"!"


class TextLines:
    """Reads one device that prints numbers.

    channel, rate_hz: what it measures and how often, as declared in the settings; for RR the rate is 0
    and each line is one interval in ms.
    """

    def __init__(self, sensor_id: str, channel: Channel, rate_hz: float) -> None:
        self._sensor_id = sensor_id
        self._channel = channel
        self._rate_hz = 0.0 if channel is Channel.RR else rate_hz
        self._clock = ClockMap()
        self._rest = b""
        self._is_skipping = True  # the first line is nearly always cut by the moment of connecting
        self._sequence = 0
        self._count = 0
        self._dropped: dict[str, int] = {}
        self.name = ""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("text", "long") -> count of lines."""
        return self._dropped

    def restart(self) -> None:
        """Forget half a line: the cable was out."""
        self._rest, self._is_skipping = b"", True

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes; give one frame for each run of lines with the same contact."""
        lines = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop()
        if self._is_skipping and lines:
            self._is_skipping = False
            lines = lines[1:]
        if len(self._rest) > LONGEST_LINE:
            self._drop("long")
            self._rest, self._is_skipping = b"", True
        frames: list[SensorFrame] = []
        values: list[float] = []
        has_contact: bool | None = None
        for line in lines:
            value = self._value(line.strip())
            if value is None:
                continue
            is_on = None if not math.isnan(value) else False
            if values and is_on is not has_contact:
                frames.append(self._frame(values, has_contact, arrival_s))
                values = []
            has_contact = is_on
            values.append(value)
        if values:
            frames.append(self._frame(values, has_contact, arrival_s))
        return frames

    def _value(self, line: bytes) -> float | None:
        if not line:
            return None
        if line == _LEAD_OFF:
            return math.nan
        if line[:1] in (b"B", b"Q") and _NUMBER.match(line[1:]):
            return None
        last = line.lstrip(b"S").replace(b"\t", b",").replace(b" ", b",").split(b",")[-1]
        if len(line) > LONGEST_LINE or not _NUMBER.match(last):
            self._drop("long" if len(line) > LONGEST_LINE else "text")
            return None
        value = float(last)
        return value if math.isfinite(value) else None

    def _frame(self, values: list[float], has_contact: bool | None, arrival_s: float) -> SensorFrame:
        if self._rate_hz == 0.0:
            time_s = arrival_s - sum(v for v in values[1:] if not math.isnan(v)) / 1000.0
        else:
            time_s = self._time_s(len(values), arrival_s)
        sequence = self._sequence
        self._sequence += 1
        return SensorFrame(
            self._sensor_id,
            self._channel,
            sequence,
            time_s,
            arrival_s,
            np.array(values),
            self._rate_hz,
            "ms" if self._channel is Channel.RR else "a.u.",
            has_contact=has_contact,
        )

    def _time_s(self, count: int, arrival_s: float) -> float:
        first_s = self._count / self._rate_hz
        newest_s = first_s + (count - 1) / self._rate_hz
        time_s = self._clock.box_time_s(first_s, newest_s, arrival_s)
        late_s = arrival_s - (time_s + newest_s - first_s)
        if late_s > LATE_S:
            missing = round(late_s * self._rate_hz)
            self._count += missing
            self._sequence += 1
            time_s += missing / self._rate_hz
        self._count += count
        return time_s

    def _drop(self, reason: str) -> None:
        self._dropped[reason] = self._dropped.get(reason, 0) + 1
