"""Compiles a timeline into periods: from when to when, and each voice from what to what.

Every line holds its tones (a steady period) and then changes into the next line's (a transition). A change
without `->` takes the fade time, around the next line's time, less where a neighbour is shorter; with `->` it
takes the whole way to the next line. The day is a circle. Source: sbagen 1.4.4 as its manual and its printed
period tables describe it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.sbg import Row
from appliance.engine.formats.times import DAY_S
from appliance.engine.formats.tones import PITCHED, Tone

DAY_MS = DAY_S * 1000
Tones = tuple[Tone, ...]


@dataclass(frozen=True)
class Period:
    """A stretch of time over which every voice goes straight from `first` to `last`. Times in ms.

    `is_head`: it comes first in the order of the file, whatever the clock says.
    """

    begin_ms: int
    length_ms: int
    first: Tones
    last: Tones
    is_head: bool = False

    @property
    def is_steady(self) -> bool:
        """Whether nothing changes in it."""
        return self.first == self.last


def compile_periods(rows: Sequence[Row], fade_ms: int) -> list[Period]:
    """The periods of one day, ordered by the clock; the last may run past midnight. Raises BadSchedule."""
    count = len(rows)
    at = _unrolled(rows)
    # Edges: line i is steady from hold[i] to leave[i] and then changes until hold[i + 1].
    hold = list(at)
    leave = [at[i] if rows[i].slides else at[i + 1] for i in range(count)]
    for i in range(count):
        _widen(i, rows, hold, leave, fade_ms)
    hold[count] = hold[0] + DAY_MS
    periods: list[Period] = []
    for i, row in enumerate(rows):
        periods.append(_steady(rows, i, hold[i], leave[i] - hold[i]))
        periods += _transition(row, rows[(i + 1) % count], leave[i], hold[i + 1] - leave[i])
    periods = _merged([period for period in periods if period.length_ms > 0])
    periods[0] = replace(periods[0], is_head=True)
    if len(periods) == 1:
        periods = [replace(periods[0], begin_ms=at[0], length_ms=DAY_MS)]
    turned = [replace(period, begin_ms=period.begin_ms % DAY_MS) for period in periods]
    return sorted(turned, key=lambda period: period.begin_ms)


def _unrolled(rows: Sequence[Row]) -> list[int]:
    # Times that only grow, in ms; one more than the rows: the first line again, a day later.
    at = [rows[0].at_s]
    for row in rows[1:]:
        at.append(at[-1] + (row.at_s - at[-1]) % DAY_S)
        if at[-1] - at[0] > DAY_S:
            raise BadSchedule(
                "the times up to here take more than 24 hours, or are out of order",
                "put the lines in the order of the clock",
                row.line,
            )
    return [1000 * second for second in (*at, at[0] + DAY_S)]


def _widen(i: int, rows: Sequence[Row], hold: list[int], leave: list[int], fade_ms: int) -> None:
    length = hold[i + 1] - leave[i]
    if rows[i].slides or length >= fade_ms:
        return
    half = (fade_ms - length) // 2
    leave_before, following = leave[i] - hold[i], (i + 1) % len(rows)
    wrap = DAY_MS if following == 0 else 0
    next_steady = leave[following] + wrap - hold[i + 1]
    leave[i] -= min(half, leave_before)
    hold[i + 1] += min(half, next_steady)
    if following == 0:
        hold[0] = hold[i + 1] - DAY_MS


def _steady(rows: Sequence[Row], i: int, begin_ms: int, length_ms: int) -> Period:
    # A bell is struck where its line is entered: in the transition before, unless that one slides.
    tones = rows[i].tones
    if not rows[i - 1].slides:
        tones = tuple(_unstruck(tone) for tone in tones)
    return Period(begin_ms, length_ms, tones, tones)


def _transition(row: Row, after: Row, begin_ms: int, length_ms: int) -> list[Period]:
    if row.slides:
        pairs = [_slide(a, b) for a, b in zip(row.tones, after.tones, strict=True)]
    else:
        pairs = [(_unstruck(a), b) for a, b in zip(row.tones, after.tones, strict=True)]
    fade_out, fade_in = ("=", "=") if row.slides else (row.fade_out, after.fade_in)
    crossed = [_meets_silence(a, b, fade_out, fade_in) for a, b in pairs]
    if not any(crossed):
        return [Period(begin_ms, length_ms, tuple(a for a, _ in pairs), tuple(b for _, b in pairs))]
    half = length_ms // 2
    middle = [
        (_silent(a), _silent(b)) if cross else (_between(a, b),) * 2
        for (a, b), cross in zip(pairs, crossed, strict=True)
    ]
    return [
        Period(begin_ms, half, tuple(a for a, _ in pairs), tuple(a for a, _ in middle)),
        Period(begin_ms + half, length_ms - half, tuple(b for _, b in middle), tuple(b for _, b in pairs)),
    ]


def _slide(a: Tone, b: Tone) -> tuple[Tone, Tone]:
    b = _unstruck(b)
    if a.is_off and not b.is_off:
        return replace(b, amplitude=0.0), b
    if b.is_off and not a.is_off and a.kind != "bell":
        return a, replace(a, amplitude=0.0)
    return a, b


def _meets_silence(a: Tone, b: Tone, fade_out: str, fade_in: str) -> bool:
    if a.kind == "bell" and b.is_off:
        return False
    if fade_out == ">" or fade_in == "<" or a.timbre != b.timbre:
        return True
    changes = a.carrier_hz != b.carrier_hz or a.beat_hz != b.beat_hz
    return "-" in (fade_out, fade_in) and a.kind in PITCHED and changes


def _unstruck(tone: Tone) -> Tone:
    # Silence that remembers its bell: two such are not "the same", and the printed tables show it.
    return replace(tone, kind="off") if tone.kind == "bell" else tone


def _silent(tone: Tone) -> Tone:
    # A bell does not fade in: it is struck at full strength.
    return tone if tone.kind == "bell" else replace(tone, amplitude=0.0)


def _between(a: Tone, b: Tone) -> Tone:
    return replace(
        b,
        carrier_hz=(a.carrier_hz + b.carrier_hz) / 2.0,
        beat_hz=(a.beat_hz + b.beat_hz) / 2.0,
        amplitude=(a.amplitude + b.amplitude) / 2.0,
    )


def _merged(periods: list[Period]) -> list[Period]:
    # A period that says the same as the steady one before it only makes that one longer.
    kept = list(periods)
    i = 0
    while len(kept) > 1 and i < len(kept):
        before, here = kept[i - 1], kept[i]
        if here.is_steady and before.is_steady and before.last == here.first:
            kept[i - 1] = replace(before, length_ms=before.length_ms + here.length_ms)
            del kept[i]
        else:
            i += 1
    return kept
