"""How WFDB packs samples into bytes, one row a format.

Source: WFDB Applications Guide, signal(5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Groups = NDArray[np.uint8]
Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Format:
    """How samples lie in a file, in groups that are whole bytes.

    decode: shape (groups, group_bytes) of bytes to (groups * group_samples,) counts. lost: the count that
    stands for a missing sample.
    """

    decode: Callable[[Groups], Counts]
    lost: int
    group_samples: int = 1
    group_bytes: int = 2


def _16(groups: Groups) -> Counts:
    """Two bytes, low first."""
    return np.ascontiguousarray(groups).view("<i2").ravel().astype(np.int32)


def _61(groups: Groups) -> Counts:
    """Two bytes, high first."""
    return np.ascontiguousarray(groups).view(">i2").ravel().astype(np.int32)


def _160(groups: Groups) -> Counts:
    """Two bytes, low first, zero at half of the range."""
    return np.ascontiguousarray(groups).view("<u2").ravel().astype(np.int32) - 32768


def _80(groups: Groups) -> Counts:
    """One byte, zero at half of the range."""
    return groups.ravel().astype(np.int32) - 128


def _24(groups: Groups) -> Counts:
    """Three bytes, low first."""
    low, middle, high = (groups[:, i].astype(np.int32) for i in range(3))
    return _signed(low | middle << 8 | high << 16, 24)


def _32(groups: Groups) -> Counts:
    """Four bytes, low first."""
    return np.ascontiguousarray(groups).view("<i4").ravel()


def _212(groups: Groups) -> Counts:
    """Two samples of 12 bits in three bytes; the middle byte holds both high nibbles."""
    low, middle, high = (groups[:, i].astype(np.int32) for i in range(3))
    return _signed(_beside(low | (middle & 0x0F) << 8, high | (middle & 0xF0) << 4), 12)


def _310(groups: Groups) -> Counts:
    """Three samples of 10 bits in two words: 1 to 10 of each, then 11 to 15 of both together."""
    first, second = _words(groups)
    third = (first & 0xF800) >> 11 | (second & 0xF800) >> 6
    return _signed(_beside(first >> 1 & 0x3FF, second >> 1 & 0x3FF, third), 10)


def _311(groups: Groups) -> Counts:
    """Three samples of 10 bits in a row in four bytes; the two highest bits are unused."""
    first, second = _words(groups)
    return _signed(_beside(first & 0x3FF, first >> 10 | (second & 0x0F) << 6, second >> 4 & 0x3FF), 10)


def _words(groups: Groups) -> tuple[Counts, Counts]:
    words = np.ascontiguousarray(groups).view("<u2").astype(np.int32)
    return words[:, 0], words[:, 1]


def _beside(*columns: Counts) -> Counts:
    return np.stack(columns, axis=1).ravel()


def _signed(counts: Counts, bits: int) -> Counts:
    return np.asarray(counts - ((counts >> (bits - 1)) << bits), dtype=np.int32)


FORMATS: dict[int, Format] = {
    16: Format(_16, -(1 << 15)),
    24: Format(_24, -(1 << 23), 1, 3),
    32: Format(_32, -(1 << 31), 1, 4),
    61: Format(_61, -(1 << 15)),
    80: Format(_80, -(1 << 7), 1, 1),
    160: Format(_160, -(1 << 15)),
    212: Format(_212, -(1 << 11), 2, 3),
    310: Format(_310, -(1 << 9), 3, 4),
    311: Format(_311, -(1 << 9), 3, 4),
}
