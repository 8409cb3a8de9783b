"""The option lines at the head of an .sbg file, such as `-SE` or `-m river1.ogg -p slide 200+16/1`.

Several letters may share a word; a letter with an argument takes the next word. What has no meaning for a
file that is rendered (devices, priorities, formats of output) is read, kept and named in the report.
Source: the sbagen 1.4.4 manual, section on options.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.times import read_clock


@dataclass
class Options:
    """What the options of a file ask for. Times in seconds, `fade_ms` in milliseconds."""

    starts_at_first: bool = False
    ends_at_last: bool = False
    speed: float = 1.0
    rate_hz: int = 44_100
    length_s: float | None = None
    start_s: float | None = None
    mix: str | None = None
    updates_hz: float = 10.0
    fade_ms: int = 60_000
    ear_gains: tuple[tuple[float, float], ...] = ()
    program: tuple[str, ...] = ()
    tones: tuple[str, ...] = ()
    unused: list[str] = field(default_factory=list)


# letter -> how many words it takes
_WORDS = {
    **dict.fromkeys("hQDSEOWMN", 0),
    **dict.fromkeys("qrbLTomRFdcwVk", 1),
}
_REST = {"i": "tones", "p": "program"}


def read_options(words: Sequence[str], options: Options, line: int) -> None:
    """Add one option line. Raises BadSchedule with the line."""
    todo = list(words)
    while todo:
        letters = todo.pop(0)
        if not letters.startswith("-") or len(letters) < 2:
            raise BadSchedule(f"{letters!r} is not an option", "an option begins with '-'", line)
        for letter in letters[1:]:
            if letter in _REST:
                setattr(options, _REST[letter], tuple(todo))
                todo.clear()
            elif letter not in _WORDS:
                raise BadSchedule(f"there is no option -{letter}", "leave it out", line)
            elif _WORDS[letter] and not todo:
                raise BadSchedule(f"option -{letter} lacks its value", f"write -{letter} VALUE", line)
            else:
                _apply(options, letter, todo.pop(0) if _WORDS[letter] else "", line)


def _apply(options: Options, letter: str, word: str, line: int) -> None:
    if letter == "S":
        options.starts_at_first = True
    elif letter == "E":
        options.ends_at_last = True
    elif letter == "q":
        options.speed = _number(word, 0.001, 100_000.0, "speed", line)
    elif letter == "r":
        options.rate_hz = int(_number(word, 8_000, 192_000, "sample rate", line))
    elif letter == "R":
        options.updates_hz = _number(word, 0.1, 1_000, "update rate", line)
    elif letter == "F":
        options.fade_ms = int(_number(word, 0, 86_400_000, "fade in ms", line))
    elif letter == "L":
        options.length_s = read_clock(word, line, most_h=24)
    elif letter == "T":
        options.start_s = read_clock(word, line)
    elif letter == "m":
        options.mix = options.mix or word.split("#")[0]
    elif letter == "c":
        options.ear_gains = _gains(word, line)
    elif letter not in "hQD":
        options.unused.append(f"-{letter} {word}".strip())


def _gains(word: str, line: int) -> tuple[tuple[float, float], ...]:
    try:
        pairs = [tuple(map(float, pair.split("="))) for pair in word.split(",")]
    except ValueError:
        pairs = [()]
    if any(len(pair) != 2 or not all(math.isfinite(x) and x >= 0.0 for x in pair) for pair in pairs):
        raise BadSchedule(f"{word!r} is not a list of gains", "write -c 50=1.5,200=1.2,1000=1", line)
    return tuple(sorted((pair[0], pair[1]) for pair in pairs))


def _number(word: str, least: float, most: float, name: str, line: int) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise BadSchedule(f"the {name} {word!r} is not possible", f"write {least:g} to {most:g}", line)
    return value
