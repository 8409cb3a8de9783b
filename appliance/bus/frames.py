"""How messages are cut on the wire of the local bus: a fixed head, the topic, the body.

Bytes of a TCP stream flow in, whole frames flow out; what is not ours raises `ForeignBytesError`, and the
connection is then closed rather than guessed at.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

MAGIC = b"EB1"
_HEAD = struct.Struct(">3sBBHI")
BODY_LIMIT_BYTES = 4 * 1024 * 1024


class ForeignBytesError(ValueError):
    """These bytes are not a frame of the local bus."""


class Kind(IntEnum):
    """What a frame is for."""

    HELLO = 1  # topic: client id
    WILL = 2  # topic and body of the last will
    WELCOME = 3
    SUBSCRIBE = 4  # topic: the filter
    SUBSCRIBED = 5  # topic: the filter, after its retained messages
    MESSAGE = 6
    PING = 7
    PONG = 8
    GOODBYE = 9  # the last will is not needed


_KINDS = frozenset(int(kind) for kind in Kind)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame."""

    kind: Kind
    topic: str = ""
    body: bytes = b""
    is_retained: bool = False

    def pack(self) -> bytes:
        """Return the bytes that go on the wire; raises ValueError when topic or body is too long."""
        name = self.topic.encode()
        if len(name) > 65_535 or len(self.body) > BODY_LIMIT_BYTES:
            raise ValueError(f"a message on {self.topic[:80]!r} is too long: {len(self.body)} bytes")
        return _HEAD.pack(MAGIC, self.kind, self.is_retained, len(name), len(self.body)) + name + self.body


class Unpacker:
    """Cuts a stream of bytes into frames, however the bytes arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that are now whole. Raises ForeignBytesError."""
        self._buffer += data
        frames = []
        while len(self._buffer) >= _HEAD.size:
            magic, kind, is_retained, topic_bytes, body_bytes = _HEAD.unpack_from(self._buffer)
            if magic != MAGIC or kind not in _KINDS or body_bytes > BODY_LIMIT_BYTES:
                raise ForeignBytesError("not a frame of the local bus")
            topic_end = _HEAD.size + topic_bytes
            end = topic_end + body_bytes
            if len(self._buffer) < end:
                break
            try:
                topic = self._buffer[_HEAD.size : topic_end].decode()
            except UnicodeDecodeError as error:
                raise ForeignBytesError("a topic that is not UTF-8") from error
            frames.append(Frame(Kind(kind), topic, bytes(self._buffer[topic_end:end]), bool(is_retained)))
            del self._buffer[:end]
        if self._buffer and not MAGIC.startswith(bytes(self._buffer[:3])):
            raise ForeignBytesError("not a frame of the local bus")
        return frames
