"""Pulse oximeters over BLE: the continuous 0x2A5F and the spot-check 0x2A5E measurement.

Source: Bluetooth Pulse Oximeter Service 1.0; numbers are IEEE 11073-20601 SFLOATs.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass

# Device and sensor status: the finger is out, the probe displaced, unplugged or not on a body.
_NO_CONTACT = 1 << 11 | 1 << 13 | 1 << 15
_POOR = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7
_INVALID = 1 << 13 | 1 << 14 | 1 << 15  # measurement status: unavailable, questionable, invalid
_DEMONSTRATION = 1 << 10 | 1 << 11


@dataclass(frozen=True, slots=True)
class Oximetry:
    """One measurement. NaN: the device cannot say. pulse_amplitude: in percent, NaN when it is not sent.

    has_contact: None when it cannot tell. is_poor: the device doubts it. is_valid: it does not disown it.
    """

    spo2_percent: float
    rate_bpm: float
    pulse_amplitude: float = math.nan
    has_contact: bool | None = None
    is_poor: bool = False
    is_valid: bool = True
    is_demonstration: bool = False


def sfloat(bits: int) -> float:
    """Read a 16-bit float: four bits of exponent to ten, twelve of mantissa, both signed."""
    if bits in (0x07FF, 0x0800, 0x0801):
        return math.nan
    if bits in (0x07FE, 0x0802):
        return math.inf if bits == 0x07FE else -math.inf
    mantissa = (bits & 0x0FFF) - (0x1000 if bits & 0x0800 else 0)
    power = (bits >> 12) - (16 if bits & 0x8000 else 0)
    return mantissa * 10.0**power if power >= 0 else mantissa / 10.0**-power


def parse_continuous(data: bytes) -> Oximetry | None:
    """Read a 0x2A5F notification; None when its length does not fit its flags."""
    if not data or data[0] & 0xE0:
        return None
    flags = data[0]
    sizes = (4, 4, 2, 3, 2)
    if len(data) != 5 + sum(size for bit, size in enumerate(sizes) if flags >> bit & 1):
        return None
    at = 5 + 4 * (flags & 1) + 4 * (flags >> 1 & 1)
    measured = device = None
    amplitude = math.nan
    if flags & 4:
        measured, at = int.from_bytes(data[at : at + 2], "little"), at + 2
    if flags & 8:
        device, at = int.from_bytes(data[at : at + 3], "little"), at + 3
    if flags & 16:
        amplitude = sfloat(int.from_bytes(data[at : at + 2], "little"))
    return _made(data, amplitude, measured, device)


def parse_spot(data: bytes) -> Oximetry | None:
    """Read a 0x2A5E indication; None when its length does not fit its flags."""
    if not data or data[0] & 0xE0:
        return None
    flags = data[0]
    sizes = (7, 2, 3, 2, 0)  # time, measurement status, device status, amplitude, clock not set
    if len(data) != 5 + sum(size for bit, size in enumerate(sizes) if flags >> bit & 1):
        return None
    at = 5 + 7 * (flags & 1)
    measured = device = None
    amplitude = math.nan
    if flags & 2:
        measured, at = int.from_bytes(data[at : at + 2], "little"), at + 2
    if flags & 4:
        device, at = int.from_bytes(data[at : at + 3], "little"), at + 3
    if flags & 8:
        amplitude = sfloat(int.from_bytes(data[at : at + 2], "little"))
    return _made(data, amplitude, measured, device)


def _made(data: bytes, amplitude: float, measured: int | None, device: int | None) -> Oximetry:
    spo2, rate = (sfloat(bits) for bits in struct.unpack_from("<2H", data, 1))
    return Oximetry(
        spo2 if 0.0 <= spo2 <= 100.0 else math.nan,
        rate if 0.0 < rate <= 400.0 else math.nan,
        amplitude,
        None if device is None else not device & _NO_CONTACT,
        bool((device or 0) & _POOR),
        not (measured or 0) & _INVALID,
        bool((measured or 0) & _DEMONSTRATION),
    )


class PulseOximeter:
    """Keeps the last reading of one oximeter and counts what could not be read."""

    def __init__(self) -> None:
        self.last: Oximetry | None = None
        self._dropped: dict[str, int] = {}

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("length") -> count of notifications."""
        return self._dropped

    def feed(self, data: bytes, *, is_spot: bool = False) -> Oximetry | None:
        """Take one notification; give what it says."""
        found = parse_spot(data) if is_spot else parse_continuous(data)
        if found is None:
            self._dropped["length"] = self._dropped.get("length", 0) + 1
        else:
            self.last = found
        return found
