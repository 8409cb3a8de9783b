"""The frame between a wearable and the box, the same on USB and BLE, on both ends of the line.

    0 version | 1 key id | 2 boot u16 | 4 sequence u32 | 8 time u32 ms | 12 kind | 13 length | payload | tag

Little-endian. The tag is HMAC-SHA256 over all before it, 8 bytes, 16 for frames that make a wearable do
something (kind 0x80 and above). Key id 0 is "no key": the tag is made with an empty key and then only
guards against damage, which is enough on a cable. On a serial line a frame gets a CRC-32, is stuffed with
COBS (Cheshire and Baker, IEEE/ACM Trans. Netw. 7 (1999) 159) and ends with a zero byte.

Runs on CPython and MicroPython: no typing module, no dataclasses, no hmac module.
"""

import binascii
import hashlib
import struct

VERSION = 1
OPEN_KEY_ID = 0

HELLO = 1
SAMPLES = 2
INTERVALS = 3
STATUS = 4
COMMAND = 0x80

# The place in this table is the channel's number on the wire; rows are only ever added at the end.
CHANNELS = ("ecg", "ppg", "rr", "breath", "skin", "motion", "temperature", "eeg")
LOST = -32768

_HEADER, _HEADER_SIZE = "<BBHIIBB", 14
_TAG_SIZE, _COMMAND_TAG_SIZE, _CRC_SIZE = 8, 16, 4
_WINDOW = 64
LONGEST_FRAME = _HEADER_SIZE + 255 + _COMMAND_TAG_SIZE
_LONGEST_STUFFED = LONGEST_FRAME + _CRC_SIZE + 3

_SAMPLES, _SAMPLES_SIZE = "<BBff", 10
_CONTACT_KNOWN, _CONTACT = 1, 2


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


def tag(key: bytes, message: bytes, size: int) -> bytes:
    """The first bytes of HMAC-SHA256 (RFC 2104), written out because MicroPython has no hmac module."""
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    key = key + bytes(64 - len(key))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]) + message).digest()
    return hashlib.sha256(bytes([byte ^ 0x5C for byte in key]) + inner).digest()[:size]


def stuff(data: bytes) -> bytes:
    """Remove every zero byte by COBS, so that a zero can end a frame."""
    out = bytearray()
    for piece in data.split(b"\0"):
        while len(piece) >= 254:
            out.append(255)
            out += piece[:254]
            piece = piece[254:]
        out.append(len(piece) + 1)
        out += piece
    return bytes(out)


def unstuff(data: bytes) -> "bytes | None":
    """Undo `stuff`; None when the bytes cannot be its result."""
    out = bytearray()
    at = 0
    size = len(data)
    while at < size:
        code = data[at]
        end = at + code
        if code == 0 or end > size:
            return None
        out += data[at + 1 : end]
        if code < 255 and end < size:
            out.append(0)
        at = end
    return bytes(out)


class Encoder:
    """Makes the frames of one wearable since it booted.

    key: shared with the box, empty with key id 0. boot: counts the starts of this wearable.
    """

    def __init__(self, key: bytes = b"", key_id: int = OPEN_KEY_ID, boot: int = 0) -> None:
        self._key = key
        self._key_id = key_id
        self._boot = boot & 0xFFFF
        self.sequence = 0

    def frame(self, kind: int, time_ms: int, payload: bytes) -> bytes:
        """Make the next frame, as one BLE notification carries it. Raises ValueError above 255 bytes."""
        if len(payload) > 255:
            raise ValueError("a payload holds at most 255 bytes, not " + str(len(payload)))
        sequence = self.sequence & 0xFFFFFFFF
        ids = (VERSION, self._key_id, self._boot, sequence, time_ms & 0xFFFFFFFF, kind, len(payload))
        head = struct.pack(_HEADER, *ids)
        self.sequence += 1
        body = head + payload
        return body + tag(self._key, body, _tag_size(kind))

    def line(self, kind: int, time_ms: int, payload: bytes) -> bytes:
        """Make the next frame for a serial line: with its CRC, stuffed, ended by a zero."""
        body = self.frame(kind, time_ms, payload)
        return stuff(body + struct.pack("<I", binascii.crc32(body) & 0xFFFFFFFF)) + b"\0"


class Decoder:
    """Finds frames in any bytes, and counts what it had to drop and why.

    keys: key id -> key; by default only unkeyed frames are let in. accepted: good frames so far.
    dropped: reason -> count, the reasons being "long", "stuffing", "crc", "short", "version", "length",
    "key", "tag" and "replayed". lost: frames whose numbers never came.
    Invariant: nothing raises, whatever is fed, and memory stays below one frame and one piece of input.
    """

    def __init__(self, keys: "dict[int, bytes] | None" = None) -> None:
        self._keys = {OPEN_KEY_ID: b""} if keys is None else keys
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
        if key_id not in self._keys:
            return self._drop("key")
        if not _is_same(tag(self._keys[key_id], body[:end], size), body[end:]):
            return self._drop("tag")
        lost = self._gap(key_id, boot, sequence)
        if lost < 0:
            return self._drop("replayed")
        self.accepted += 1
        self.lost += lost
        return Frame(key_id, boot, sequence, time_ms, kind, body[_HEADER_SIZE:end], lost)

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


def _tag_size(kind: int) -> int:
    return _COMMAND_TAG_SIZE if kind & COMMAND else _TAG_SIZE


def _is_same(one: bytes, other: bytes) -> bool:
    """Compare two tags of one length in constant time, so that none can be guessed byte by byte."""
    return int.from_bytes(one, "little") ^ int.from_bytes(other, "little") == 0


class Samples:
    """The payload of SAMPLES: evenly spaced counts of one channel.

    channel: a name of `CHANNELS`. scale: physical units (mV, degrees, ...) a count.
    counts: whole numbers; `LOST` marks a missing one. has_contact: None when the sensor cannot tell.
    """

    def __init__(
        self,
        channel: str,
        rate_hz: float,
        scale: float,
        counts: "list[int]",
        has_contact: "bool | None" = None,
    ) -> None:
        self.channel = channel
        self.rate_hz = rate_hz
        self.scale = scale
        self.counts = counts
        self.has_contact = has_contact

    def pack(self) -> bytes:
        """Make the payload; at most 122 samples fit. Raises ValueError beyond."""
        if len(self.counts) > (255 - _SAMPLES_SIZE) // 2:
            raise ValueError("122 samples fit into a frame, not " + str(len(self.counts)))
        flags = 0 if self.has_contact is None else _CONTACT_KNOWN | (_CONTACT if self.has_contact else 0)
        head = struct.pack(_SAMPLES, CHANNELS.index(self.channel), flags, self.rate_hz, self.scale)
        return head + struct.pack("<" + str(len(self.counts)) + "h", *self.counts)

    @staticmethod
    def unpack(payload: bytes) -> "Samples | None":
        """Read a payload; None when it is not one."""
        size = len(payload) - _SAMPLES_SIZE
        if size < 0 or size % 2:
            return None
        number, flags, rate_hz, scale = struct.unpack(_SAMPLES, payload[:_SAMPLES_SIZE])
        if number >= len(CHANNELS) or not 0 < rate_hz <= 100000 or not abs(scale) < 1e30:
            return None
        counts = list(struct.unpack("<" + str(size // 2) + "h", payload[_SAMPLES_SIZE:]))
        has_contact = bool(flags & _CONTACT) if flags & _CONTACT_KNOWN else None
        return Samples(CHANNELS[number], rate_hz, scale, counts, has_contact)


def pack_intervals(intervals_ms: "list[float]") -> bytes:
    """Make the payload of INTERVALS: RR intervals, oldest first, in steps of 1/1024 s as straps send them."""
    return struct.pack("<" + str(len(intervals_ms)) + "H", *[round(ms * 1.024) for ms in intervals_ms])


def unpack_intervals(payload: bytes) -> "list[float] | None":
    """Read RR intervals in ms; None when the payload is not one."""
    if not payload or len(payload) % 2:
        return None
    return [steps / 1.024 for steps in struct.unpack("<" + str(len(payload) // 2) + "H", payload)]


def pack_hello(serial: str, name: str) -> bytes:
    """Make the payload of HELLO: who this wearable is, sent at start and every few seconds."""
    return serial.encode() + b"\0" + name.encode()


def unpack_hello(payload: bytes) -> "tuple[str, str] | None":
    """Read serial number and name; None when the payload is not one."""
    try:
        serial, mark, name = payload.decode().partition("\0")
    except UnicodeError:
        return None
    return (serial, name) if mark else None
