"""A canvas as PNG: every mark is laid over the sheet by how much of each point it covers."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from appliance.signal.analysis.canvas import Box, Canvas, Dot, Line, Words
from appliance.signal.analysis.strokes import strokes, width

Sheet = NDArray[np.float32]
SCALE = 1.5


def png(canvas: Canvas) -> bytes:
    """The bytes of a PNG file, 1.5 pixels a point."""
    rows, columns = round(canvas.height * SCALE), round(canvas.width * SCALE)
    sheet = np.empty((rows, columns, 3), dtype=np.float32)
    sheet[:] = _colour(canvas.paper)
    for mark in canvas.marks:
        match mark:
            case Box():
                _box(sheet, mark)
            case Line():
                points = np.asarray(mark.points, dtype=np.float64).reshape(-1, 2) * SCALE
                _pen(sheet, [points], mark.width * SCALE, mark.colour, mark.strength)
            case Dot():
                place = np.array([[mark.x, mark.y]]) * SCALE
                _pen(sheet, [place], 2 * mark.radius * SCALE, mark.colour, 1.0)
            case Words():
                _words(sheet, mark)
    return _encoded(np.clip(np.round(sheet), 0, 255).astype(np.uint8))


def _colour(code: str) -> NDArray[np.float32]:
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32)


def _box(sheet: Sheet, box: Box) -> None:
    def cover(start: float, length: float, count: int) -> NDArray[np.float32]:
        places = np.arange(count)
        inside = np.minimum(places + 1, start + length) - np.maximum(places, start)
        return np.asarray(np.clip(inside, 0, 1), dtype=np.float32)

    down = cover(box.y * SCALE, box.height * SCALE, sheet.shape[0])
    across = cover(box.x * SCALE, box.width * SCALE, sheet.shape[1])
    y, x = np.flatnonzero(down), np.flatnonzero(across)
    if len(y) and len(x):
        part = sheet[y[0] : y[-1] + 1, x[0] : x[-1] + 1]
        share = box.strength * np.outer(down[y], across[x])[:, :, None]
        part += share * (_colour(box.colour) - part)


def _words(sheet: Sheet, words: Words) -> None:
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor] * width(words.text, words.size)
    corner = np.array([words.x - shift, words.y])
    lines = [(line + corner) * SCALE for line in strokes(words.text, words.size)]
    thickness = words.size * (0.135 if words.is_bold else 0.095) * SCALE
    _pen(sheet, lines, thickness, words.colour, 1.0)


def _pen(
    sheet: Sheet, lines: list[NDArray[np.float64]], thickness: float, colour: str, strength: float
) -> None:
    """Draw lines with a round pen, so that where they cross nothing becomes darker."""
    if not lines or not any(len(line) for line in lines):
        return
    reach = thickness / 2 + 1
    every = np.concatenate(lines)
    x0, y0 = np.floor(every.min(axis=0) - reach).astype(int)
    x1, y1 = np.ceil(every.max(axis=0) + reach).astype(int) + 1
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(sheet.shape[1], x1), min(sheet.shape[0], y1)
    if x0 >= x1 or y0 >= y1:
        return
    cover = np.zeros((y1 - y0, x1 - x0), dtype=np.float32)
    for line in lines:
        starts, ends = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
        for (ax, ay), (bx, by) in zip(starts.tolist(), ends.tolist(), strict=True):
            _segment(cover, (ax - x0, ay - y0), (bx - x0, by - y0), thickness)
    part = sheet[y0:y1, x0:x1]
    part += (strength * cover)[:, :, None] * (_colour(colour) - part)


def _segment(
    cover: NDArray[np.float32], a: tuple[float, float], b: tuple[float, float], thickness: float
) -> None:
    reach = thickness / 2 + 1
    left, right = max(0, int(min(a[0], b[0]) - reach)), min(cover.shape[1], int(max(a[0], b[0]) + reach) + 2)
    top, bottom = max(0, int(min(a[1], b[1]) - reach)), min(cover.shape[0], int(max(a[1], b[1]) + reach) + 2)
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5 - a[0])
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - a[1])
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    along = np.clip((x * dx + y * dy) / square, 0, 1) if square > 0 else np.float32(0)
    distance = np.hypot(x - along * dx, y - along * dy)
    # A pen finer than a point is a point that covers less.
    part = cover[top:bottom, left:right]
    covered = np.clip(max(thickness, 1.0) / 2 + 0.5 - distance, 0, 1) * min(1.0, thickness)
    np.maximum(part, covered, out=part)


def _encoded(pixels: NDArray[np.uint8]) -> bytes:
    """PNG: a signature, then chunks with their length and check sum (ISO/IEC 15948)."""
    rows, columns, _ = pixels.shape
    lines = np.zeros((rows, 1 + 3 * columns), dtype=np.uint8)
    lines[:, 1:] = pixels.reshape(rows, -1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
