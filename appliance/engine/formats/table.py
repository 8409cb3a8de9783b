"""Prints the periods of a file as `sbagen -D` does, line for line and blank for blank."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.engine.formats.periods import DAY_MS, Period
from appliance.engine.formats.sbg import Script
from appliance.engine.formats.tones import TEXTS, Tone

_SHAPED = ("binaural", "isochronic", "bell")


def period_table(script: Script, periods: Sequence[Period], plus: bool = False) -> str:
    """The whole table; `plus` prints it the way of sbagen+ 1.5."""
    head = f"\n*** Sequence duration: {_clock(1000 * _duration_s(script))} (hh:mm:ss) ***\n\n" if plus else ""
    return head + "".join(_two_lines(period, plus) for period in periods) + "\n"


def _two_lines(period: Period, plus: bool) -> str:
    used = [not (a.is_off and b.is_off) for a, b in zip(period.first, period.last, strict=True)]
    columns = max((i + 1 for i, is_used in enumerate(used) if is_used), default=1)
    above, below = [f"* {_clock(period.begin_ms)}"], [f"  {_clock(period.begin_ms + period.length_ms)}"]
    for a, b in list(zip(period.first, period.last, strict=True))[:columns]:
        first = _text(a, plus)
        last = " ::" if a == b and not a.is_off else _text(b, plus)
        width = max(len(first), len(last))
        above.append(first.ljust(width))
        below.append(last.ljust(width))
    return " ".join(above) + "\n" + " ".join(below) + "\n"


def _text(tone: Tone, plus: bool) -> str:
    if tone.is_off:
        return "-"
    text = TEXTS[tone.kind].format(
        carrier=tone.carrier_hz, beat=tone.beat_hz, amplitude=tone.amplitude, number=tone.number
    )
    is_shaped = (plus and tone.kind in _SHAPED) or tone.shape not in ("sine", "custom", "spin")
    if tone.shape in ("custom", "spin"):
        return f"{tone.shape}{tone.number:02d}:{text}"
    return f"{tone.shape}:{text}" if is_shaped else text


def _duration_s(script: Script) -> int:
    return (script.rows[-1].at_s - script.rows[0].at_s) % (DAY_MS // 1000)


def _clock(at_ms: int) -> str:
    second = at_ms % DAY_MS // 1000
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
