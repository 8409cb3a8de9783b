"""A drawing of curves and heat maps as SVG text: frames with axes, and nothing else."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, MARGIN = 300, 180, 34
LEFT, RIGHT, GREY = "#2563c9", "#d9701a", "#9aa0a6"
Sound = NDArray[np.float64]


class Panel:
    """A frame with axes; lines are added in its own units."""

    def __init__(
        self, title: str, x: tuple[float, float, str], y: tuple[float, float, str], log_x: bool = False
    ):
        self.title, self.x, self.y, self.log_x = title, x, y, log_x
        self.marks: list[str] = []

    def _at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Sound, Sound]:
        low, high, _ = self.x
        share = np.log(x / low) / np.log(high / low) if self.log_x else (x - low) / (high - low)
        bottom, top, _ = self.y
        tall = np.clip((y - bottom) / (top - bottom), 0.0, 1.0)
        return MARGIN + share * (WIDTH - MARGIN - 8), HEIGHT - 24 - tall * (HEIGHT - 48)

    def line(
        self, x: Sequence[float] | Sound, y: Sequence[float] | Sound, colour: str, wide: float = 1.6
    ) -> None:
        """One curve."""
        across, up = self._at(np.asarray(x, float), np.asarray(y, float))
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, up, strict=True))
        self.marks.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" '
            f'stroke-width="{wide}" stroke-opacity="0.85"/>'
        )

    def image(self, rows: Sound) -> None:
        """A heat map, its first row at the bottom; values 0..1."""
        data = base64.b64encode(_png(rows[::-1])).decode()
        self.marks.append(
            f'<image x="{MARGIN}" y="24" width="{WIDTH - MARGIN - 8}" height="{HEIGHT - 48}" '
            f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
        )

    def svg(self, shift: int) -> str:
        """The panel, moved to the right."""
        low, high, unit = self.x
        bottom, top, level = self.y
        style = 'font-size="10" fill="#5f6368"'
        return "\n".join(
            [
                f'<g transform="translate({shift},0)">',
                f'<text x="{MARGIN}" y="15" font-size="11" fill="#202124">{self.title}</text>',
                f'<rect x="{MARGIN}" y="24" width="{WIDTH - MARGIN - 8}" height="{HEIGHT - 48}" '
                'fill="#fff" stroke="#dadce0"/>',
                *self.marks,
                f'<text x="{MARGIN - 3}" y="32" text-anchor="end" {style}>{top:g}</text>',
                f'<text x="{MARGIN - 3}" y="{HEIGHT - 26}" text-anchor="end" {style}>{bottom:g}</text>',
                f'<text x="{MARGIN - 3}" y="{HEIGHT / 2 + 4:g}" text-anchor="end" {style}>{level}</text>',
                f'<text x="{MARGIN}" y="{HEIGHT - 10}" {style}>{low:g}</text>',
                f'<text x="{WIDTH - 8}" y="{HEIGHT - 10}" text-anchor="end" {style}>{high:g} {unit}</text>',
                "</g>",
            ]
        )


def _png(rows: Sound) -> bytes:
    """A grey-blue picture of values 0..1, shape (height, width), as a PNG (ISO 15948)."""
    share = np.clip(rows, 0.0, 1.0)[..., None]
    cold, warm = np.array([255.0, 255.0, 255.0]), np.array([16.0, 48.0, 120.0])
    pixels = np.round(cold + share * (warm - cold)).astype(np.uint8)
    height, width, _ = pixels.shape
    raw = b"".join(b"\0" + line.tobytes() for line in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(raw, 9))
        + chunk(b"IEND", b"")
    )
