"""What can be turned: one row a parameter, the same shape for voices, effects, lanes and the whole graph.

Command, API, panel and documentation are drawn from these rows, so nothing about a parameter is written
twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple


class Parameter(NamedTuple):
    """One knob: its name, its unit, how far it turns, where it stands at first, how it glides.

    curve: "linear" glides evenly in the unit, "log" evenly in octaves or decibels (minimum above 0).
    choices: what the positions are called, for a switch; its values are 0, 1, 2 .. and do not glide.
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    default: float
    curve: str = "linear"
    choices: tuple[str, ...] = ()


def switch(name: str, *choices: str, default: int = 0) -> Parameter:
    """A knob with named positions."""
    return Parameter(name, "", 0.0, len(choices) - 1.0, float(default), "linear", choices)


def index_of(name: str, rows: Sequence[Parameter]) -> int:
    """Find a row by its name; an unknown name is a ValueError that says which comes nearest."""
    for index, row in enumerate(rows):
        if row.name == name:
            return index
    raise ValueError(f"there is no parameter {name!r}; {_hint(name, [row.name for row in rows])}")


def checked(row: Parameter, value: float | str) -> float:
    """Return the value as a float, or say which value inside the limits is nearest."""
    if row.choices and isinstance(value, str) and not value.strip().isdecimal():
        if value not in row.choices:
            raise unknown(f"{row.name} called", value, row.choices)
        return float(row.choices.index(value))
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{row.name} cannot be {value!r}; give a number from {_span(row)}") from None
    if row.choices and number not in range(len(row.choices)):
        place = min(max(round(number), 0), len(row.choices) - 1) if math.isfinite(number) else 0
        raise ValueError(
            f"{row.name} = {number:g} is not one of {', '.join(row.choices)}; "
            f"the nearest is {row.choices[place]!r} ({place})"
        )
    if math.isnan(number):
        raise ValueError(f"{row.name} cannot be NaN; give a number from {_span(row)}")
    if not row.minimum <= number <= row.maximum:
        nearest = min(max(number, row.minimum), row.maximum)
        raise ValueError(f"{row.name} = {number:g} is outside {_span(row)}; the nearest is {nearest:g}")
    return number


def prefixed(prefix: str, rows: Iterable[Parameter]) -> list[Parameter]:
    """The rows of one part as the graph names them: `pad.level` for `level` of the pad."""
    return [row._replace(name=f"{prefix}.{row.name}") for row in rows]


def unknown(kind: str, name: str, names: Sequence[str]) -> ValueError:
    """An error for a name that is in no table."""
    return ValueError(f"there is no {kind} {name!r}; {_hint(name, names)}")


def _span(row: Parameter) -> str:
    return f"{row.minimum:g} to {row.maximum:g} {row.unit}".rstrip()


def _hint(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}"
