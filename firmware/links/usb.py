"""Frames over a cable: stuffed lines out, command lines in, and a line that is never waited for."""

from firmware import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_WAITING = 4096
_PIECE = 256


class UsbLink:
    """One cable.

    port: `read(count)` and `write(bytes)` that never wait. dropped: frames that found no room.
    Invariant: a frame goes out whole or not at all, and `send` never waits for a reader.
    """

    is_open_to_all = True

    def __init__(self, port: "Any", encoder: "wire.Encoder", decoder: "wire.Decoder") -> None:
        self._port = port
        self._encoder = encoder
        self._decoder = decoder
        self._waiting = bytearray()
        self.dropped = 0

    def send(self, kind: int, time_ms: int, payload: bytes) -> None:
        """Send one frame, or drop it when nobody has read for long."""
        line = self._encoder.line(kind, time_ms, payload)
        if len(self._waiting) + len(line) > _MOST_WAITING:
            self.dropped += 1
        else:
            self._waiting += line
        self.flush()

    def flush(self) -> None:
        """Push out what waits, as far as the line takes it."""
        while self._waiting:
            sent = self._port.write(self._waiting[:_PIECE]) or 0
            self._waiting = self._waiting[sent:]
            if not sent:
                break

    def receive(self) -> "list[wire.Frame]":
        """Give the commands that came."""
        data = self._port.read(_PIECE)
        return self._decoder.feed(data) if data else []
