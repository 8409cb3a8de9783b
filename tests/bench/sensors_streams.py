"""Streams as devices send them, whose every value is known: for the decoders' speed, and for their doubts."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.contracts import Channel
from appliance.sensors.decoders.bitalino import Bitalino
from appliance.sensors.decoders.cyton import Cyton
from appliance.sensors.decoders.ganglion import Ganglion
from appliance.sensors.decoders.heart_rate import StrapBeats
from appliance.sensors.decoders.improv import ImprovBeside
from appliance.sensors.decoders.plx import PulseOximeter
from appliance.sensors.decoders.polar_pmd import ACC, ECG, PPG, PolarPmd
from appliance.sensors.decoders.pulse_sensor import PulseSensor
from appliance.sensors.decoders.text_lines import TextLines
from appliance.sensors.decoders.thinkgear import ThinkGear
from appliance.sensors.decoders.wearable import WearableDecoder
from firmware import wire

KEY = b"the key of this bench, 32 bytes."


def wearable(count: int, seed: int = 0, samples: int = 32, key_id: int = 0, boot: int = 1) -> list[bytes]:
    """Lines of ECG whose counts rise by one, from 1 to 20000 and again."""
    encoder = wire.Encoder(KEY if key_id else b"", key_id, boot)
    lines = []
    for number in range(count):
        counts = [(number * samples + i) % 20_000 + 1 for i in range(samples)]
        payload = wire.Samples("ecg", 250.0, 1.0, counts).pack()
        lines.append(encoder.line(wire.SAMPLES, number * samples * 4, payload))
    return lines


def cyton(count: int, seed: int = 0) -> list[bytes]:
    """Packets whose inputs hold 1000 x input + number."""
    out = []
    for number in range(count):
        values = b"".join((1000 * (i + 1) + number % 256).to_bytes(3, "big") for i in range(8))
        out.append(bytes([0xA0, number % 256]) + values + bytes(6) + b"\xc0")
    return out


def crc4(data: bytes) -> int:
    """The CRC of BITalino, bit by bit, as it is published."""
    crc = 0
    for byte in data:
        for bit in range(7, -1, -1):
            crc = crc << 1 ^ (byte >> bit & 1)
            if crc & 0x10:
                crc ^= 0x13
    return crc


def bitalino(count: int, seed: int = 0) -> list[bytes]:
    """Packets of six inputs: four of 10 bits that hold 128 x input + something, two of 6."""
    out = []
    for number in range(count):
        a = [128 * i + (number * 7) % 100 for i in range(4)]
        b = [number % 60, (number * 3) % 60]
        bits = b[1] | b[0] << 6 | a[3] << 12 | a[2] << 22 | a[1] << 32 | a[0] << 42
        body = bits.to_bytes(7, "little") + bytes([(number % 16) << 4])
        out.append(body[:-1] + bytes([body[-1] | crc4(body)]))
    return out


def thinkgear(count: int, seed: int = 0) -> list[bytes]:
    """Raw packets, and a report of the chip every 512."""
    out = []
    for number in range(count):
        rows = b"\x80\x02" + struct.pack(">h", number % 1500 - 700)
        if number % 512 == 0:
            rows = b"\x02\x00\x83\x18" + bytes(range(24)) + b"\x04\x32\x05\x3c" + rows
        out.append(b"\xaa\xaa" + bytes([len(rows)]) + rows + bytes([~sum(rows) & 0xFF]))
    return out


def text(count: int, seed: int = 0) -> list[bytes]:
    """A value a line, with its time before it."""
    return [b"%d,%d\r\n" % (number * 4, 500 + number % 400) for number in range(count)]


def pulse(count: int, seed: int = 0) -> list[bytes]:
    """Samples, and twice in a hundred the board's own beat."""
    return [
        b"S%d\r\n" % (500 + number % 400) + (b"B72\r\nQ830\r\n" if number % 50 == 49 else b"")
        for number in range(count)
    ]


def heart_rate(count: int, seed: int = 0) -> list[bytes]:
    """Notifications of nine intervals, the most that fit 20 bytes."""
    return [
        b"\x10\x48" + struct.pack("<9H", *[800 + (number + i) % 200 for i in range(9)])
        for number in range(count)
    ]


def plx(count: int, seed: int = 0) -> list[bytes]:
    """Continuous measurements with every field."""
    body = struct.pack("<6H", 0xF3D4, 0x0048, 0xF3D3, 0x0047, 0xF3D2, 0x0049)
    return [
        b"\x1f" + body + b"\x00\x00" + b"\x00\x00\x00" + struct.pack("<H", 0xF00C + number % 9)
        for number in range(count)
    ]


def polar_ecg(count: int, seed: int = 0) -> list[bytes]:
    """Frames of 73 samples, as an H10 sends them."""
    out = []
    for number in range(count):
        last_ns = round(((number + 1) * 73 - 1) / 130.0 * 1e9)
        samples = b"".join(
            ((number * 73 + i) % 3000 - 1500).to_bytes(3, "little", signed=True) for i in range(73)
        )
        out.append(bytes([ECG]) + last_ns.to_bytes(8, "little") + b"\0" + samples)
    return out


def pack_deltas(rows: list[list[int]], bits: int, wide: int) -> bytes:
    """A whole sample and blocks of differences, lowest bit first, as the SDK's documentation has it."""
    out = b"".join(value.to_bytes((bits + 7) // 8, "little", signed=True) for value in rows[0])
    for first in range(1, len(rows), 60):
        block = rows[first : first + 60]
        held = at = 0
        for before, row in zip(rows[first - 1 :], block, strict=False):
            for one, other in zip(before, row, strict=True):
                held |= ((other - one) & ((1 << wide) - 1)) << at
                at += wide
        out += bytes([wide, len(block)]) + held.to_bytes((at + 7) // 8, "little")
    return out


def polar_packed(count: int, seed: int = 0, kind: int = ACC) -> list[bytes]:
    """Frames of differences: acceleration, or PPG with its four channels."""
    channels, rate_hz, bits = (3, 200.0, 16) if kind == ACC else (4, 55.0, 24)
    chance = random.Random(seed)
    out = []
    for number in range(count):
        rows = [[chance.randrange(-2000, 2000) for _ in range(channels)]]
        for _ in range(120):
            rows.append([value + chance.randrange(-31, 32) for value in rows[-1]])
        last_ns = round(((number + 1) * 121 - 1) / rate_hz * 1e9)
        layout = 0x81 if kind == ACC else 0x80
        out.append(
            bytes([kind]) + last_ns.to_bytes(8, "little") + bytes([layout]) + pack_deltas(rows, bits, 6)
        )
    return out


def ganglion(count: int, seed: int = 0) -> list[bytes]:
    """A whole sample and a hundred packets of 18-bit differences, again and again."""
    out = []
    for number in range(count):
        if number % 101 == 0:
            out.append(bytes([0]) + b"".join((1000 * i).to_bytes(3, "big") for i in range(1, 5)) + bytes(7))
            continue
        bits = 0
        for i in range(8):
            bits = bits << 18 | (2 * ((number + i) % 50))
        out.append(bytes([number % 101]) + bits.to_bytes(18, "big") + b"\0")
    return out


@dataclass(frozen=True)
class Format:
    """One wire format.

    is_notified: comes in whole notifications, one every_s. check: what shows a broken payload.
    """

    name: str
    make: Callable[..., list[bytes]]
    decoder: Callable[[], Any]
    is_notified: bool = False
    check: str = "none"
    options: Mapping[str, Any] | None = None
    every_s: float = 0.0

    def stream(self, count: int, seed: int = 0) -> list[bytes]:
        """So many packets."""
        return self.make(count, seed, **(self.options or {}))


FORMATS: tuple[Format, ...] = (
    Format(
        "wearable, 4 samples a frame",
        wearable,
        lambda: WearableDecoder("a"),
        check="tag",
        options={"samples": 4},
    ),
    Format("wearable, 32 samples a frame", wearable, lambda: WearableDecoder("a"), check="tag"),
    Format(
        "wearable, 32 samples, with a key",
        wearable,
        lambda: WearableDecoder("a", {1: KEY}),
        check="tag",
        options={"key_id": 1},
    ),
    Format("text lines", text, lambda: TextLines("a", Channel.ECG, 250.0)),
    Format("PulseSensor", pulse, lambda: PulseSensor("a")),
    Format("Cyton", cyton, lambda: Cyton("a")),
    Format("Cyton with Daisy", cyton, lambda: Cyton("a", (Channel.EEG,) * 16)),
    Format("Ganglion", ganglion, lambda: Ganglion("a"), is_notified=True, every_s=0.01),
    Format("ThinkGear", thinkgear, lambda: ThinkGear("a"), check="sum"),
    Format("BITalino, 6 inputs", bitalino, lambda: Bitalino("a", (Channel.ECG,) * 6), check="crc4"),
    Format("Heart Rate", heart_rate, lambda: StrapBeats("a"), is_notified=True, every_s=8.1),
    Format("PLX", plx, PulseOximeter, is_notified=True),
    Format("Polar ECG", polar_ecg, lambda: PolarPmd("a"), is_notified=True, every_s=73 / 130),
    Format(
        "Polar ACC, differences", polar_packed, lambda: PolarPmd("a"), is_notified=True, every_s=121 / 200
    ),
    Format(
        "Polar PPG, differences",
        polar_packed,
        lambda: PolarPmd("a"),
        is_notified=True,
        options={"kind": PPG},
        every_s=121 / 55,
    ),
    Format("Improv beside the wearable", wearable, lambda: ImprovBeside(WearableDecoder("a")), check="tag"),
)
