"""Improv packets on the line of a sensor pass by: Wi-Fi set-up and samples share one cable unharmed.

`IMPROV`, version 1, type, length, payload, the sum of all before it, a line feed. Source: Improv via Serial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.contracts import SensorFrame
from appliance.sensors.decoders.decoder import Decoder

_MARK = b"IMPROV\x01"
_HEAD = 9
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class ImprovPacket:
    """One packet: kind 1 state, 2 error, 3 command, 4 result."""

    kind: int
    payload: bytes


def improv_packet(kind: int, payload: bytes) -> bytes:
    """Make a packet. Raises ValueError above 255 bytes."""
    if len(payload) > 255:
        raise ValueError(f"an Improv payload holds at most 255 bytes, not {len(payload)}")
    body = _MARK + bytes([kind, len(payload)]) + payload
    return body + bytes([sum(body) & 0xFF]) + b"\n"


class ImprovBeside:
    """Takes Improv packets out of a stream and hands all else to the sensor's decoder.

    packets: those that came, oldest first, at most 64. What only looks like one goes to the sensor.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._rest = b""
        self._ends_line = False  # a packet was the last thing that came, and its line feed is still to come
        self.packets: list[ImprovPacket] = []

    @property
    def decoder(self) -> Decoder:
        """What reads the sensor's own bytes."""
        return self._decoder

    @property
    def dropped(self) -> Mapping[str, int]:
        """What the sensor's decoder dropped."""
        return self._decoder.dropped

    @property
    def name(self) -> str:
        """What the sensor calls itself."""
        return self._decoder.name

    def restart(self) -> None:
        """Forget what was half received."""
        self._rest = b""
        self._decoder.restart()

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes; give the frames they complete."""
        others = self.split(data)
        return self._decoder.feed(others, arrival_s) if others else []

    def split(self, data: bytes) -> bytes:
        """Keep the packets; give what is left."""
        if self._ends_line and data:
            self._ends_line = False
            data = data.removeprefix(b"\n")
        data = self._rest + data if self._rest else data
        out: list[bytes] = []
        at = 0
        while (mark := data.find(_MARK, at)) >= 0:
            out.append(data[at:mark])
            at = mark
            end = mark + _HEAD + data[mark + _HEAD - 1] + 1 if len(data) >= mark + _HEAD else len(data) + 1
            if end > len(data):
                self._rest = data[mark:]
                return b"".join(out)
            if sum(data[mark : end - 1]) & 0xFF == data[end - 1]:
                self.packets.append(ImprovPacket(data[mark + 7], data[mark + _HEAD : end - 1]))
                del self.packets[:-_MOST_KEPT]
                at = end + (data[end : end + 1] == b"\n")
                self._ends_line = end == len(data)
            else:
                out.append(data[mark : mark + 1])
                at = mark + 1
        keep = next((n for n in range(len(_MARK) - 1, 0, -1) if data.endswith(_MARK[:n])), 0)
        keep = min(keep, len(data) - at)
        self._rest = data[len(data) - keep :] if keep else b""
        out.append(data[at : len(data) - keep])
        return b"".join(out)
