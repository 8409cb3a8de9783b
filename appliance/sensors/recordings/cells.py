"""The numbers in the rows of a table, column by column.

Parsing is numpy's own reader in C, a piece of the file at a time; only when that refuses are the lines
looked at one by one. A last line that was cut off while it was written is forgiven, and so are a few
lines among thousands that a recorder spoiled with words of its own: they become gaps and are counted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from appliance.errors import BadRecording
from appliance.sensors.recordings.table import Table, cells_of, is_cell, is_number

Block = NDArray[np.float64]
_BLANK_WORDS = r"[ \t]*(?:na|n/a|null|none|\?|-|\"\")?[ \t]*"
# Fewer rows than this are somebody's own list, where a wrong line is a mistake worth stopping for.
FORGIVING_ROWS = 1000
FORGIVEN_SHARE = 0.01


def numbers(table: Table, columns: Sequence[int]) -> tuple[Block, ...]:
    """Give columns as numbers, one array each; empty cells become NaN. Raises BadRecording."""
    blocks: list[Block] = []
    line, held, wrong = table.first_line, "", None
    count = spoiled = 0
    for piece in table.pieces():
        if held:  # one piece is held back, because only the file's last line may be cut off
            block, bad, first_wrong = _block(table, held, columns, line, is_last=False)
            blocks.append(block)
            count, spoiled, wrong = count + len(block), spoiled + bad, wrong or first_wrong
            line += held.count("\n")
        held = piece
    if not held:
        raise BadRecording(f"{table.name} holds no data", "give a file with a recording in it")
    block, bad, first_wrong = _block(table, held, columns, line, is_last=True)
    blocks.append(block)
    count, spoiled, wrong = count + len(block), spoiled + bad, wrong or first_wrong
    if wrong is not None and (count < FORGIVING_ROWS or spoiled > FORGIVEN_SHARE * count):
        raise wrong
    whole = tuple(np.empty(count) for _ in columns)
    at = 0
    blocks.reverse()
    while blocks:  # each is let go as soon as it is copied
        block = blocks.pop()
        for number, column in enumerate(whole):
            column[at : at + len(block)] = block[:, number]
        at += len(block)
    return whole


def _block(
    table: Table, rows: str, columns: Sequence[int], line: int, is_last: bool
) -> tuple[Block, int, BadRecording | None]:
    """The numbers of a piece, how many lines in it were spoiled, and what is wrong with the first."""
    for prepared in (_as_it_is, _holes_filled, _gaps_named):  # the quickest way first
        try:
            return _parsed(prepared(rows, table.delimiter), table.delimiter, columns), 0, None
        except ValueError:
            continue
    return _line_by_line(table, rows, columns, line, is_last)


def _parsed(rows: str, delimiter: str | None, columns: Sequence[int]) -> Block:
    return np.loadtxt(
        io.StringIO(rows),
        delimiter=delimiter,
        usecols=columns,
        comments=None,
        quotechar='"',
        ndmin=2,
        dtype=np.float64,
    )


def _as_it_is(rows: str, _: str | None) -> str:
    return rows


def _holes_filled(rows: str, delimiter: str | None) -> str:
    """Write nan into cells with nothing in them: the quick way, which is enough for most files."""
    if delimiter is None:
        return rows
    for hole, filled in (
        (delimiter * 2, f"{delimiter}nan{delimiter}"),
        (delimiter * 2, f"{delimiter}nan{delimiter}"),  # of three in a row the first pass fills two
        (f"{delimiter}\n", f"{delimiter}nan\n"),
        (f"\n{delimiter}", f"\nnan{delimiter}"),
    ):
        rows = rows.replace(hole, filled)
    return rows


def _gaps_named(rows: str, delimiter: str | None) -> str:
    """Write nan into empty cells and cells that say "not available"."""
    if delimiter is None:
        return re.sub(r"(?im)(?<!\S)(?:na|n/a|null|none|\?)(?!\S)", "nan", rows)
    mark = re.escape(delimiter)
    between = re.sub(rf"(?im)(?<={mark}){_BLANK_WORDS}(?={mark}|$)", "nan", rows)
    return re.sub(rf"(?im)^{_BLANK_WORDS}(?={mark})|^[ \t]*(?:na|n/a|null|none|\"\")[ \t]*$", "nan", between)


def _line_by_line(
    table: Table, rows: str, columns: Sequence[int], line: int, is_last: bool
) -> tuple[Block, int, BadRecording | None]:
    found: list[list[float]] = []
    spoiled, first_wrong = 0, None
    texts = rows.split("\n")
    for number, text in enumerate(texts):
        if not text.strip():
            continue
        row = cells_of(text, table.delimiter)
        wrong = _wrong(table.name, row, columns, line + number)
        if wrong is not None:
            if is_last and number == len(texts) - 1 and (found or line > table.first_line):
                break  # cut off while it was written
            spoiled += 1
            first_wrong = first_wrong or wrong
        found.append([_number(row[c]) if c < len(row) else np.nan for c in columns])
    return np.array(found, dtype=np.float64).reshape(-1, len(columns)), spoiled, first_wrong


def _wrong(name: str, row: Sequence[str], columns: Sequence[int], line: int) -> BadRecording | None:
    last = max(columns)
    cell = next((row[c] for c in columns if c < len(row) and not is_cell(row[c])), None)
    if cell is not None:
        return BadRecording(
            f"{name} line {line} has {cell[:40]!r} where a number belongs",
            "repair or delete the line, or choose another column with --channel",
        )
    if last >= len(row):
        return BadRecording(
            f"{name} line {line} has {len(row)} columns, not {last + 1}",
            "repair the line, or choose another column with --channel",
        )
    return None


def _number(cell: str) -> float:
    return float(cell) if is_number(cell) else np.nan
