"""From a column of times to an even rate: how fast was this recorded, and where are its gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from appliance.errors import BadRecording
from appliance.sensors.recordings import cells
from appliance.sensors.recordings.columns import parts
from appliance.sensors.recordings.table import Table, cells_of, is_number

_UNITS_S = {
    "s": 1.0,
    "sec": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
}
# Below this a clock column without a unit is read as milliseconds: no heart sensor samples so slowly.
SLOWEST_RATE_HZ = 2.0
SHORTEST_GAP_S, LONGEST_GAP_S = 0.25, 600.0


def counts_rows(content: Table, number: int) -> bool:
    """Whether a column without a heading rises by an even step, as a clock or a row number does."""
    values = _beginning(content, number)
    steps = np.diff(values)
    return (
        len(steps) > 2 and bool((steps > 0).all()) and float(np.ptp(steps)) <= 0.5 * float(np.median(steps))
    )


def _beginning(content: Table, number: int) -> NDArray[np.float64]:
    """The numbers of a column in the first rows; NaN where there is none."""
    rows = [cells_of(line, content.delimiter) for line in content.beginning.split("\n")[:-1] if line.strip()]
    found = [row[number] if number < len(row) else "" for row in rows]
    return np.array([float(cell) if is_number(cell) else np.nan for cell in found])


def rate_of_beginning(content: Table, clock: int) -> float | None:
    """The rate the first rows speak of; None where their times are no numbers with a known unit."""
    moments = _beginning(content, clock)
    moments = moments[np.isfinite(moments)]
    factor = _factor(content.headings[clock])
    if len(moments) < 20 or (factor is None and _usual_step(moments) == 1.0):
        return None
    covered = float(moments[-1] - moments[0])
    step = covered / (len(moments) - 1)
    factor = factor or (1e-3 if step > 1.0 / SLOWEST_RATE_HZ else 1.0)
    return 1.0 / (step * factor) if step > 0 else None


def _factor(heading: str) -> float | None:
    """By what to multiply the times of a column to get seconds; None where its heading does not say."""
    name, unit = parts(heading)
    found = re.search(r"[ _.-](ms|msec|s|sec|us|ns)\Z", name.lower())
    return _UNITS_S.get(unit.lower() or (found[1] if found else "") or ("ms" if name.lower() == "ms" else ""))


def read(content: Table, clock: int, columns: Sequence[int]) -> tuple[NDArray[np.float64], ...]:
    """Read the times in seconds and the values of some columns. Raises BadRecording."""
    try:
        moments, *values = cells.numbers(content, (clock, *columns))
    except BadRecording:
        values = list(cells.numbers(content, columns))
        moments = _dates(content, clock)
        if len(moments) != len(values[0]):
            raise
        return moments, *values
    factor = _factor(content.headings[clock])
    if factor is None:
        step = _usual_step(moments)
        if step == 1.0:
            raise BadRecording(
                f"{content.name}: the times in {content.headings[clock]!r} count by one, in milliseconds,"
                " seconds or samples",
                "name the unit in the heading, such as time [ms], or give the rate with --rate",
            )
        factor = 1e-3 if step > 1.0 / SLOWEST_RATE_HZ else 1.0
    moments *= factor
    return moments, *values


def _dates(content: Table, clock: int) -> NDArray[np.float64]:
    stamps: list[float] = []
    try:
        for piece in content.pieces():
            rows = (cells_of(line, content.delimiter) for line in piece.split("\n") if line.strip())
            stamps += [datetime.fromisoformat(row[clock]).timestamp() for row in rows]
    except (ValueError, IndexError, OverflowError) as error:
        raise BadRecording(
            f"{content.name}: the column {content.headings[clock]!r} holds no times ({error})",
            "give the rate with --rate instead",
        ) from error
    return np.array(stamps, dtype=np.float64)


def _usual_step(moments: NDArray[np.float64]) -> float:
    """The middle step of the times; the mean one where packets of samples are stamped alike."""
    kept = moments[np.isfinite(moments)]
    if len(kept) < 2:
        return 0.0
    return float(np.median(np.diff(kept))) or float(kept[-1] - kept[0]) / (len(kept) - 1)


def on_a_grid(
    name: str, moments_s: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Put samples on an even grid at their own mean rate; holes in the times become NaN.

    Rows whose cell is empty while most are not stay as gaps; where most are empty (several streams in one
    file, each row from one of them) only the filled rows count. Raises BadRecording.
    """
    is_filled = np.isfinite(values)
    if np.count_nonzero(is_filled) < 0.5 * len(values):
        moments_s, values = moments_s[is_filled], values[is_filled]
    is_timed = np.isfinite(moments_s)
    if not is_timed.all():
        moments_s, values = moments_s[is_timed], values[is_timed]
    steps = np.diff(moments_s)
    usual_s = _usual_step(moments_s)
    # A hole is a pause far longer than the usual step and than any packet.
    is_hole = steps > max(5.0 * usual_s, SHORTEST_GAP_S)
    holes = np.flatnonzero(is_hole)
    covered_s = float(steps[~is_hole].sum()) + len(holes) * usual_s
    if usual_s <= 0 or covered_s <= 0 or (steps < -SHORTEST_GAP_S).any():
        raise BadRecording(f"{name}: its times do not rise", "give the rate with --rate instead")
    rate_hz = len(steps) / covered_s
    nearest = round(rate_hz)
    if nearest and abs(rate_hz / nearest - 1.0) < 1e-3:
        rate_hz = float(nearest)  # rounding in the printed times, not a clock that runs off
    if (steps[holes] > LONGEST_GAP_S).any():
        raise BadRecording(
            f"{name} has a hole of {steps[holes].max():.0f} s in its times",
            "cut the file where the recording stopped",
        )
    if len(holes):
        filling = np.round((steps[holes] - usual_s) * rate_hz).astype(np.int64)
        values = np.insert(values, np.repeat(holes + 1, filling), np.nan)
    return rate_hz, values
