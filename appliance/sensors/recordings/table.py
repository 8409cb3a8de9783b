"""A text file as a table: comments, headings, a delimiter and the rows.

Only the beginning of the file is looked at here; `cells` reads the rows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from appliance.errors import BadRecording
from appliance.sensors.recordings import lines

_COMMENT = re.compile(r"(?:[ \t]*(?:[#%][^\n]*)?\n)+")
_BLANK = re.compile(r"[ \t]*(?:na|n/a|null|none|\?|-|\"\")?[ \t]*\Z", re.IGNORECASE)
BEGINNING = 1 << 16


@dataclass(frozen=True, slots=True)
class Table:
    """The parts of a text file.

    first_line: the number of the first row in the file, counted from 1, for messages. skipped: how many
    characters lie before it. delimiter: None means any run of blanks. beginning: the first rows.
    """

    path: Path
    comments: str
    headings: tuple[str, ...]
    has_headings: bool
    delimiter: str | None
    has_decimal_comma: bool
    beginning: str
    first_line: int
    skipped: int

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def pieces(self) -> Iterator[str]:
        """The rows, as text of whole lines, a piece at a time. Raises BadRecording."""
        left = self.skipped
        for text in lines.pieces(self.path):
            kept = text[left:]
            left = max(0, left - len(text))
            if kept.strip():
                yield _pointed(kept, self.has_decimal_comma)


def split(path: Path) -> Table:
    """Look at a file and find its comments, headings and delimiter. Raises BadRecording."""
    text = next(lines.pieces(path), "")
    head = _COMMENT.match(text)
    comments = head.group() if head else ""
    body = text[len(comments) :]
    if not body.strip():
        raise BadRecording(*_nothing(path.name, comments))
    first, _, rest = body.partition("\n")
    sample = [line for line in islice(rest.split("\n"), 50) if line.strip()]
    delimiter = _delimiter(first, sample[0] if sample else "")
    row = cells_of(first, delimiter)
    if len(row) > 1 and not row[-1] and is_number(row[0]):
        row.pop()  # recorders that end each row with a delimiter
    line = comments.count("\n") + 1
    has_comma = delimiter == ";" and "." not in "".join([first, *sample]) and "," in "".join(sample)
    if has_comma:
        row = [cell.replace(",", ".") for cell in row]
    if any(is_number(cell) for cell in row) or not any(row):
        names = _labels(comments, len(row))
        counted = names or tuple(str(i + 1) for i in range(len(row)))
        beginning = _pointed(body[:BEGINNING], has_comma)
        skipped = len(comments)
        return Table(path, comments, counted, bool(names), delimiter, has_comma, beginning, line, skipped)
    if not rest.strip():
        raise BadRecording(
            f"{path.name} holds text but no numbers: {first[:60]!r}", "give a recording of numbers"
        )
    if not any(is_cell(cell) for cell in cells_of(sample[0], delimiter)):
        raise BadRecording(
            f"{path.name} line {line + 1} has {cells_of(sample[0], delimiter)[0][:40]!r}"
            " where a number belongs",
            "give a recording: a heading, then numbers",
        )
    skipped = len(comments) + len(first) + 1
    beginning = _pointed(rest[:BEGINNING], has_comma)
    return Table(path, comments, tuple(row), True, delimiter, has_comma, beginning, line + 1, skipped)


def _pointed(rows: str, has_decimal_comma: bool) -> str:
    """Spreadsheets in many countries write a comma where computers read a point."""
    return rows.replace(",", ".") if has_decimal_comma else rows


def _nothing(name: str, comments: str) -> tuple[str, str]:
    what = "holds no data" if comments.strip() else "is empty"
    return f"{name} {what}", "give a file with a recording in it"


def is_number(cell: str) -> bool:
    """Whether a cell is a number (NaN counts)."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def is_cell(cell: str) -> bool:
    """Whether a cell is a number or says that there is none."""
    return is_number(cell) or _BLANK.match(cell) is not None


def cells_of(line: str, delimiter: str | None) -> list[str]:
    """The cells of one line, without blanks around them."""
    if delimiter is None:
        return line.split()
    try:
        found = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        found = line.split(delimiter)
    return [cell.strip() for cell in found]


def _delimiter(first: str, second: str) -> str | None:
    for mark in ("\t", ";", ",", "|"):
        if mark in first and (mark in second or not second):
            return mark
    # A heading such as "ECG signal" above one column must not be cut at its blank.
    if " " in first.strip() and second and len(second.split()) == 1:
        return ","
    return None if " " in first.strip() else ","


def _labels(comments: str, columns: int) -> tuple[str, ...]:
    """Headings that recorders hide in comments: JSON "column" lists, "Labels:=" lines, OpenBCI's order."""
    if "OpenBCI" in comments and columns > 4:
        return _openbci_labels(comments, columns)
    listed = re.search(r'"column"\s*:\s*\[([^\]]*)\]', comments)
    if listed:
        names = re.findall(r'"([^"]*)"', listed[1])
        sensors = re.findall(r'"([^"]*)"', (re.search(r'"sensor"\s*:\s*\[([^\]]*)\]', comments) or listed)[1])
        if len(sensors) < len(names):  # OpenSignals names the last columns by socket, and apart what is in it
            names[len(names) - len(sensors) :] = sensors
    else:
        said = re.search(r"(?im)^[#%]\s*labels?\s*:?=\s*(.+)$", comments)
        names = re.split(r"[,\t]\s*", said[1].strip()) if said else []
    return tuple(names) if len(names) == columns else ()


def _openbci_labels(comments: str, columns: int) -> tuple[str, ...]:
    """The columns of an OpenBCI raw file before version 6, which had no headings."""
    said = re.search(r"(?i)number of channels\s*=\s*(\d+)", comments)
    count = min(int(said[1]) if said else 8, columns - 4)
    names = ["Sample Index", *(f"EXG Channel {i}" for i in range(count))]
    names += [f"Accel Channel {i}" for i in range(3)]
    return tuple([*names, *("Not Used" for _ in range(columns - len(names)))][:columns])
