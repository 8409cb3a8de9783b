"""RR intervals from text: one a line, in a row, beside a clock, or as events in a list.

Raises BadRecording where the numbers cannot be intervals between heartbeats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings import cells
from appliance.sensors.recordings.recording import Recording, Wish, in_box_units
from appliance.sensors.recordings.table import Table, cells_of, is_number

_SUFFIXES = {".txt", ".rr", ".rri", ".ibi", ".nn"}
_EVENT = "interbeatinterval"
SHORTEST_MS, LONGEST_MS = 200.0, 3000.0
# A file this wide with this few rows is a row of intervals, not a table.
WIDE, FEW_ROWS = 8, 3

Block = NDArray[np.float64]


def recording(name: str, values: Block, unit: str, column: str) -> Recording:
    """Make a recording of intervals in ms; values that can only be seconds are brought to ms.

    Raises BadRecording when the numbers cannot be intervals between heartbeats.
    """
    if unit:
        values, unit = in_box_units(Channel.RR, values, unit)
    # Some straps write 0 for a beat they missed; more than a few mean that these are no intervals.
    good = values[values > 0]
    known = int(np.isfinite(values).sum())
    if len(good) and 0.2 <= float(np.median(good)) <= 3.0:
        values, good = values * 1000.0, good * 1000.0
    middle = float(np.median(good)) if len(good) else 0.0
    if known and (len(good) < 0.9 * known or not SHORTEST_MS <= middle <= LONGEST_MS):
        raise BadRecording(
            f"{name} holds numbers around {np.nanmedian(values):g}, not intervals between heartbeats in ms",
            "give the kind of signal with --kind and its rate with --rate, or choose another --channel",
        )
    values = np.where(values > 0, values, np.nan)
    return Recording(name, Channel.RR, 0.0, values, "ms", column)


def column_of_intervals(content: Table, is_asked: bool) -> int | None:
    """Which nameless column holds intervals between heartbeats; None when this is no text of intervals.

    One column: its values must be plausible. Several: the last plausible one, beside a clock that runs with
    it or beside itself (some programs write each interval twice). is_asked: the caller said so.
    """
    suffixes = content.path.suffixes
    if not is_asked and suffixes and suffixes[0].lower() not in _SUFFIXES:
        return None
    rows = _beginning(content)
    # A wrong line is told by its number later, when the column is read.
    if len(rows) < 2 or sum(map(bool, rows)) < 0.5 * len(rows):
        return None
    rows = [row for row in rows if row]
    width = min(len(content.headings), 4)
    columns = [_as_ms(np.array([row[i] if i < len(row) else np.nan for row in rows])) for i in range(width)]
    plausible = [i for i, values in enumerate(columns) if _are_plausible(values)]
    if width == 1 or not plausible:
        return plausible[0] if plausible else None
    last = columns[plausible[-1]]
    for i, values in enumerate(columns):
        steps = np.diff(values)
        is_clock = len(steps) > 0 and bool(
            np.nanmedian(np.abs(steps - last[1:])) < 0.02 * np.nanmedian(last)
            or np.nanmedian(np.abs(steps - last[:-1])) < 0.02 * np.nanmedian(last)
            or np.nanmedian(np.abs(1000 * steps - last[1:])) < 0.02 * np.nanmedian(last)
        )
        is_twin = i not in plausible[-1:] and np.array_equal(values, last, equal_nan=True)
        if i != plausible[-1] and (is_clock or is_twin or is_asked):
            return plausible[-1]
    return None


def in_a_row(content: Table) -> Block | None:
    """The numbers of a file that has its intervals side by side, in one or a few long lines."""
    rows = [line for line in content.beginning.split("\n") if line.strip()]
    if content.has_headings or len(content.headings) < WIDE or len(rows) > FEW_ROWS:
        return None
    found = [cell for row in rows for cell in cells_of(row, content.delimiter) if cell]
    if not all(is_number(cell) for cell in found):
        return None
    values = np.array([float(cell) for cell in found])
    return values if _are_plausible(_as_ms(values)) else None


def is_event_list(content: Table) -> bool:
    """Whether rows are events by name, value and time, as OpenHRV writes them."""
    names = [heading.lower() for heading in content.headings]
    return content.has_headings and names[:3] == ["event", "value", "timestamp"]


def from_event_list(content: Table, wish: Wish) -> Recording:
    """Take the intervals out of a list of events. Raises BadRecording when there are none."""
    values, number = [], content.first_line
    for piece in content.pieces():
        for line in piece.split("\n")[: piece.count("\n") + (not piece.endswith("\n"))]:
            row = cells_of(line, content.delimiter)
            number += 1
            if len(row) < 2 or row[0].lower() != _EVENT:
                continue
            if not is_number(row[1]):
                raise BadRecording(
                    f"{content.name} line {number - 1} has {row[1][:40]!r} where a number belongs",
                    "repair or delete the line",
                )
            values.append(float(row[1]))
    if not values or wish.kind not in (None, Channel.RR):
        raise BadRecording(
            f"{content.name} is a list of events without what was asked for",
            "ask for --kind rr, or give another file",
        )
    return recording(content.name, np.array(values), "ms", "InterBeatInterval")


def from_column(content: Table, number: int, unit: str) -> Recording:
    """Read one column of a table as intervals. Raises BadRecording."""
    (values,) = cells.numbers(content, (number,))
    return recording(content.name, values, unit, content.headings[number])


def _beginning(content: Table) -> list[list[float]]:
    """The first rows as numbers; an empty list stands for a row that is not all numbers."""
    rows = content.beginning.split("\n")
    found = []
    for line in rows[: -1 if len(content.beginning) > 60_000 else None]:
        if not line.strip():
            continue
        row = [cell for cell in cells_of(line, content.delimiter) if cell]
        found.append([float(cell) for cell in row] if all(is_number(cell) for cell in row) else [])
    return found


def _as_ms(values: Block) -> Block:
    good = values[values > 0]
    return values * 1000.0 if len(good) and 0.3 <= float(np.median(good)) <= 2.0 else values


def _are_plausible(values_ms: Block) -> bool:
    good = values_ms[np.isfinite(values_ms)]
    plausible = (good >= SHORTEST_MS) & (good <= LONGEST_MS)
    return len(good) > 1 and float(plausible.mean()) > 0.9 and 300.0 <= float(np.median(good)) <= 2000.0
