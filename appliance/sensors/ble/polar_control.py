"""The control point of Polar's measurement service: questions, answers and settings as bytes, no link.

An answer is F0, the question's number, the measurement, an error, whether more follows, and the rest.
Settings are rows of type, count and that many values, little-endian. Source: Polar's technical
documentation, "Polar Measurement Data specification for 3rd party".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GET_SETTINGS, START, STOP = 1, 2, 3
ECG, PPG, ACC, PPI = 0, 1, 2, 3
RATE, RESOLUTION, RANGE, RANGE_MILLI, CHANNELS, FACTOR = 0, 1, 2, 3, 4, 5
_SIZES: dict[int, int] = {RATE: 2, RESOLUTION: 2, RANGE: 2, RANGE_MILLI: 4, CHANNELS: 1, FACTOR: 4}
_ANSWER, _FEATURES = 0xF0, 0x0F
DONE, ALREADY, SMALL_PACKETS, WRONG_STATE, IN_CHARGER = 0, 6, 10, 12, 13
# Error numbers that people may meet, in words.
ERRORS = {
    1: "unknown question",
    2: "unknown measurement",
    3: "not supported",
    4: "wrong length",
    5: "wrong setting",
    ALREADY: "already running",
    7: "wrong resolution",
    8: "wrong rate",
    9: "wrong range",
    SMALL_PACKETS: "packets too small",
    11: "wrong number of channels",
    WRONG_STATE: "not possible now",
    IN_CHARGER: "in its charger",
}


def features(data: bytes) -> frozenset[int]:
    """Which measurements a sensor has, from what reading its control point gives; empty for anything else."""
    if len(data) < 2 or data[0] != _FEATURES:
        return frozenset()
    bits = int.from_bytes(data[1:3], "little")
    return frozenset(kind for kind in range(16) if bits >> kind & 1)


@dataclass(slots=True)
class Answer:
    """The answer to one question, gathered from its pieces by `take`. error: 0 is yes."""

    question: int
    measurement: int
    error: int = DONE
    rest: bytes = b""
    is_complete: bool = field(default=False, repr=False)

    def take(self, piece: bytes) -> bool:
        """Take one notification; says whether the answer is complete. Others' answers are let pass."""
        if len(piece) < 4 or tuple(piece[:3]) != (_ANSWER, self.question, self.measurement):
            return False
        self.error = piece[3]
        self.rest += piece[5:]
        self.is_complete = self.error != DONE or len(piece) < 5 or piece[4] == 0
        return self.is_complete


def settings(rest: bytes) -> dict[int, tuple[int, ...]]:
    """Read rows of settings; what is cut off or unknown ends the reading."""
    found: dict[int, tuple[int, ...]] = {}
    at = 0
    while at + 2 <= len(rest):
        kind, count = rest[at], rest[at + 1]
        size = _SIZES.get(kind)
        end = at + 2 + count * (size or 0)
        if size is None or not count or end > len(rest):
            break
        values = rest[at + 2 : end]
        found[kind] = tuple(
            int.from_bytes(values[n : n + size], "little") for n in range(0, len(values), size)
        )
        at = end
    return found


def chosen(offered: Mapping[int, tuple[int, ...]], wanted: Mapping[int, int]) -> dict[int, int]:
    """Choose one value of each setting: the smallest that is at least what is wanted, else the largest."""
    picked: dict[int, int] = {}
    for kind, values in offered.items():
        if kind != FACTOR:
            enough = [value for value in values if kind in wanted and value >= wanted[kind]]
            picked[kind] = min(enough) if enough else max(values)
    return picked


def start(measurement: int, picked: Mapping[int, int]) -> bytes:
    """Ask for a stream with these settings."""
    out = bytes([START, measurement])
    for kind, value in sorted(picked.items()):
        out += bytes([kind, 1]) + value.to_bytes(_SIZES[kind], "little")
    return out
