"""Reads .sbg files, the text format of sbagen 1.4.4 and its dialects: tone sets, blocks and a timeline.

Options first, then definitions and times in any order; a later definition of a name replaces an earlier one
for the lines below it. A block's lines are read again at each call, with the call's time in front of
theirs. Limits of ours: 4,095 characters a line, 100,000 lines of timeline after all blocks are opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.options import Options, read_options
from appliance.engine.formats.programs import program_lines
from appliance.engine.formats.tables import Tables
from appliance.engine.formats.times import Times
from appliance.engine.formats.tones import OFF, Tone, read_tone

VOICES = 16
_LONGEST_LINE = 4095
_MOST_LINES = 100_000
_MOST_BYTES = 8_000_000
_DEEPEST = 64
_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):(?:\s+|$)(.*)", re.ASCII)
_TABLE = re.compile(r"(wave|custom|spin|noise)(\d\d):\s+(.*)", re.ASCII)
_FADE = re.compile(r"[<=-][>=-]")


@dataclass(frozen=True)
class Row:
    """One line of the timeline: from this time these tones, faded in and out so, and held or sliding."""

    at_s: int
    tones: tuple[Tone, ...]
    fade_in: str
    fade_out: str
    slides: bool
    line: int


@dataclass
class Script:
    """A whole file, with everything named resolved."""

    options: Options = field(default_factory=Options)
    rows: list[Row] = field(default_factory=list)
    tables: Tables = field(default_factory=Tables)
    comments: list[str] = field(default_factory=list)
    dialect: str = "sbagen"


@dataclass(frozen=True)
class _Block:
    lines: tuple[tuple[str, int], ...]


def read_sbg(path: Path) -> Script:
    """Read one file. Raises BadSchedule with the line, or Misused when it cannot be opened."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSchedule(f"cannot read {path}: {error.strerror}", "name an .sbg file that exists") from error
    return parse_sbg(data)


def parse_sbg(data: bytes) -> Script:
    """Read the bytes of a file. Raises BadSchedule."""
    if len(data) > _MOST_BYTES or b"\0" in data:
        raise BadSchedule("this is not a text file of tones", "give an .sbg file, up to 8 MB of text")
    return _Reader().read(data.removeprefix(b"\xef\xbb\xbf").decode("latin-1"))


def start_ms(script: Script) -> int:
    """The time of day at which playing begins: -T, or the first time mentioned."""
    start_s = script.options.start_s
    return round(1000 * (script.rows[0].at_s if start_s is None else start_s))


class _Reader:
    def __init__(self) -> None:
        self.script = Script()
        self.names: dict[str, tuple[Tone, ...] | _Block] = {}
        self.times = Times()
        self.block: list[tuple[str, int]] | None = None
        self.block_name = ""
        self.has_begun = False

    def read(self, text: str) -> Script:
        number = 0
        for number, raw in enumerate(text.split("\n"), 1):
            if len(raw) > _LONGEST_LINE:
                raise BadSchedule(
                    "this line is too long", f"stay below {_LONGEST_LINE + 1} characters", number
                )
            body, mark, comment = raw.partition("#")
            if mark and comment.startswith("#"):
                self.script.comments.append(comment[1:].strip())
            if line := body.strip():
                try:
                    self._line(line, number)
                except BadSchedule as error:
                    raise error.at(number) from None
        if self.block is not None:
            raise BadSchedule(
                f"the block {self.block_name!r} is not closed", "end it with a line '}'", number
            )
        self._built_in()
        if not self.script.rows:
            raise BadSchedule("there is no timeline", "add a line such as '0:00 NAME'", number)
        tones = [tone for row in self.script.rows for tone in row.tones]
        for dialect in ("sbagen+", "sbagenx"):
            if any(tone.dialect == dialect for tone in tones):
                self.script.dialect = dialect
        return self.script

    def _line(self, line: str, number: int) -> None:
        if self.block is not None:
            self._inner(line, number)
        elif line.startswith("-"):
            if self.has_begun:
                raise BadSchedule("an option after the first other line", "move it to the top", number)
            read_options(line.split(), self.script.options, number)
        else:
            self.has_begun = True
            self._define(line, number) if ":" in line and not line[0].isdigit() else self._row(line, number)

    def _define(self, line: str, number: int) -> None:
        if table := _TABLE.fullmatch(line):
            self.script.tables.define(table[1], int(table[2]), table[3].split())
            return None
        found = _NAME.fullmatch(line)
        if found is None:
            return self._row(line, number)
        name, body = found.groups()
        if body == "{":
            self.block, self.block_name = [], name
            return None
        words = body.split()[:VOICES]
        if not words:
            raise BadSchedule(f"the tone set {name!r} is empty", f"write '{name}: -' for silence", number)
        self.names[name] = tuple(self._tone(word) for word in words)
        return None

    def _tone(self, word: str) -> Tone:
        tone = read_tone(word)
        self.script.tables.check(tone, word)
        return tone

    def _inner(self, line: str, number: int) -> None:
        assert self.block is not None
        if line == "}":
            if not self.block:
                raise BadSchedule(
                    f"the block {self.block_name!r} is empty", "give it a line '+0:00 NAME'", number
                )
            self.names[self.block_name] = _Block(tuple(self.block))
            self.block = None
        elif line.startswith("+"):
            self.block.append((line, number))
        else:
            raise BadSchedule("a line of a block must begin with '+'", "write '+hh:mm NAME', or '}'", number)

    def _row(self, line: str, number: int, prefix: str = "", depth: int = 0) -> None:
        words = (prefix + line).split()
        slides = words[-1] == "->"
        time, *rest = words[:-1] if slides else words
        fade = rest.pop(0) if len(rest) == 2 and _FADE.fullmatch(rest[0]) else "--"
        at_s = self.times.read(time, number)
        if len(rest) != 1:
            raise BadSchedule(f"cannot read {line!r}", "write 'hh:mm [fade] NAME [->]'", number)
        found = self.names.get(rest[0])
        if found is None:
            raise BadSchedule(
                f"there is no tone set {rest[0]!r}", f"define it above: '{rest[0]}: 200+10/15'", number
            )
        if len(self.script.rows) >= _MOST_LINES or depth > _DEEPEST:
            raise BadSchedule(
                "this opens into too many lines", f"stay below {_MOST_LINES} and {_DEEPEST} deep", number
            )
        if isinstance(found, _Block):
            for inner, inner_number in found.lines:
                self._row(inner, inner_number, time, depth + 1)
            return
        tones = found + (OFF,) * (VOICES - len(found))
        self.script.rows.append(Row(at_s, tones, fade[0], fade[1], slides, number))

    def _built_in(self) -> None:
        # -p and -i take the place of a timeline; their words are lines like any others.
        options = self.script.options
        lines = program_lines(options)
        if lines and self.script.rows:
            raise BadSchedule(
                "-p or -i together with a timeline", "keep one of the two", self.script.rows[0].line
            )
        for line in lines:
            self._line(line, 1)
        self.script.rows = [replace(row, line=1) for row in self.script.rows] if lines else self.script.rows
