"""What stands inside the frames of `wire`: samples, intervals, names, health and answers.

Little-endian. Runs on CPython and MicroPython. Unpacking never raises: None says that it is something else.
"""

import struct

# The place in this table is the channel's number on the wire; rows are only ever added at the end.
CHANNELS = ("ecg", "ppg", "rr", "breath", "skin", "motion", "temperature", "eeg", "oxygen", "pulse_rate")
LOST = -32768

_SAMPLES, _SAMPLES_SIZE = "<BBff", 10
_CONTACT_KNOWN, _CONTACT = 1, 2


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
