"""The frame between a wearable and the box, the same on USB and BLE, on both ends of the line.

    0 version | 1 key id | 2 boot u16 | 4 sequence u32 | 8 time u32 ms | 12 kind | 13 length | payload | tag

Little-endian. The tag is HMAC-SHA256 over all before it, 8 bytes, 16 for frames that make a wearable do
something (kind 0x80 and above). Key id 0 is "no key": the tag is made with an empty key and then only
guards against damage, which is enough on a cable. Bit 0x40 of the kind says that the payload is sealed with
AES-CTR, see `aes`. On a serial line a frame gets a CRC-32, is stuffed with COBS and ends with a zero byte.

Runs on CPython and MicroPython: no typing module, no dataclasses, no hmac module.
"""

import binascii
import hashlib
import struct

from firmware.aes import Cipher
from firmware.cobs import stuff, unstuff
from firmware.payloads import (
    CHANNELS,
    LOST,
    Samples,
    pack_hello,
    pack_intervals,
    unpack_hello,
    unpack_intervals,
)

__all__ = (
    "CHANNELS",
    "LOST",
    "Decoder",
    "Encoder",
    "Frame",
    "Samples",
    "derived",
    "pack_hello",
    "pack_intervals",
    "stuff",
    "tag",
    "unpack_hello",
    "unpack_intervals",
    "unstuff",
)

VERSION = 1
OPEN_KEY_ID = 0

HELLO = 1
SAMPLES = 2
INTERVALS = 3
STATUS = 4
REPLY = 5
SEALED = 0x40
COMMAND = 0x80

# Which way a frame goes; each way has its own keys, so that a frame cannot be sent back to its sender.
UP, DOWN = 0, 1

_HEADER, _HEADER_SIZE = "<BBHIIBB", 14
_TAG_SIZE, _COMMAND_TAG_SIZE, _CRC_SIZE = 8, 16, 4
_WINDOW = 64
LONGEST_FRAME = _HEADER_SIZE + 255 + _COMMAND_TAG_SIZE
_LONGEST_STUFFED = LONGEST_FRAME + _CRC_SIZE + 3


class Frame:
    """One frame as it arrived: who sent it when, and what is in it; lost: frames missing before it."""

    def __init__(
        self, key_id: int, boot: int, sequence: int, time_ms: int, kind: int, payload: bytes, lost: int = 0
    ) -> None:
        self.key_id = key_id
        self.boot = boot
        self.sequence = sequence
        self.time_ms = time_ms
        self.kind = kind
        self.payload = payload
        self.lost = lost


class Mac:
    """HMAC-SHA256 (RFC 2104) under one key, written out because MicroPython has no hmac module."""

    def __init__(self, key: bytes) -> None:
        if len(key) > 64:
            key = hashlib.sha256(key).digest()
        key = key + bytes(64 - len(key))
        self._inner = bytes([byte ^ 0x36 for byte in key])
        self._outer = bytes([byte ^ 0x5C for byte in key])

    def tag(self, message: bytes, size: int) -> bytes:
        """Give the first bytes of the tag of a message."""
        inner = hashlib.sha256(self._inner + message).digest()
        return hashlib.sha256(self._outer + inner).digest()[:size]


def tag(key: bytes, message: bytes, size: int) -> bytes:
    """Give the first bytes of HMAC-SHA256 of a message, for a key that is used once."""
    return Mac(key).tag(message, size)


def derived(secret: bytes, direction: int) -> "tuple[bytes, bytes]":
    """Make the key of the tags and the key of the cipher for one way, from the secret of the pairing.

    direction: `UP` from the wearable, `DOWN` to it. Source: HKDF with SHA-256, RFC 5869, one block each.
    """
    pseudorandom = tag(b"echoel wearable", secret, 32)
    way = b"down" if direction == DOWN else b"up"
    return tag(pseudorandom, b"mac " + way + b"\x01", 32), tag(pseudorandom, b"enc " + way + b"\x01", 32)


class Encoder:
    """Makes the frames of one wearable since it booted, or of the box since it started.

    key: shared with the other end, empty with key id 0. boot: counts the starts of this end.
    cipher: seals every payload if it is given.
    """

    def __init__(
        self, key: bytes = b"", key_id: int = OPEN_KEY_ID, boot: int = 0, cipher: "Cipher | None" = None
    ) -> None:
        self._mac = Mac(key)
        self._cipher = cipher
        self._key_id = key_id
        self._boot = boot & 0xFFFF
        self.sequence = 0

    def frame(self, kind: int, time_ms: int, payload: bytes) -> bytes:
        """Make the next frame, as one BLE notification carries it. Raises ValueError above 255 bytes."""
        if len(payload) > 255:
            raise ValueError("a payload holds at most 255 bytes, not " + str(len(payload)))
        sequence = self.sequence & 0xFFFFFFFF
        if self._cipher is not None:
            kind |= SEALED
            payload = self._cipher.apply(_nonce(self._key_id, self._boot, sequence), payload)
        ids = (VERSION, self._key_id, self._boot, sequence, time_ms & 0xFFFFFFFF, kind, len(payload))
        head = struct.pack(_HEADER, *ids)
        self.sequence += 1
        body = head + payload
        return body + self._mac.tag(body, _tag_size(kind))

    def line(self, kind: int, time_ms: int, payload: bytes) -> bytes:
        """Make the next frame for a serial line: with its CRC, stuffed, ended by a zero."""
        return lined(self.frame(kind, time_ms, payload))


def size_of(body: bytes) -> int:
    """How long the frame is that begins here, by its own word."""
    return _HEADER_SIZE + body[13] + _tag_size(body[12])


def lined(body: bytes) -> bytes:
    """Wrap a frame for a serial line: with its CRC, stuffed, ended by a zero."""
    return stuff(body + struct.pack("<I", binascii.crc32(body) & 0xFFFFFFFF)) + b"\0"


class Decoder:
    """Finds frames in any bytes, and counts what it had to drop and why.

    keys: key id -> key; by default only unkeyed frames are let in. accepted: good frames so far.
    ciphers: key id -> cipher, for keys whose frames may be sealed.
    dropped: reason -> count, the reasons being "long", "stuffing", "crc", "short", "version", "length",
    "key", "tag", "sealed" (no cipher for it) and "replayed". lost: frames whose numbers never came.
    Invariant: nothing raises, whatever is fed, and memory stays below one frame and one piece of input.
    """

    def __init__(
        self, keys: "dict[int, bytes] | None" = None, ciphers: "dict[int, Cipher] | None" = None
    ) -> None:
        known = {OPEN_KEY_ID: b""} if keys is None else keys
        self._macs = {key_id: Mac(key) for key_id, key in known.items()}
        self._ciphers = ciphers or {}
        self._rest = b""
        self._is_skipping = False
        # key id -> [boot, highest sequence, bits of the last 64 seen]
        self._seen: dict[int, list[int]] = {}
        self.accepted = 0
        self.lost = 0
        self.dropped: dict[str, int] = {}

    def feed(self, data: bytes) -> "list[Frame]":
        """Take bytes from a serial line, in pieces of any size; give the frames they complete."""
        pieces = (self._rest + bytes(data)).split(b"\0")
        self._rest = pieces.pop()
        frames = []
        for piece in pieces:
            found = self._unline(piece) if piece and not self._is_skipping else None
            self._is_skipping = False
            if found is not None:
                frames.append(found)
        if len(self._rest) > _LONGEST_STUFFED:
            if not self._is_skipping:
                self._drop("long")
            self._is_skipping = True
            self._rest = b""
        return frames

    def _unline(self, piece: bytes) -> "Frame | None":
        if len(piece) > _LONGEST_STUFFED:
            return self._drop("long")
        body = unstuff(piece)
        if body is None:
            return self._drop("stuffing")
        if len(body) < _HEADER_SIZE + _TAG_SIZE + _CRC_SIZE:
            return self._drop("short")
        (crc,) = struct.unpack("<I", body[-_CRC_SIZE:])
        body = body[:-_CRC_SIZE]
        if binascii.crc32(body) & 0xFFFFFFFF != crc:
            return self._drop("crc")
        return self.frame(body)

    def frame(self, body: bytes) -> "Frame | None":
        """Check one frame as a BLE notification brings it; None when it must not be believed."""
        if len(body) < _HEADER_SIZE + _TAG_SIZE:
            return self._drop("short")
        version, key_id, boot, sequence, time_ms, kind, length = struct.unpack(_HEADER, body[:_HEADER_SIZE])
        if version != VERSION:
            return self._drop("version")
        end = _HEADER_SIZE + length
        size = _tag_size(kind)
        if len(body) != end + size:
            return self._drop("length")
        mac = self._macs.get(key_id)
        if mac is None:
            return self._drop("key")
        if not _is_same(mac.tag(body[:end], size), body[end:]):
            return self._drop("tag")
        payload = body[_HEADER_SIZE:end]
        if kind & SEALED:
            cipher = self._ciphers.get(key_id)
            if cipher is None:
                return self._drop("sealed")
            payload = cipher.apply(_nonce(key_id, boot, sequence), payload)
            kind &= ~SEALED
        lost = self._gap(key_id, boot, sequence)
        if lost < 0:
            return self._drop("replayed")
        self.accepted += 1
        self.lost += lost
        return Frame(key_id, boot, sequence, time_ms, kind, payload, lost)

    def _gap(self, key_id: int, boot: int, sequence: int) -> int:
        """How many frames are missing before this one; -1 when it was here before or is too old."""
        seen = self._seen.get(key_id)
        if seen is None:
            self._seen[key_id] = [boot, sequence, 1]
            return 0
        if boot != seen[0]:
            # Without a key nobody can prove the order of boots; with one an old boot is a recording.
            if key_id != OPEN_KEY_ID and (boot - seen[0]) & 0xFFFF >= 0x8000:
                return -1
            self._seen[key_id] = [boot, sequence, 1]
            return sequence
        ahead = sequence - seen[1]
        if ahead > 0:
            seen[1] = sequence
            seen[2] = ((seen[2] << ahead) | 1) & ((1 << _WINDOW) - 1) if ahead < _WINDOW else 1
            return ahead - 1
        if -ahead >= _WINDOW or seen[2] >> -ahead & 1:
            return -1
        seen[2] |= 1 << -ahead
        self.lost -= 1  # it was counted as lost when a later one came first
        return 0

    def _drop(self, reason: str) -> "Frame | None":
        self.dropped[reason] = self.dropped.get(reason, 0) + 1
        return None


def _nonce(key_id: int, boot: int, sequence: int) -> bytes:
    """What never comes twice under one key: the boot and the number of the frame."""
    return struct.pack("<BBHII", VERSION, key_id, boot, sequence, 0)


def _tag_size(kind: int) -> int:
    return _COMMAND_TAG_SIZE if kind & COMMAND else _TAG_SIZE


def _is_same(one: bytes, other: bytes) -> bool:
    """Compare two tags of one length in constant time, so that none can be guessed byte by byte."""
    return int.from_bytes(one, "little") ^ int.from_bytes(other, "little") == 0
