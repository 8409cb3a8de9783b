"""The face of every decoder of a byte stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from appliance.contracts import SensorFrame


class Decoder(Protocol):
    """Bytes in, frames out; nothing raises, whatever comes in."""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason -> how many pieces could not be used."""
        ...

    @property
    def name(self) -> str:
        """What the device calls itself; empty until it said so."""
        ...

    def restart(self) -> None:
        """The line was cut and is back: forget what was half received."""
        ...

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take the bytes that came at this moment of the box's clock; give what they complete."""
        ...
