"""Reads Gnaural schedules: XML with voices, each a list of points that follow one another in straight lines.

Declared counts, times and ids are ignored, as Gnaural itself does. The shortest voice ends the schedule, or
makes all begin again. Played: binaural (0), noise (1), isochronic (3) and alternating isochronic (4); every
other type is named in the notes. Entities and document types are refused. Source: Gnaural 1.0's file format
and manual.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.tracks import AT, MOST_HZ, Rows, Tracks
from cext.schedule import COLUMNS, KINDS

_NAMES = {0: "tone", 1: "soft", 3: "gate", 4: "gate_alternate"}
_NOT_PLAYED = {2: "a recording, whose file the schedule does not name", 5: "water drops", 6: "rain"}
_ATTRIBUTES = ("duration", "volume_left", "volume_right", "beatfreq", "basefreq")
_MOST_BYTES = 32_000_000
_MOST_ENTRIES = 100_000
_MOST_VOICES = 256
_DAY_S = 86_400.0
_PEAK = 16383.0 / 32767.0  # of a voice at full volume


@dataclass
class Voice:
    """One voice as written. entries: duration s, left, right, beat Hz, base Hz each."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    entries: list[tuple[float, ...]] = field(default_factory=list)

    def number(self, name: str, usual: int = 0) -> int:
        """A whole number among the texts. Raises BadSchedule."""
        return _whole(self.texts.get(name, ""), usual, name, self.line)

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return sum(entry[0] for entry in self.entries)


@dataclass
class Gnaural:
    """A whole schedule as written."""

    texts: dict[str, str] = field(default_factory=dict)
    voices: list[Voice] = field(default_factory=list)

    @property
    def loops(self) -> int:
        """How often it is played; 0 for ever."""
        return max(0, _whole(self.texts.get("loops", ""), 1, "loops", None))


def read_gnaural(path: Path) -> Gnaural:
    """Read one file. Raises BadSchedule with the line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSchedule(
            f"cannot read {path}: {error.strerror}", "name a .gnaural file that exists"
        ) from error
    return parse_gnaural(data)


def parse_gnaural(data: bytes) -> Gnaural:
    """Read the bytes of a file. Raises BadSchedule."""
    if len(data) > _MOST_BYTES:
        raise BadSchedule(
            "this file is too large for a schedule", f"stay below {_MOST_BYTES // 1_000_000} MB"
        )
    return _Reader().read(data)


class _Reader:
    def __init__(self) -> None:
        self.made = Gnaural()
        self.voice: Voice | None = None
        self.text: list[str] = []
        self.depth = 0
        self.entries = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.StartDoctypeDeclHandler = self._refused
        self.parser.EntityDeclHandler = self._refused

    def read(self, data: bytes) -> Gnaural:
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            what = expat.errors.messages[error.code]
            raise BadSchedule(f"this is not XML: {what}", "give a .gnaural file", error.lineno) from None
        if not self.made.voices:
            raise BadSchedule("there is no voice", "give a Gnaural schedule with one <voice> at least")
        return self.made

    def _refused(self, *_: object) -> None:
        raise BadSchedule(
            "document types and entities are not read",
            "remove the <!DOCTYPE ...>",
            self.parser.CurrentLineNumber,
        )

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        line = self.parser.CurrentLineNumber
        if self.depth == 1 and name != "schedule":
            raise BadSchedule(
                f"<{name}> is not a Gnaural schedule", "the outermost element is <schedule>", line
            )
        if name == "voice":
            self.voice = Voice(line)
            self.made.voices.append(self.voice)
            if len(self.made.voices) > _MOST_VOICES:
                raise BadSchedule("there are too many voices", f"stay at {_MOST_VOICES}", line)
        elif name == "entry" and self.voice is not None:
            self.entries += 1
            if self.entries > _MOST_ENTRIES:
                raise BadSchedule("there are too many entries", f"stay at {_MOST_ENTRIES}", line)
            self.voice.entries.append(_entry(attributes, line))
        self.text.clear()

    def _end(self, name: str) -> None:
        self.depth -= 1
        if name == "voice":
            self.voice = None
        elif self.text:
            home = self.made.texts if self.voice is None else self.voice.texts
            home.setdefault(name, "".join(self.text).strip())
        self.text.clear()


def _entry(attributes: dict[str, str], line: int) -> tuple[float, ...]:
    try:
        values = tuple([float(attributes[name]) for name in _ATTRIBUTES])
    except KeyError as error:
        raise BadSchedule(
            f"an entry lacks {error}", "every entry has a duration, volumes and frequencies", line
        ) from None
    except ValueError:
        values = (math.nan,)
    # A sum is finite and a minimum at least 0 only when every part is.
    if not (math.isfinite(sum(values)) and min(values) >= 0.0 and max(values[1:3]) <= 100.0):
        worst = [
            f'{name}="{attributes[name]}"' for name in _ATTRIBUTES if not _is_possible(name, attributes[name])
        ]
        raise BadSchedule(f"{', '.join(worst)} is not possible", "write finite numbers of 0 or more", line)
    return values


def _is_possible(name: str, text: str) -> bool:
    try:
        return (
            0.0 <= float(text) <= (100.0 if name.startswith("volume") else math.inf)
            and float(text) < math.inf
        )
    except ValueError:
        return False


def gnaural_tracks(made: Gnaural) -> Tracks:
    """Lay the schedule out, all its loops. Raises BadSchedule for what lasts over a day."""
    once_s = min(voice.length_s for voice in made.voices)
    if not 0.0 < once_s <= _DAY_S:
        line = min(made.voices, key=lambda voice: voice.length_s).line
        raise BadSchedule("the schedule lasts nothing, or more than 24 hours", "correct the durations", line)
    loops = made.loops
    is_endless = loops == 0 or loops * once_s > _DAY_S
    rounds = min(max(1, int(_DAY_S / once_s)), max(1, 100_000 // max(len(v.entries) for v in made.voices)))
    rounds = rounds if is_endless else loops
    tracks = Tracks([], None if is_endless else once_s * loops, made.texts.get("title", ""))
    sides = [_volume(made, side) for side in ("left", "right")]
    is_swapped = _whole(made.texts.get("stereoswap", ""), 0, "stereoswap", None) != 0
    brightest = max((max(e[1:3]) for v in made.voices if _beats(v) for e in v.entries), default=0.0)
    is_lit = False
    for voice in made.voices:
        kind = voice.number("type")
        if voice.number("voice_mute"):
            continue
        if kind not in _NAMES:
            name = _NOT_PLAYED.get(kind, "an unknown type")
            tracks.notes.append(
                f"voice {voice.texts.get('description', '')!r} (type {kind}, {name}) is not played"
            )
            continue
        rows = _rows(voice, KINDS.index(_NAMES[kind]), once_s, sides)
        if _beats(voice) and not is_lit and brightest > 0.0:
            is_lit = True
            for end in ("", "_end"):
                rows[:, AT["light" + end]] = np.maximum(rows[:, AT["left" + end]], rows[:, AT["right" + end]])
            rows[:, [AT["light"], AT["light_end"]]] /= max(
                1e-9, rows[:, [AT["light"], AT["light_end"]]].max()
            )
        if is_swapped:
            _swap(rows)
        parts = _in_mono(rows) if voice.number("voice_mono") and kind == 0 else [rows]
        tracks.rows += [_repeated(part, rounds, once_s) for part in parts if len(part)]
    return tracks


def _beats(voice: Voice) -> bool:
    return voice.number("type") in (0, 3, 4) and any(entry[3] > 0.0 for entry in voice.entries)


def _rows(voice: Voice, kind: int, once_s: float, sides: list[float]) -> Rows:
    points = np.array(voice.entries)
    after = np.roll(points, -1, axis=0)  # the last glides to the first
    ends = np.cumsum(points[:, 0])
    rows = np.zeros((len(points), len(COLUMNS)))
    rows[:, AT["table"]] = rows[:, AT["envelope"]] = -1.0
    rows[:, AT["kind"]] = kind
    rows[:, AT["begin"]], rows[:, AT["end"]] = ends - points[:, 0], ends
    is_tonal = kind != KINDS.index("soft")
    for name, column, gain in (
        ("left", 1, _PEAK * sides[0]),
        ("right", 2, _PEAK * sides[1]),
        ("beat_hz", 3, 1.0 * is_tonal),
        ("carrier_hz", 4, 1.0 * is_tonal),
    ):
        end = name.replace("_hz", "_end_hz") if "_hz" in name else name + "_end"
        rows[:, AT[name]], rows[:, AT[end]] = points[:, column] * gain, after[:, column] * gain
    if is_tonal and np.max(points[:, 3] + points[:, 4]) > MOST_HZ:
        raise BadSchedule(f"a frequency is above {MOST_HZ:g} Hz", "lower it", voice.line)
    return _cut(rows[points[:, 0] > 0.0], once_s)


def _cut(rows: Rows, until_s: float) -> Rows:
    # The last stretch ends where the shortest voice does.
    rows = rows[rows[:, AT["begin"]] < until_s - 1e-9].copy()
    if len(rows) and rows[-1, AT["end"]] > until_s:
        last = rows[-1]
        share = (until_s - last[AT["begin"]]) / (last[AT["end"]] - last[AT["begin"]])
        for name in ("left", "right", "light"):
            last[AT[name + "_end"]] = last[AT[name]] + (last[AT[name + "_end"]] - last[AT[name]]) * share
        for name in ("carrier", "beat"):
            a, b = AT[name + "_hz"], AT[name + "_end_hz"]
            last[b] = last[a] + (last[b] - last[a]) * share
        last[AT["end"]] = until_s
    return rows


def _swap(rows: Rows) -> None:
    for end in ("", "_end"):
        left, right = AT["left" + end], AT["right" + end]
        rows[:, [left, right]] = rows[:, [right, left]]
    rows[:, [AT["beat_hz"], AT["beat_end_hz"]]] *= -1.0


def _in_mono(rows: Rows) -> list[Rows]:
    # Both ears hear the mean of both: two plain tones. The light stays with a silent copy that still beats.
    parts = []
    for sign in (0.5, -0.5):
        part = rows.copy()
        for end in ("", "_end"):
            mean = 0.5 * (rows[:, AT["left" + end]] if sign > 0 else rows[:, AT["right" + end]])
            part[:, AT["left" + end]] = part[:, AT["right" + end]] = mean
            part[:, AT["light" + end]] = 0.0
            part[:, AT[f"carrier{end}_hz"]] += sign * rows[:, AT[f"beat{end}_hz"]]
            part[:, AT[f"beat{end}_hz"]] = 0.0
        parts.append(part)
    silent = rows.copy()
    silent[:, [AT["left"], AT["left_end"], AT["right"], AT["right_end"]]] = 0.0
    return [*parts, silent] if silent[:, AT["light"]].any() else parts


def _repeated(rows: Rows, rounds: int, once_s: float) -> Rows:
    all_rounds = np.tile(rows, (rounds, 1))
    shift = np.repeat(np.arange(rounds) * once_s, len(rows))
    all_rounds[:, AT["begin"]] += shift
    all_rounds[:, AT["end"]] += shift
    return all_rounds


def _volume(made: Gnaural, side: str) -> float:
    text = made.texts.get(f"overallvolume_{side}", "1")
    if not _is_possible("volume", text):
        raise BadSchedule(f"the overall volume {text!r} is not possible", "write 0 to 1")
    return float(text)


def _whole(text: str, usual: int, name: str, line: int | None) -> int:
    try:
        return int(float(text)) if text else usual
    except (ValueError, OverflowError):
        raise BadSchedule(f"{name} {text!r} is not a number", "write a whole number", line) from None
