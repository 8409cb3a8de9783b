"""One chart on a canvas: a frame, ticks at round numbers, and data drawn in its own units."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from appliance.signal.analysis.canvas import Box, Canvas, Dot, Line, Words

INK, FAINT, GRID = "#1d2b3a", "#6b7a8a", "#e4e9ee"
CLOCK_STEPS_S = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
Values = NDArray[np.float64]


class Axes:
    """A chart in a rectangle of the canvas. x and y: the least and the most that is shown."""

    def __init__(
        self,
        canvas: Canvas,
        place: tuple[float, float, float, float],
        x: tuple[float, float],
        y: tuple[float, float],
    ) -> None:
        self.canvas = canvas
        self.left, self.top, self.width, self.height = place
        self.x = x if x[1] > x[0] else (x[0], x[0] + 1.0)
        self.y = y if y[1] > y[0] else (y[0] - 0.5, y[0] + 0.5)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a value lies on the canvas, held inside the frame."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return (
            self.left + self.width * min(1.0, max(0.0, across)),
            self.top + self.height * (1.0 - min(1.0, max(0.0, up))),
        )

    def frame(self, title: str, unit: str, x_unit: str = "", *, is_clock: bool = False) -> None:
        """Draw the grid, the ticks, the title over the left corner and the units; no heights without one."""
        canvas = self.canvas
        for tick in () if not unit else ticks(*self.y, max(2, int(self.height / 32))):
            level = self.place(self.x[0], tick)[1]
            canvas.add(Line([(self.left, level), (self.left + self.width, level)], GRID, 0.8))
            canvas.add(Words(self.left - 7, level + 3.5, _number(tick), 10.5, FAINT, "end"))
        for tick in ticks(*self.x, max(3, int(self.width / 90)), is_clock=is_clock):
            across = self.place(tick, self.y[0])[0]
            foot = self.top + self.height
            canvas.add(Line([(across, foot), (across, foot + 4)], FAINT, 0.8))
            shown = _clock(tick) if is_clock else _number(tick)
            canvas.add(Words(across, foot + 16, shown, 10.5, FAINT, "middle"))
        canvas.add(
            Line(
                [(self.left, self.top + self.height), (self.left + self.width, self.top + self.height)], FAINT
            )
        )
        canvas.add(Words(self.left, self.top - 9, title, 13, INK, is_bold=True))
        canvas.add(Words(self.left + self.width, self.top - 9, unit, 11, FAINT, "end"))
        if x_unit:
            canvas.add(Words(self.left + self.width, self.top + self.height + 30, x_unit, 10.5, FAINT, "end"))

    def line(self, x: Values, y: Values, colour: str, width: float = 1.3, strength: float = 1.0) -> None:
        """Draw a line; NaN interrupts it, and many points in one place become their range."""
        x, y = thinned(x, y, self.width)
        is_good = np.isfinite(y)
        edges = np.flatnonzero(np.diff(is_good.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
        for start, end in edges.tolist():
            points = [self.place(float(a), float(b)) for a, b in zip(x[start:end], y[start:end], strict=True)]
            self.canvas.add(Line(points, colour, width, strength))

    def dots(self, x: Values, y: Values, colour: str, radius: float = 2.6) -> None:
        """Draw one dot a value."""
        self.canvas.add(
            *(Dot(*self.place(float(a), float(b)), radius, colour) for a, b in zip(x, y, strict=True))
        )

    def band(self, start: float, end: float, colour: str, strength: float = 0.15) -> None:
        """Tint the chart from start to end."""
        left, right = self.place(start, self.y[0])[0], self.place(end, self.y[0])[0]
        self.canvas.add(Box(left, self.top, max(1.0, right - left), self.height, colour, strength))


def thinned(x: Values, y: Values, width: float) -> tuple[Values, Values]:
    """Leave the least and the most of every point of width, in their order."""
    each = len(x) // max(1, int(width))
    if each < 4:
        return x, y
    count = len(x) // each
    blocks = y[: count * each].reshape(count, each)
    filled = np.where(np.isfinite(blocks), blocks, np.nan)
    is_empty = np.asarray(np.isnan(filled).all(axis=1))
    safe = np.where(is_empty[:, None], 0.0, filled)
    low, high = np.nanargmin(safe, axis=1), np.nanargmax(safe, axis=1)
    order = np.sort(np.stack([low, high], axis=1), axis=1) + np.arange(count)[:, None] * each
    values = y[order]
    values[is_empty] = np.nan
    return x[order].ravel(), values.ravel()


def ticks(least: float, most: float, most_ticks: int, *, is_clock: bool = False) -> Sequence[float]:
    """Round numbers between two values, no more than so many; of a clock round times."""
    rough = (most - least) / max(1, most_ticks)
    if is_clock and rough > 1:
        step = next((one for one in CLOCK_STEPS_S if one >= rough), math.ceil(rough / 3600) * 3600.0)
    else:
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(least / step - 1e-9)
    return [number * step for number in range(first, math.floor(most / step + 1e-9) + 1)]


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "–") if value else "0"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
    return f"{whole // 60}:{whole % 60:02}"
