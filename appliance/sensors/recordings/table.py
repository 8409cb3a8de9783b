"""Text cut into comments, headings and rows, and single columns of it as numbers.

Parsing is numpy's own reader in C; only when that refuses are the lines looked at one by one, to say
which line is wrong.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.errors import BadRecording

LARGEST_BYTES = 1 << 30
LONGEST_LINE = 100_000
_COMMENT = re.compile(r"(?:[ \t]*(?:[#%][^\n]*)?\n)+")
_BLANK_WORDS = r"[ \t]*(?:na|n/a|null|none|\?|-|\"\")?[ \t]*"


@dataclass(frozen=True, slots=True)
class Table:
    """The parts of a text file.

    first_line: the number of the first row in the file, counted from 1, for messages.
    delimiter: None means any run of blanks.
    """

    name: str
    comments: str
    headings: tuple[str, ...]
    has_headings: bool
    delimiter: str | None
    rows: str
    first_line: int


def split(path: Path) -> Table:
    """Read a file and find its comments, headings and delimiter. Raises BadRecording."""
    text = _decoded(path)
    head = _COMMENT.match(text)
    comments = head.group() if head else ""
    body = text[len(comments) :]
    if not body.strip():
        raise BadRecording(f"{path.name} holds no data", "give a file with a recording in it")
    first, _, rest = body.partition("\n")
    delimiter = _delimiter(first, rest.partition("\n")[0])
    cells = _cells(first, delimiter)
    if len(cells) > 1 and not cells[-1] and is_number(cells[0]):
        cells.pop()  # recorders that end each row with a delimiter
    line = comments.count("\n") + 1
    if any(is_number(cell) for cell in cells) or not any(cells):
        names = _labels(comments, len(cells)) or tuple(str(i + 1) for i in range(len(cells)))
        return Table(path.name, comments, names, bool(_labels(comments, len(cells))), delimiter, body, line)
    if not rest.strip():
        raise BadRecording(
            f"{path.name} holds text but no numbers: {first[:60]!r}", "give a recording of numbers"
        )
    second = _cells(rest.lstrip("\n").partition("\n")[0], delimiter)
    if not any(_is_cell(cell) for cell in second):
        raise BadRecording(
            f"{path.name} line {line + 1} has {second[0][:40]!r} where a number belongs",
            "give a recording: a heading, then numbers",
        )
    return Table(path.name, comments, tuple(cells), True, delimiter, rest, line + 1)


def is_number(cell: str) -> bool:
    """Whether a cell is a number (NaN counts)."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def numbers(table: Table, columns: Sequence[int]) -> tuple[NDArray[np.float64], ...]:
    """Give columns as numbers, one array each; empty cells become NaN. Raises BadRecording."""
    rows = table.rows
    if table.delimiter == ";" and "." not in rows:
        rows = rows.replace(",", ".")  # spreadsheets in countries with a decimal comma
    for prepared in (_as_it_is, _holes_filled, _gaps_named):  # the quickest way first
        try:
            return _parsed(prepared(rows, table.delimiter), table.delimiter, columns)
        except ValueError:
            continue
    kept = _without_cut_line(table, rows, columns)
    try:
        return _parsed(_gaps_named(kept, table.delimiter), table.delimiter, columns)
    except ValueError as error:
        raise BadRecording(
            f"{table.name} cannot be read as numbers: {error}", "choose another column with --column"
        ) from error


def _parsed(rows: str, delimiter: str | None, columns: Sequence[int]) -> tuple[NDArray[np.float64], ...]:
    read = np.loadtxt(
        io.StringIO(rows),
        delimiter=delimiter,
        usecols=columns,
        comments=None,
        quotechar='"',
        ndmin=2,
        dtype=np.float64,
    )
    return tuple(np.ascontiguousarray(read[:, i]) for i in range(len(columns)))


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


def _without_cut_line(table: Table, rows: str, columns: Sequence[int]) -> str:
    """Find the line that is not numbers; forgive only a last line that was cut off while it was written."""
    last = max(columns)
    lines = rows.split("\n")
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        cells = _cells(line, table.delimiter)
        wrong = next((c for c in columns if c < len(cells) and not _is_cell(cells[c])), None)
        if last < len(cells) and wrong is None:
            continue
        if i == len(lines) - 1 and i > 0:
            return "\n".join(lines[:-1]) + "\n"
        if wrong is None:
            raise BadRecording(
                f"{table.name} line {table.first_line + i} has {len(cells)} columns, not {last + 1}",
                "repair the line, or choose another column with --column",
            )
        raise BadRecording(
            f"{table.name} line {table.first_line + i} has {cells[wrong][:40]!r} where a number belongs",
            "repair or delete the line, or choose another column with --column",
        )
    return rows


def _is_cell(cell: str) -> bool:
    return is_number(cell) or re.fullmatch(_BLANK_WORDS, cell, re.IGNORECASE) is not None


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    try:
        found = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        found = line.split(delimiter)
    return [cell.strip() for cell in found]


def _delimiter(first: str, second: str) -> str | None:
    for mark in ("\t", ";", ","):
        if mark in first and (mark in second or not second):
            return mark
    # A heading such as "ECG signal" above one column must not be cut at its blank.
    if " " in first.strip() and second and len(second.split()) == 1:
        return ","
    return None if " " in first.strip() else ","


def _labels(comments: str, columns: int) -> tuple[str, ...]:
    """Headings that recorders hide in comments: JSON "column" lists and "Labels:=" lines."""
    listed = re.search(r'"column"\s*:\s*\[([^\]]*)\]', comments)
    if listed:
        names = re.findall(r'"([^"]*)"', listed[1])
    else:
        said = re.search(r"(?im)^[#%]\s*labels?\s*:?=\s*(.+)$", comments)
        names = re.split(r"[,\t]\s*", said[1].strip()) if said else []
    return tuple(names) if len(names) == columns else ()


def _decoded(path: Path) -> str:
    data = _unpacked(path)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            text = data.decode(encoding, errors="replace")
            break
    else:
        if b"\0" in data:
            raise BadRecording(
                f"{path.name} is binary and of no kind known here",
                "give CSV, text, WFDB (.hea), EDF or Polar .hrm",
            )
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    if text.count("\ufffd") > len(text) // 100 or _unprintable(text[:4096]) > 0.02:
        raise BadRecording(
            f"{path.name} is binary and of no kind known here",
            "give CSV, text, WFDB (.hea), EDF or Polar .hrm",
        )
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    if np.diff(ends, prepend=-1, append=len(data)).max() > LONGEST_LINE:
        raise BadRecording(
            f"{path.name} has a line longer than {LONGEST_LINE} characters",
            "put one sample on each line",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unprintable(text: str) -> float:
    odd = sum(1 for c in text if (ord(c) < 32 and c not in "\t\n\r\f") or 127 <= ord(c) < 160)
    return odd / max(len(text), 1)


def _unpacked(path: Path) -> bytes:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadRecording(
            f"{path.name} is a damaged gzip file: {error}", "fetch or copy the file again"
        ) from error
    if len(data) > LARGEST_BYTES:
        raise BadRecording(f"{path.name} holds more than 1 GiB of text", "cut it into shorter files")
    if not data.strip():
        raise BadRecording(f"{path.name} is empty", "give a file with a recording in it")
    return data
