"""A sheet to draw on with lines, boxes, dots and words; written as SVG here, as PNG by `raster`.

Places are in points from the upper left corner. A drawing library would weigh more than the whole box; four
kinds of marks are enough for a chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from appliance.errors import StorageBroken

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, `width` thick."""

    points: Sequence[Point]
    colour: str
    width: float = 1.0
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    colour: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text that stands on its place. anchor: "start", "middle" or "end" of it lies at x."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: str = "start"
    is_bold: bool = False


Mark = Line | Box | Dot | Words


class Canvas:
    """Marks in the order they are drawn."""

    def __init__(self, width: int, height: int, paper: str = "#ffffff") -> None:
        self.width, self.height, self.paper = width, height, paper
        self.marks: list[Mark] = []

    def add(self, *marks: Mark) -> None:
        """Draw over what is there."""
        self.marks += marks

    def save(self, path: Path) -> None:
        """Write it as what the name says, .png or .svg. Raises StorageBroken."""
        if path.suffix.lower() == ".svg":
            data = self.svg().encode()
        else:
            from appliance.signal.analysis.raster import png

            data = png(self)
        try:
            path.write_bytes(data)
        except OSError as error:
            raise StorageBroken(
                f"{path} cannot be written: {error.strerror or error}", "give another file"
            ) from error

    def svg(self) -> str:
        """The sheet as SVG."""
        size = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
        paper = f'<rect width="100%" height="100%" fill="{self.paper}"/>'
        return "\n".join([head, paper, *_elements(self.marks), "</svg>", ""])


def _elements(marks: Iterable[Mark]) -> Iterable[str]:
    for mark in marks:
        match mark:
            case Line():
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)
                yield (
                    f'<polyline points="{points}" fill="none" stroke="{mark.colour}" '
                    f'stroke-width="{mark.width:g}" stroke-opacity="{mark.strength:g}" '
                    'stroke-linejoin="round" stroke-linecap="round"/>'
                )
            case Box():
                yield (
                    f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" '
                    f'height="{mark.height:.1f}" fill="{mark.colour}" fill-opacity="{mark.strength:g}"/>'
                )
            case Dot():
                at = f'cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="{mark.radius:g}"'
                yield f'<circle {at} fill="{mark.colour}"/>'
            case Words():
                weight = ' font-weight="bold"' if mark.is_bold else ""
                yield (
                    f'<text x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}" '
                    f'fill="{mark.colour}" text-anchor="{mark.anchor}"{weight}>{escape(mark.text)}</text>'
                )
