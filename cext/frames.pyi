from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")

REASONS: tuple[str, ...]

def tag(
    key: bytes | bytearray | memoryview,
    message: bytes | bytearray | memoryview,
    size: int = 32,
    may_be_native: bool = True,
) -> bytes: ...

class Wire:
    accepted: int
    def __init__(self, keys: dict[int, bytes], ciphers: dict[int, bytes] | None = None) -> None: ...
    @property
    def count(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def dropped(self) -> dict[str, int]: ...
    def restart(self) -> None: ...
    def feed(self, data: bytes | bytearray | memoryview) -> int: ...
    def frame(self, data: bytes | bytearray | memoryview) -> int: ...
    def boot_end(self, first: int) -> tuple[int, bool, float]: ...
    def frames(
        self,
        first: int,
        end: int,
        offset_s: float,
        drift: float,
        arrival_s: float,
        made: type[Made],
        sensor_id: str,
        channels: tuple[object, ...],
        units: tuple[str, ...],
        other: Callable[[int, bytes, float, int], Made | None],
    ) -> list[Made]: ...
    def next_sequence(self, channel: int) -> int: ...
