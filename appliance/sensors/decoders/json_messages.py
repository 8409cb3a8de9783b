"""Samples as JSON, one message a piece, from anything that can send a datagram or an MQTT message.

    {"channel": "breath", "rate_hz": 25, "values": [0.1, null, 0.3], "sequence": 7, "time_s": 12.48}

channel, rate_hz and values are needed; null is a lost sample; rate_hz 0 is for intervals in ms. sequence
counts messages and shows what was lost, twice or late; time_s is the sender's own clock at the first value.
unit, name, contact and battery_percent may be there. Nothing proves the sender: see our frames for that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import ClockMap
from appliance.sensors.decoders.wearable import UNITS

LONGEST = 65_536
_MOST_VALUES = 8_192
_FASTEST_HZ = 100_000.0
_WINDOW = 64


class JsonMessages:
    """Reads one sender. battery_percent: as it last said, None before."""

    def __init__(self, sensor_id: str) -> None:
        self._sensor_id = sensor_id
        self.clock = ClockMap()
        self._sequences: dict[Channel, int] = {}
        self._newest: int | None = None
        self._seen = 0
        self._dropped: dict[str, int] = {}
        self.lost = 0
        self.name = ""
        self.battery_percent: float | None = None

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("long", "json", "fields", "values", "replayed") -> count of messages."""
        return self._dropped

    def restart(self) -> None:
        """The sender begins anew."""
        self._newest = None
        self.clock.forget()

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take one message; give its frame."""
        if len(data) > LONGEST:
            return self._drop("long")
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            return self._drop("json")
        if not isinstance(told, dict):
            return self._drop("json")
        try:
            channel, rate_hz, values = Channel(told["channel"]), told["rate_hz"], told["values"]
            sequence, time_s, contact = told.get("sequence"), told.get("time_s"), told.get("contact")
        except (KeyError, ValueError, TypeError):
            return self._drop("fields")
        is_good = (
            _is_number(rate_hz, 0.0, _FASTEST_HZ)
            and isinstance(values, list)
            and (sequence is None or (isinstance(sequence, int) and not isinstance(sequence, bool)))
            and (time_s is None or _is_number(time_s, -1e12, 1e12))
            and (contact is None or isinstance(contact, bool))
        )
        if not is_good:
            return self._drop("fields")
        if not 0 < len(values) <= _MOST_VALUES or not all(v is None or _is_number(v) for v in values):
            return self._drop("values")
        if not self._counts_on(channel, sequence):
            return self._drop("replayed")
        self._learn(told)
        return [self._frame(channel, float(rate_hz), values, time_s, contact, told.get("unit"), arrival_s)]

    def _counts_on(self, channel: Channel, sequence: int | None) -> bool:
        """Whether this number is new; what it skips becomes a jump in the frames' own."""
        if sequence is None:
            return True
        newest, self._newest = self._newest, max(sequence, self._newest or sequence)
        if newest is None:
            self._seen = 1
            return True
        ahead = sequence - newest
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & ((1 << _WINDOW) - 1) if ahead < _WINDOW else 1
            self.lost += ahead - 1
            if ahead > 1:
                self._sequences = {one: n + ahead - 1 for one, n in self._sequences.items()}
            return True
        if sequence == 0 and newest > _WINDOW:  # it was started again
            self._newest, self._seen = 0, 1
            self.clock.forget()
            self._sequences = {one: n + 1 for one, n in self._sequences.items()}
            return True
        return False  # one that comes late comes after its place in time has gone

    def _learn(self, told: Mapping[str, Any]) -> None:
        if isinstance(told.get("name"), str):
            self.name = told["name"][:120]
        if _is_number(told.get("battery_percent"), 0.0, 100.0):
            self.battery_percent = float(told["battery_percent"])

    def _frame(
        self,
        channel: Channel,
        rate_hz: float,
        values: list[float | None],
        time_s: float | None,
        contact: bool | None,
        unit: object,
        arrival_s: float,
    ) -> SensorFrame:
        samples = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
        is_events = channel is Channel.RR or rate_hz == 0.0
        span_s = float(np.nansum(samples[1:])) / 1000.0 if is_events else (len(samples) - 1) / rate_hz
        if time_s is None:
            first_s = arrival_s - span_s
        else:
            first_s = self.clock.box_time_s(float(time_s), float(time_s) + span_s, arrival_s)
        sequence = self._sequences.get(channel, 0)
        self._sequences[channel] = sequence + 1
        return SensorFrame(
            self._sensor_id,
            channel,
            sequence,
            first_s,
            arrival_s,
            samples,
            0.0 if is_events else rate_hz,
            unit[:16] if isinstance(unit, str) else UNITS[channel],
            has_contact=contact,
        )

    def _drop(self, reason: str) -> list[SensorFrame]:
        self._dropped[reason] = self._dropped.get(reason, 0) + 1
        return []


def _is_number(value: object, low: float = -1e15, high: float = 1e15) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
