"""Letters as strokes of a pen, for pictures without a font: x from 0, y from the line up to 7.

A stroke is a row of points, two signs each: x, then y (a and b lie one and two below the line). With a
tilde before it the pen draws a smooth curve through the points, without it straight lines.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

GAP = 1.7
BLANK = 3.0
HEIGHT = 7.0
_LOW = {"a": -1.0, "b": -2.0}

_BOWL = "~44 35 15 03 02 10 30 42"
LETTERS: dict[str, str] = {
    "0": "~02 05 17 37 45 42 30 10 02",
    "1": "05 27 20",
    "2": "~05 17 37 45 33 00|00 40",
    "3": "~06 17 37 46 45 34 14|~24 34 43 41 30 10 01",
    "4": "30 37 02 42",
    "7": "07 47 10",
    "5": "47 07 04|~04 15 34 42 41 30 10 01",
    "6": "~46 37 17 05 02 10 30 41 43 34 14 02",
    "8": "~24 14 05 06 17 37 46 45 34 24|~24 14 03 01 10 30 41 43 34 24",
    "9": "~01 10 30 42 45 37 17 06 04 13 33 45",
    "a": _BOWL + "|45 40",
    "b": "07 00|~03 15 35 43 42 30 10 02",
    "c": "~44 35 15 03 02 10 30 41",
    "d": "47 40|" + _BOWL,
    "e": "03 43|~43 44 35 15 03 02 10 30 41",
    "f": "~37 27 16 14|14 10|05 35",
    "g": _BOWL + "|45 4a|~4a 3b 1b 0a",
    "h": "07 00|~03 15 35 43|43 40",
    "i": "05 00|07 07",
    "j": "15 1a|~1a 1b 0b|17 17",
    "k": "07 00|45 02|13 40",
    "l": "07 00",
    "m": "05 00|~03 15 25 33|33 30|~33 45 55 63|63 60",
    "n": "05 00|~03 15 35 43|43 40",
    "o": "~02 03 15 35 43 42 30 10 02",
    "p": "05 0b|~03 15 35 43 42 30 10 02",
    "q": "45 4b|" + _BOWL,
    "r": "05 00|~03 15 35",
    "s": "~44 35 15 04 13 32 41 30 10 01",
    "t": "17 11|~11 20 30|05 35",
    "u": "05 02|~02 10 30 42|45 40",
    "v": "05 20 45",
    "w": "05 10 35 50 65",
    "x": "05 40|00 45",
    "y": "05 20|45 1b",
    "z": "05 45 00 40",
    "A": "00 27 40|12 32",
    "B": "00 07 27|~27 37 46 45 34 24|24 04|~24 34 43 41 30 20|20 00",
    "C": "~46 37 17 05 02 10 30 41",
    "D": "00 07 17|~17 37 45 42 30 10|10 00",
    "E": "47 07 00 40|04 34",
    "F": "47 07 00|04 34",
    "G": "~46 37 17 05 02 10 30 42|42 43 23",
    "H": "07 00|47 40|04 44",
    "I": "07 00",
    "J": "37 31|~31 20 10 01",
    "K": "07 00|47 03|14 40",
    "L": "07 00 40",
    "M": "00 07 33 67 60",
    "N": "00 07 40 47",
    "O": "~02 05 17 37 45 42 30 10 02",
    "P": "00 07 27|~27 37 46 44 33 23|23 03",
    "Q": "~02 05 17 37 45 42 30 10 02|31 50",
    "R": "00 07 27|~27 37 46 44 33 23|23 03|23 40",
    "S": "~46 37 17 06 05 14 33 42 41 30 10 01",
    "T": "07 47|27 20",
    "U": "07 02|~02 10 30 42|42 47",
    "V": "07 20 47",
    "W": "07 10 35 50 67",
    "X": "00 47|07 40",
    "Y": "07 24 47|24 20",
    "Z": "07 47 00 40",
    ".": "00 00",
    ",": "00 0a",
    ":": "00 00|04 04",
    ";": "00 0a|04 04",
    "-": "03 33",
    "–": "03 33",
    "+": "03 43|21 25",
    "/": "0a 37",
    "%": "00 47|06 16 17 07 06|30 40 41 31 30",
    "=": "02 42|04 44",
    "(": "~17 05 02 1a",
    ")": "~07 15 12 0a",
    "[": "17 07 0a 1a",
    "]": "07 17 1a 0a",
    "_": "0a 4a",
    "²": "~07 18 27 05|05 25",
    "±": "04 44|22 26|00 40",
    "µ": "05 0b|~02 10 30 42|45 40",
    "·": "03 03",
    "'": "07 06",
    "#": "10 27|30 47|05 45|02 42",
    "?": "~06 17 37 45 24 22|20 20",
    "×": "11 44|14 41",
}


def width(text: str, size: float) -> float:
    """How wide a text stands, in the unit of its size."""
    return sum(_advance(letter) for letter in text) * size / HEIGHT * 0.72


def strokes(text: str, size: float) -> list[NDArray[np.float64]]:
    """The lines of a text that begins at 0, shape (points, 2) each, y down."""
    found, at, unit = [], 0.0, size / HEIGHT * 0.72
    for letter in text:
        found += [(line * (1.0, -1.0) + (at, 0.0)) * unit for line in _lines(letter)]
        at += _advance(letter)
    return found


@cache
def _lines(letter: str) -> tuple[NDArray[np.float64], ...]:
    found = []
    for stroke in filter(None, LETTERS.get(letter, "").split("|")):
        is_smooth = stroke.startswith("~")
        pairs = stroke.lstrip("~").split()
        points = np.array(
            [[float(pair[0]), _LOW[pair[1]] if pair[1] in _LOW else float(pair[1])] for pair in pairs]
        )
        found.append(_smooth(points) if is_smooth else points)
    return tuple(found)


@cache
def _advance(letter: str) -> float:
    lines = _lines(letter)
    return GAP + max(float(line[:, 0].max()) for line in lines) if lines else BLANK


def _smooth(points: NDArray[np.float64], pieces: int = 5) -> NDArray[np.float64]:
    """A Catmull-Rom curve through points; closed where the last is the first."""
    is_closed = bool((points[0] == points[-1]).all())
    before, after = (points[-2], points[1]) if is_closed else (points[0], points[-1])
    all_points = np.concatenate([[before], points, [after]])
    share = np.arange(pieces)[:, None] / pieces
    curve = []
    for a, b, c, d in zip(all_points, all_points[1:], all_points[2:], all_points[3:], strict=False):
        curve.append(
            0.5
            * (
                2 * b
                + (c - a) * share
                + (2 * a - 5 * b + 4 * c - d) * share**2
                + (3 * b - a - 3 * c + d) * share**3
            )
        )
    return np.concatenate([*curve, points[-1:]])
