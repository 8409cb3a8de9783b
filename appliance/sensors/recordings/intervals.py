"""RR intervals in files: one a line, in a column, or as events among others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings import table
from appliance.sensors.recordings.recording import Recording, Wish, in_box_units

_SUFFIXES = {".txt", ".rr", ".rri", ".ibi"}
_EVENT = "interbeatinterval"
SHORTEST_MS, LONGEST_MS = 200.0, 3000.0


def recording(name: str, values: NDArray[np.float64], unit: str, column: str) -> Recording:
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
            "give the kind of signal with --kind and its rate with --rate, or choose another --column",
        )
    values = np.where(values > 0, values, np.nan)
    return Recording(name, Channel.RR, 0.0, values, "ms", column)


def looks_like_text_of_intervals(path: Path, content: table.Table) -> bool:
    """Whether a nameless column is the usual text of RR intervals: .txt, one plausible interval a line."""
    if (path.suffixes[:1] and path.suffixes[0].lower() not in _SUFFIXES) or len(content.headings) != 1:
        return False
    (values,) = table.numbers(content, (0,))
    good = values[np.isfinite(values)]
    plausible = (good >= SHORTEST_MS) & (good <= LONGEST_MS)
    return len(good) > 1 and float(plausible.mean()) > 0.9 and 300.0 <= float(np.median(good)) <= 2000.0


def is_event_list(content: table.Table) -> bool:
    """Whether rows are events by name, value and time, as OpenHRV writes them."""
    names = [heading.lower() for heading in content.headings]
    return content.has_headings and names[:3] == ["event", "value", "timestamp"]


def from_event_list(content: table.Table, wish: Wish) -> Recording:
    """Take the intervals out of a list of events. Raises BadRecording when there are none."""
    values = []
    for number, line in enumerate(content.rows.splitlines(), start=content.first_line):
        cells = [cell.strip() for cell in line.split(content.delimiter)]
        if len(cells) < 2 or cells[0].lower() != _EVENT:
            continue
        if not table.is_number(cells[1]):
            raise BadRecording(
                f"{content.name} line {number} has {cells[1][:40]!r} where a number belongs",
                "repair or delete the line",
            )
        values.append(float(cells[1]))
    if not values or wish.kind not in (None, Channel.RR):
        raise BadRecording(
            f"{content.name} is a list of events without what was asked for",
            "ask for --kind rr, or give another file",
        )
    return recording(content.name, np.array(values), "ms", "InterBeatInterval")
