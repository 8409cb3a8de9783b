"""What differs between Bluetooth sensors: which characteristics they speak with, and how streams start.

A `Profile` is made for one connection; `Line` is all it may do with that connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from appliance.contracts import SensorFrame

Heard = Callable[[bytes, float], list[SensorFrame]]


class Line(Protocol):
    """An open link to one device. All of it raises LinkLost or LinkRefused."""

    @property
    def name(self) -> str:
        """What the device is called, for messages."""
        ...

    def has(self, uuid: str) -> bool:
        """Whether the device has this characteristic."""
        ...

    async def packet_bytes(self, uuid: str, wanted: int) -> int:
        """How much one notification can carry now; waits a moment for `wanted`. 20 when nobody knows."""
        ...

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic."""
        ...

    async def write(self, uuid: str, data: bytes) -> None:
        """Write a characteristic and wait for the device's yes, where it gives one."""
        ...

    async def listen(self, uuid: str, heard: Heard) -> None:
        """Subscribe; `heard` makes frames of each notification, in the order in which they came."""
        ...

    async def ask(self, uuid: str, request: bytes, is_complete: Callable[[bytes], bool]) -> None:
        """Write a request; its answer comes back in pieces, as notifications of the same characteristic."""
        ...


class Profile(Protocol):
    """One way to speak with a device."""

    @property
    def notes(self) -> list[str]:
        """What a person should know, such as a stream that could not be started."""
        ...

    async def begin(self, line: Line) -> None:
        """Subscribe and start the streams."""
        ...

    async def end(self, line: Line) -> None:
        """Stop the streams, while the link still holds."""
        ...

    def trouble(self, now_s: float) -> Exception | None:
        """What is wrong although notifications come, such as a strap that never sends intervals."""
        ...
