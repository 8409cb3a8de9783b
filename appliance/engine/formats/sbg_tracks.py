"""An .sbg script for the better player: same times, same tones, without steps, wraps or clicks.

Levels above 100 % are normalised: each voice is brought to 100 % at most, then all together, so that the
loudest moment fits. The light follows the loudest voice that beats; its brightness follows that voice's
level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from appliance.engine.formats.periods import DAY_MS, Period
from appliance.engine.formats.sbg import VOICES, Script, start_ms
from appliance.engine.formats.strict import drawn_wave
from appliance.engine.formats.tones import Tone
from appliance.engine.formats.tracks import Tracks, envelope_table, shape_table, stretch
from cext.schedule import TABLE_SIZE

# kind of tone -> kind of the player
_PLAYED = {
    "binaural": "tone",
    "wave": "tone",
    "isochronic": "pulse",
    "pink": "pink",
    "white": "white",
    "brown": "brown",
    "bell": "bell",
    "spin": "spin",
    "white_spin": "white_spin",
    "brown_spin": "brown_spin",
    "noise_pulse": "noise_pulse",
}
_BEATS = ("binaural", "wave", "isochronic", "noise_pulse")
_TONAL = ("binaural", "wave", "isochronic", "bell")


def natural_length_s(script: Script) -> float | None:
    """How long the file lasts by itself: -L, or from its first to its last time; None when it has no end."""
    options = script.options
    if options.length_s is not None:
        return options.length_s or None
    span_s: float = sum(
        (b.at_s - a.at_s) % (DAY_MS // 1000) for a, b in zip(script.rows, script.rows[1:], strict=False)
    )
    if options.start_s is not None:
        span_s = (span_s + script.rows[0].at_s - options.start_s) % (DAY_MS // 1000)
    return span_s / options.speed or None


def sbg_tracks(script: Script, periods: Sequence[Period], length_s: float) -> Tracks:
    """Lay a script out for `length_s` from its beginning."""
    loudest = max(sum(_level(a, b) for a, b in _pairs(period)) for period in periods)
    gain = 0.01 * min(1.0, 100.0 / loudest) if loudest > 0.0 else 0.0
    made = Tracks([], natural_length_s(script))
    shapes = _Shapes(script, periods, made.tables)
    brightest = max((max(a.amplitude, b.amplitude) for p in periods for a, b in [_lit(p)]), default=0.0)
    laid = list(_laid_out(periods, start_ms(script), length_s, script.options.speed))
    for slot in range(VOICES):
        rows = []
        for period, begin_s, end_s, skipped in laid:
            a, b = period.first[slot], period.last[slot]
            if a.is_off and b.is_off:
                rows.append(stretch("off", begin_s, end_s))
                continue
            if a.kind not in _PLAYED:
                made.notes.append(_why(a.kind, script.options.mix))
                rows.append(stretch("off", begin_s, end_s))
                continue
            is_lit = _lit(period)[0] is a and a.kind in _BEATS and brightest > 0.0
            whole = _row(a, b, gain, is_lit / brightest if is_lit else 0.0)
            table, envelope = shapes.of(a)
            rows.append(
                stretch(
                    _PLAYED[a.kind], begin_s, end_s, table=table, envelope=envelope, **_cut(whole, skipped)
                )
            )
        if any(row[0] for row in rows):
            made.rows.append(np.array(rows))
    made.notes = sorted(set(made.notes))
    return made


def _pairs(period: Period) -> list[tuple[Tone, Tone]]:
    return list(zip(period.first, period.last, strict=True))


def _level(a: Tone, b: Tone) -> float:
    return 0.0 if a.kind not in _PLAYED else min(100.0, max(a.amplitude, b.amplitude))


def _lit(period: Period) -> tuple[Tone, Tone]:
    # The loudest voice that beats.
    return max(_pairs(period), key=lambda pair: _level(*pair) if _is_beating(*pair) else -1.0)


def _is_beating(a: Tone, b: Tone) -> bool:
    return a.kind in _BEATS and (a.beat_hz != 0.0 or b.beat_hz != 0.0)


def _row(a: Tone, b: Tone, gain: float, light: float) -> dict[str, tuple[float, float]]:
    if a.kind == "bell":
        b = a
    level = (gain * min(100.0, a.amplitude), gain * min(100.0, b.amplitude))
    return {
        "left": level,
        "right": level,
        "carrier_hz": (abs(a.carrier_hz), abs(b.carrier_hz)),
        "beat_hz": (a.beat_hz, b.beat_hz),
        "light": (light * a.amplitude, light * b.amplitude),
    }


def _cut(whole: dict[str, tuple[float, float]], skipped: float) -> dict[str, float]:
    # What is left of a straight line when playing begins inside it.
    cut: dict[str, float] = {}
    for name, (a, b) in whole.items():
        cut[name] = a + (b - a) * skipped
        cut[name.removesuffix("_hz") + "_end" + ("_hz" if name.endswith("_hz") else "")] = b
    return cut


def _laid_out(
    periods: Sequence[Period], begin_ms: int, length_s: float, speed: float
) -> Iterator[tuple[Period, float, float, float]]:
    # Every period from the beginning on, round and round the day: with its times and what share was skipped.
    at = next(
        i for i, period in enumerate(periods) if (begin_ms - period.begin_ms) % DAY_MS < period.length_ms
    )
    now_s, into_ms = 0.0, (begin_ms - periods[at].begin_ms) % DAY_MS
    while now_s < length_s:
        period = periods[at % len(periods)]
        until_s = now_s + (period.length_ms - into_ms) / 1000.0 / speed
        yield period, now_s, until_s, into_ms / period.length_ms
        now_s, into_ms, at = until_s, 0, at + 1


def _why(kind: str, mix: str | None) -> str:
    if kind.startswith("mix"):
        return f"{kind.replace('_', ' ')}: the recording {mix or ''} is not played".replace("  ", " ")
    return f"{kind.replace('_', ' ')}: this voice of a dialect is not played"


class _Shapes:
    # The tables each timbre of this script needs, made once.
    def __init__(self, script: Script, periods: Sequence[Period], tables: list[NDArray[np.float64]]) -> None:
        self._script, self._tables = script, tables
        self._known: dict[tuple[str, int, str], tuple[float, float]] = {}
        tones = [tone for period in periods for tone in (*period.first, *period.last)]
        self._highest_hz = max(
            (t.carrier_hz + abs(t.beat_hz) for t in tones if t.kind in _TONAL), default=20.0
        )

    def of(self, tone: Tone) -> tuple[float, float]:
        """The table of the tone and the table of its envelope; -1 for none."""
        if tone.timbre not in self._known:
            table, envelope = -1.0, -1.0
            if tone.kind == "wave":
                drawn = drawn_wave(self._script.tables.values["wave", tone.number]) / 524_287.0
                table = self._add(drawn.reshape(TABLE_SIZE, -1).mean(axis=1))
            elif tone.kind in _TONAL and tone.shape in ("square", "triangle", "sawtooth"):
                table = self._add(shape_table(tone.shape, self._highest_hz))
            if tone.shape == "custom":
                key = ("custom", tone.number)
                envelope = self._add(
                    envelope_table(self._script.tables.values[key], self._script.tables.edges.get(key, 1))
                )
            self._known[tone.timbre] = (table, envelope)
        return self._known[tone.timbre]

    def _add(self, table: NDArray[np.float64]) -> float:
        self._tables.append(table)
        return float(len(self._tables) - 1)
