"""The Bluetooth services of a wearable as bytes: our frames, and the standard ones that any app can read.

Source: Bluetooth SIG, Heart Rate Service 1.0, Battery Service 1.0, Device Information Service 1.1, Pulse
Oximeter Service 1.0.
"""

import struct

# Our own: frames up as notifications, frames down as writes.
SERVICE = "e3c40001-7a6b-4c5e-9d10-6563686f656c"
UP = "e3c40002-7a6b-4c5e-9d10-6563686f656c"
DOWN = "e3c40003-7a6b-4c5e-9d10-6563686f656c"
HEART_RATE, HEART_RATE_MEASUREMENT, BODY_LOCATION = 0x180D, 0x2A37, 0x2A38
BATTERY, BATTERY_LEVEL = 0x180F, 0x2A19
DEVICE, MAKER, MODEL, SERIAL, VERSION = 0x180A, 0x2A29, 0x2A24, 0x2A25, 0x2A26
OXIMETER, OXIMETER_CONTINUOUS, OXIMETER_FEATURES = 0x1822, 0x2A5F, 0x2A60
# A link with the smallest packets carries this much, and no frame is so short.
LONGEST_PIECE = 20

_CONTACT_SUPPORTED, _CONTACT, _HAS_INTERVALS = 0x04, 0x02, 0x10
_QUESTIONABLE = 0x4000
_NOT_A_NUMBER = 0x07FF
_MOST_INTERVALS = 8


def heart_rate(bpm: int, intervals: "list[int]", has_contact: "bool | None") -> bytes:
    """Make a Heart Rate Measurement. intervals: RR in 1/1024 s, oldest first."""
    flags = 0 if has_contact is None else _CONTACT_SUPPORTED | (_CONTACT if has_contact else 0)
    kept = intervals[-_MOST_INTERVALS:]
    if kept:
        flags |= _HAS_INTERVALS
    return struct.pack("<BB", flags, min(bpm, 255)) + b"".join(
        [struct.pack("<H", min(rr, 65535)) for rr in kept]
    )


def oximetry(percent: int, bpm: int) -> bytes:
    """Make a PLX Continuous Measurement, marked as questionable: nobody has calibrated this wearable.

    Zeros mean that there is nothing to say.
    """
    status = 0x04  # the measurement status field is there
    return struct.pack("<BHHH", status, percent or _NOT_A_NUMBER, bpm or _NOT_A_NUMBER, _QUESTIONABLE)


def advertisement(name: str) -> "tuple[bytes, bytes]":
    """Make what is shouted out and what is answered to those who ask: services, and the name."""
    flags = b"\x02\x01\x06"
    own = bytes([17, 0x07]) + uuid_bytes(SERVICE)
    standard = struct.pack("<BBHH", 5, 0x03, HEART_RATE, OXIMETER)
    letters = name.encode()[:29]
    return flags + own + standard, bytes([len(letters) + 1, 0x09]) + letters


def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of an identifier as they go over the air: the last first."""
    digits = text.replace("-", "")
    return bytes([int(digits[at : at + 2], 16) for at in range(30, -1, -2)])
