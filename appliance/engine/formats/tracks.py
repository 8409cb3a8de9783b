"""What every schedule becomes before it is played: tracks of stretches in seconds, tables and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from appliance.engine.formats.errors import BadSchedule
from cext.schedule import COLUMNS, KINDS, TABLE_SIZE, Schedule

Rows = NDArray[np.float64]
AT = {name: i for i, name in enumerate(COLUMNS)}
MOST_HZ = 20_000.0


@dataclass
class Tracks:
    """A schedule ready to be played. rows: one array (stretches, 15) a track, times in seconds.

    length_s is None when it has no end of its own; `notes` says what could not be played, and why.
    """

    rows: list[Rows]
    length_s: float | None
    title: str = ""
    tables: list[NDArray[np.float64]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def schedule(self, rate_hz: float, seed: int = 1) -> Schedule:
        """The player's kernel, with times in frames. Raises BadSchedule when there is nothing to play."""
        tracks = [_in_frames(rows, rate_hz) for rows in self.rows]
        tracks = [rows for rows in tracks if len(rows)]
        if not tracks:
            raise BadSchedule(
                "nothing in this schedule can be played", "; ".join(self.notes) or "give it a voice"
            )
        first = np.cumsum([0, *(len(rows) for rows in tracks)]).astype(np.int64)
        tables = np.array(self.tables, np.float64).reshape(-1, TABLE_SIZE)
        return Schedule(np.ascontiguousarray(np.concatenate(tracks)), first, tables, rate_hz, seed)


def stretch(kind: str, begin_s: float, end_s: float, **values: float) -> list[float]:
    """One row; what is not named is 0, and there is no table."""
    row = [0.0] * len(COLUMNS)
    row[AT["table"]] = row[AT["envelope"]] = -1.0
    row[AT["kind"]], row[AT["begin"]], row[AT["end"]] = KINDS.index(kind), begin_s, end_s
    for name, value in values.items():
        row[AT[name]] = value
    return row


def steady(name: str, value: float) -> dict[str, float]:
    """A value that is the same at both ends of a stretch."""
    end = name.removesuffix("_hz") + "_end_hz" if name.endswith("_hz") else name + "_end"
    return {name: value, end: value}


def _in_frames(rows: Rows, rate_hz: float) -> Rows:
    moved = rows.copy()
    for column in (AT["begin"], AT["end"]):
        moved[:, column] = np.rint(rows[:, column] * rate_hz)
    return moved[moved[:, AT["begin"]] < moved[:, AT["end"]]]


def envelope_table(values: Sequence[float], edge: int) -> NDArray[np.float64]:
    """One beat's envelope through the given points, 0 to 1. edge: 0 steps, 1 straight, 2 and 3 eased."""
    points = np.asarray(values, np.float64)
    points = points / max(points.max(), 1e-9)
    at = np.arange(TABLE_SIZE) * len(points) / TABLE_SIZE
    i = at.astype(np.int64)
    share = at - i
    eased = (
        np.zeros_like(share),
        share,
        share**2 * (3 - 2 * share),
        share**3 * (share * (6 * share - 15) + 10),
    )
    here, after = points[i % len(points)], points[(i + 1) % len(points)]
    table: NDArray[np.float64] = here + (after - here) * eased[edge]
    return table


def shape_table(shape: str, highest_hz: float) -> NDArray[np.float64]:
    """One turn of a square, triangle or sawtooth without the harmonics that would pass 20 kHz.

    The Fourier series of each, with every harmonic below 20 kHz divided by highest_hz.
    """
    turn = np.arange(TABLE_SIZE) / TABLE_SIZE
    table = np.zeros(TABLE_SIZE)
    for n in range(1, max(2, min(TABLE_SIZE // 4, int(MOST_HZ / max(highest_hz, 20.0)) + 1))):
        if shape == "sawtooth":
            table += (2 / np.pi) * (-1) ** (n + 1) / n * np.sin(2 * np.pi * n * turn)
        elif n % 2 and shape == "square":
            table += (4 / np.pi) / n * np.sin(2 * np.pi * n * turn)
        elif n % 2:
            table += (8 / np.pi**2) * (-1) ** ((n - 1) // 2) / n**2 * np.sin(2 * np.pi * n * turn)
    return table
