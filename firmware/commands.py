"""What the box may ask of a wearable, and how a wearable answers; both ends read this table.

Every command is a frame of `wire` whose kind has bit 0x80, and one REPLY names its number and answers it.
A command that was heard twice is done once: the decoder drops a repeated number.
"""

import json
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VIBRATE = 0x81
IDENTIFY = 0x82
SET = 0x83
CALIBRATE = 0x84
SELF_TEST = 0x85
RESET = 0x86
SLEEP = 0x87
ACCEPTED = 0x88
UPDATE_BEGIN = 0x90
UPDATE_DATA = 0x91
UPDATE_END = 0x92

# Why a command was not done. Rows are only ever added at the end.
REASONS = (
    "ok",
    "unknown command",
    "payload makes no sense",
    "not allowed on this link without a key",
    "no such part on this wearable",
    "battery too low",
    "update is not newer",
    "an update is on trial",
    "piece is not the next one",
    "manifest is damaged",
    "manifest makes no sense",
    "not enough room",
    "file is damaged",
    "update is not complete",
    "power or file system failed",
)
(
    OK,
    UNKNOWN,
    SENSELESS,
    FORBIDDEN,
    MISSING,
    LOW_BATTERY,
    OLD,
    ON_TRIAL,
    MISPLACED,
    DAMAGED_MANIFEST,
    BAD_MANIFEST,
    FULL,
    DAMAGED_FILE,
    INCOMPLETE,
    FAILED,
) = range(15)

# A wearable never vibrates longer than this on one command, whatever is asked: the box may be gone by then.
LONGEST_VIBRATION_MS = 5000

_REPLY = "<IBI"
_BEGIN = "<II32s"
_STATUS = "<BBHHHI"
UNKNOWN_BATTERY = 255
LOW, CHARGING, FAULTY, TRIAL = 1, 2, 4, 8


def pack_vibrate(strength: float, duration_ms: int, effect: int = 0) -> bytes:
    """Ask for a vibration. strength: 0 to 1. effect: a number of the chip's library, 0 is a plain buzz.

    Raises ValueError outside the limits.
    """
    if not (0.0 <= strength <= 1.0 and 0 <= duration_ms <= LONGEST_VIBRATION_MS and 0 <= effect <= 123):
        raise ValueError("strength 0 to 1, at most " + str(LONGEST_VIBRATION_MS) + " ms, effect 0 to 123")
    return struct.pack("<BBH", effect, round(strength * 255), duration_ms)


def unpack_vibrate(payload: bytes) -> "tuple[float, int, int] | None":
    """Read strength, milliseconds and effect; None when it is no such thing or lasts too long."""
    if len(payload) != 4:
        return None
    effect, strength, duration_ms = struct.unpack("<BBH", payload)
    return (
        (strength / 255, duration_ms, effect)
        if duration_ms <= LONGEST_VIBRATION_MS and effect <= 123
        else None
    )


def pack_settings(changes: "dict[str, object]") -> bytes:
    """Ask for other settings, as JSON of at most 255 bytes."""
    return json.dumps(changes).encode()


def unpack_settings(payload: bytes) -> "dict[str, Any] | None":
    """Read the settings asked for; None when it is no object of JSON."""
    try:
        changes = json.loads(payload.decode())
    except (ValueError, UnicodeError):
        return None
    return changes if isinstance(changes, dict) else None


def pack_accepted(accepted: int, lost: int) -> bytes:
    """Tell a wearable how many of its frames the box believed, and how many never came."""
    return struct.pack("<II", accepted & 0xFFFFFFFF, lost & 0xFFFFFFFF)


def unpack_accepted(payload: bytes) -> "tuple[int, int] | None":
    """Read the two counts."""
    if len(payload) != 8:
        return None
    accepted, lost = struct.unpack("<II", payload)
    return accepted, lost


def pack_begin(number: int, size: int, digest: bytes) -> bytes:
    """Begin an update. number: grows with every update; size, digest: of the manifest that comes first."""
    return struct.pack(_BEGIN, number, size, digest)


def unpack_begin(payload: bytes) -> "tuple[int, int, bytes] | None":
    """Read an update's number, the size of its manifest and that one's SHA-256."""
    if len(payload) != 40:
        return None
    number, size, digest = struct.unpack(_BEGIN, payload)
    return number, size, digest


def pack_data(offset: int, piece: bytes) -> bytes:
    """Send a piece of an update: manifest, then every file, one after another without gaps."""
    return struct.pack("<I", offset) + piece


def unpack_data(payload: bytes) -> "tuple[int, bytes] | None":
    """Read where a piece belongs, and the piece."""
    if len(payload) < 5:
        return None
    (offset,) = struct.unpack("<I", payload[:4])
    return offset, payload[4:]


def pack_reply(sequence: int, reason: int, number: int = 0, text: str = "") -> bytes:
    """Answer a command. number: of an update, the offset wanted next. text: for a person, cut to fit."""
    return struct.pack(_REPLY, sequence & 0xFFFFFFFF, reason, number & 0xFFFFFFFF) + text.encode()[:240]


def unpack_reply(payload: bytes) -> "tuple[int, int, int, str] | None":
    """Read the command's number, the place of the reason in `REASONS`, the number and the text."""
    if len(payload) < 9:
        return None
    sequence, reason, number = struct.unpack(_REPLY, payload[:9])
    try:
        return sequence, reason, number, payload[9:].decode()
    except UnicodeError:
        return None


def pack_status(
    battery_percent: int, flags: int, jitter_us: int, lost: int, dropped: int, update: int, version: str
) -> bytes:
    """Tell how a wearable is. lost: samples not fetched in time; dropped: frames without room on the line."""
    small = [min(count, 65535) for count in (jitter_us, lost, dropped)]
    return (
        struct.pack(_STATUS, battery_percent, flags, small[0], small[1], small[2], update) + version.encode()
    )


def unpack_status(payload: bytes) -> "tuple[int, int, int, int, int, int, str] | None":
    """Read it back, in the order of `pack_status`."""
    if len(payload) < 12:
        return None
    try:
        numbers = struct.unpack(_STATUS, payload[:12])
        return numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], payload[12:].decode()
    except UnicodeError:
        return None
