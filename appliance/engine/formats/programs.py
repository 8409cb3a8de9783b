"""sbagen's two built-in programs, `-p drop` and `-p slide`, and `-i`: written out as a timeline.

A drop lowers the beat from 10 Hz to its target, in steps or (`s`) gliding; a slide glides the carrier down
to half the beat. Source: the sbagen 1.4.4 manual, sections on -p drop and -p slide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.options import Options
from appliance.engine.formats.tones import read_tone

_TARGETS_HZ = dict(
    zip("abcdefghijkl", (4.4, 3.7, 3.1, 2.5, 2.0, 1.5, 1.2, 0.9, 0.7, 0.5, 0.4, 0.3), strict=True)
)
_DROP = re.compile(
    r"(?P<level>\d+(?:\.\d+)?)(?P<target>[a-l])(?P<s>s?)(?P<k>k?)(?P<up>\+?)(?P<only>\^?)(?:/(?P<amp>[\d.]+))?"
)
_HOLD_S = 10


def program_lines(options: Options) -> list[str]:
    """The lines that stand for -p or -i; none without them. Raises BadSchedule."""
    if options.tones:
        return ["program: " + " ".join(options.tones), "0:00 program"]
    if not options.program:
        return []
    kind, *words = options.program
    makers = {"drop": _drop, "slide": _slide}
    if kind not in makers:
        raise BadSchedule(f"there is no program {kind!r}", "use -p drop or -p slide", 1)
    options.ends_at_last = options.starts_at_first = True
    return makers[kind](words)


def _minutes(words: list[str], usual: tuple[float, ...]) -> tuple[float, ...]:
    if not words or not words[0].startswith("t"):
        return usual
    try:
        given = tuple(float(part) for part in words.pop(0)[1:].split(","))
    except ValueError:
        given = ()
    if len(given) not in (1, len(usual)) or not all(0 < minutes <= 1380 for minutes in given):
        raise BadSchedule("the times of -p are not possible", "write tMINUTES or tDROP,HOLD,WAKE", 1)
    return given + usual[len(given) :]


def _slide(words: Sequence[str]) -> list[str]:
    todo = list(words)
    (minutes,) = _minutes(todo, (30.0,))
    if not todo:
        raise BadSchedule("-p slide has no tone", "write for instance -p slide 200+10/1", 1)
    tone = read_tone(todo[0])
    if tone.kind != "binaural":
        raise BadSchedule(f"-p slide cannot slide {todo[0]!r}", "write carrier+beat/amplitude", 1)
    rest = " ".join(todo[1:])
    low_hz, level = abs(tone.beat_hz) / 2.0, tone.amplitude
    return [
        "off: -",
        f"slide-0: {tone.carrier_hz!r}{tone.beat_hz:+}/{level!r} {rest}",
        f"slide-1: {low_hz!r}{tone.beat_hz:+}/{level!r} {rest}",
        "23:59:55 == off ->",
        "0:00 == slide-0 ->",
        f"{_clock(minutes * 60)} == slide-1 ->",
        f"{_clock(minutes * 60 + _HOLD_S)} == off",
    ]


def _drop(words: Sequence[str]) -> list[str]:
    todo = list(words)
    drop_min, hold_min, wake_min = _minutes(todo, (30.0, 30.0, 3.0))
    found = _DROP.fullmatch(todo.pop(0)) if todo else None
    if found is None:
        raise BadSchedule("-p drop has no level", "write for instance -p drop 00d+ pink/40", 1)
    low_hz = 200.0 - 2.0 * float(found["level"])
    if low_hz <= 0.0:
        raise BadSchedule("this drop is too deep", "stay below level 100", 1)
    step_s = 60 if found["s"] or found["k"] else 180
    steps = max(2, math.ceil(drop_min * 60 / step_s))
    target = _TARGETS_HZ[found["target"]]
    level, rest = found["amp"] or "1", " ".join(todo)
    lines = ["off: -"]
    for i in range(steps):
        share = i / (steps - 1)
        carrier = low_hz + 5.0 * (1.0 - share)
        beat = 10.0 * math.exp(math.log(target / 10.0) * share)
        lines.append(f"ts{i:03d}: {carrier!r}+{beat!r}/{level} {rest}")
    lines.append("23:59:55 == off ->")
    for i in range(steps):
        arrow = " ->" if found["s"] else ""
        lines.append(f"{_clock(i * step_s)} == ts{i:03d}{arrow}")
    end_s = drop_min * 60
    if found["up"]:
        end_s += hold_min * 60
        lines += [f"{_clock(end_s)} == ts{steps - 1:03d} ->", f"{_clock(end_s + wake_min * 60)} == ts000 ->"]
        end_s += wake_min * 60
    else:
        lines.append(f"{_clock(end_s)} == ts{steps - 1:03d} ->")
    return [*lines, f"{_clock(end_s + _HOLD_S)} == off"]


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
