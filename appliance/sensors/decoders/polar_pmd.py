"""Polar straps' own stream (PMD): raw ECG, PPG, acceleration and pulse-to-pulse intervals.

A notification is its type, the strap's nanoseconds at the LAST sample, the frame type (bit 7: differences)
and the samples. Source: Polar BLE SDK, online measurement documentation; deltas are packed lowest bit first
there.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import ClockMap
from appliance.sensors.decoders.boards import AXES
from appliance.sensors.decoders.tracks import Input
from cext import deltas, shapes

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
# A frame of 73 ECG samples; with a smaller MTU the strap sends nothing at all.
SMALLEST_MTU = 232
ECG, PPG, ACC, PPI = 0, 1, 2, 3
_HEAD = 10
_PACKED = 0x80
_BACK_S = 1.0
_EVERY_MS = (240, 3000)


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of measurement: its inputs (those beyond are left out), raw layout and scale to the unit."""

    inputs: tuple[Input, ...]
    rate_hz: float
    channels: int
    sizes: Mapping[int, int]  # frame type -> bytes of a number
    bits: int
    scale: float


STREAMS: Mapping[int, Stream] = {
    ECG: Stream((Input("", Channel.ECG, "mV"),), 130.0, 1, {0: 3}, 24, 1e-3),
    PPG: Stream(tuple(Input(n, Channel.PPG, "a.u.") for n in "123"), 55.0, 4, {0: 3}, 24, 1.0),
    ACC: Stream(AXES, 200.0, 3, {0: 1, 1: 2, 2: 3}, 16, 1e-3),
}


def start_command(kind: int, rate_hz: int = 0, bits: int = 0, range_g: int = 0, channels: int = 0) -> bytes:
    """What to write to the control point to begin; zeros leave a setting out."""
    out = bytes([2, kind])
    for setting, value, size in ((0, rate_hz, 2), (1, bits, 2), (2, range_g, 2), (4, channels, 1)):
        if value:
            out += bytes([setting, 1]) + value.to_bytes(size, "little")
    return out


def stop_command(kind: int) -> bytes:
    """What to write to end; without it an H10 stays on and drains its battery."""
    return bytes([3, kind])


class PolarPmd:
    """Reads one strap's data characteristic.

    rates_hz: measurement -> rate, as started, where it is not the usual one. factors: measurement -> unit a
    count of packed frames of type 0, when the strap told one. The strap's clock is mapped to the box's.
    """

    def __init__(
        self,
        sensor_id: str,
        rates_hz: Mapping[int, float] | None = None,
        factors: Mapping[int, float] | None = None,
    ) -> None:
        self._sensor_id = sensor_id
        self._rates_hz = {kind: row.rate_hz for kind, row in STREAMS.items()} | dict(rates_hz or {})
        self._factors = dict(factors or {})
        self._inputs: dict[int, list[tuple[str, object, str]]] = {
            kind: [
                (f"{sensor_id}.{one.name}" if len(row.inputs) > 1 else sensor_id, one.channel, one.unit)
                for one in row.inputs
            ]
            for kind, row in STREAMS.items()
        }
        self.clock = ClockMap()
        self._last_s: dict[int, float] = {}
        self._sequences: dict[int, int] = {}
        self._dropped: dict[str, int] = {}
        self.lost = 0
        self.name = ""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("short", "kind", "layout", "replayed") -> count of notifications."""
        return self._dropped

    def restart(self) -> None:
        """The link was lost: the next frames may begin anywhere."""
        self._last_s.clear()
        self._sequences = {kind: number + 1 for kind, number in self._sequences.items()}

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take one notification; give one frame an input."""
        if len(data) <= _HEAD:
            return self._drop("short")
        kind, last_ns, layout = data[0] & 0x3F, int.from_bytes(data[1:9], "little"), data[9]
        if kind == PPI:
            return self._intervals(data, arrival_s)
        row = STREAMS.get(kind)
        if row is None:
            return self._drop("kind")
        size = row.sizes.get(layout & 0x7F)
        if size is None:
            return self._drop("layout")
        if layout & _PACKED:
            scale = self._factors.get(kind, row.scale) if layout == _PACKED else row.scale
            values = deltas.packed(data, _HEAD, row.bits, row.channels, scale)
        else:
            values = deltas.whole(data, _HEAD, size, row.channels, row.scale)
        if values is None or not values.shape[1]:
            return self._drop("layout")
        rate_hz, count, last_s = self._rates_hz[kind], values.shape[1], last_ns * 1e-9
        before_s = self._last_s.get(kind)
        first_s = last_s - (count - 1) / rate_hz
        if before_s is not None:
            if before_s - _BACK_S < last_s <= before_s:
                return self._drop("replayed")
            missing = round((first_s - before_s) * rate_hz) - 1
            if missing > 0 or last_s <= before_s:
                self.lost += max(missing, 0)
                self._sequences[kind] = self._sequences.get(kind, 0) + 1
        self._last_s[kind] = last_s
        self.clock.saw(last_s, arrival_s)
        time_s = self.clock.at(first_s)
        sequence = self._sequences.get(kind, 0)
        self._sequences[kind] = sequence + 1
        inputs = self._inputs[kind]
        return shapes.frames(SensorFrame, inputs, sequence, time_s, arrival_s, values, rate_hz, None)

    def _intervals(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Six bytes an interval: rate, ms, error, whether it moved and touched; NaN for what is in doubt."""
        if (len(data) - _HEAD) % 6:
            return self._drop("layout")
        values_ms: list[float] = []
        contact: bool | None = None
        for _, every_ms, _, flags in struct.iter_unpack("<BHHB", data[_HEAD:]):
            touches = bool(flags & 2) if flags & 4 else None
            contact = touches if contact is None else contact and touches is not False
            is_good = not flags & 1 and touches is not False and _EVERY_MS[0] <= every_ms <= _EVERY_MS[1]
            values_ms.append(float(every_ms) if is_good else np.nan)
        values = np.array(values_ms)
        first_s = arrival_s - float(np.nansum(values[1:])) / 1000.0
        sequence = self._sequences.get(PPI, 0)
        self._sequences[PPI] = sequence + 1
        who = self._sensor_id
        return [
            SensorFrame(who, Channel.RR, sequence, first_s, arrival_s, values, 0.0, "ms", has_contact=contact)
        ]

    def _drop(self, reason: str) -> list[SensorFrame]:
        self._dropped[reason] = self._dropped.get(reason, 0) + 1
        return []
