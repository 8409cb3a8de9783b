"""An .sbg script as sbagen 1.4.4 itself would play it: 44.1 kHz, 16 bit, stereo, sample for sample.

For files only; nothing here may reach a loudspeaker without the guard. The clock stands at 00:00:00 and
playing begins at the first time mentioned, as `sbagen -Q -S -O` does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.periods import Period
from appliance.engine.formats.sbg import Script, start_ms
from appliance.engine.formats.tones import Tone
from cext.strict import KINDS, Strict

_TABLE = 16_384
_LOUD = 524_287.0


def strict_player(script: Script, periods: Sequence[Period]) -> Strict:
    """The player of one script. Raises BadSchedule when sbagen 1.4.4 does not know a voice of it."""
    if script.dialect != "sbagen":
        word = next(t.kind for r in script.rows for t in r.tones if t.dialect != "sbagen")
        raise BadSchedule(
            f"{word.replace('_', ' ')} voices are of {script.dialect}, not of sbagen 1.4.4",
            "render without --strict",
            next(row.line for row in script.rows if any(t.dialect != "sbagen" for t in row.tones)),
        )
    numbers = sorted(number for kind, number in script.tables.values if kind == "wave")
    waves = np.array([drawn_wave(script.tables.values["wave", n]) for n in numbers]).reshape(-1, _TABLE)
    kinds = np.array([[KINDS.index(a.kind) for a, _ in _pairs(p)] for p in periods], np.int32)
    tables = np.array(
        [[numbers.index(a.number) if a.kind == "wave" else -1 for a, _ in _pairs(p)] for p in periods],
        np.int32,
    )
    values = np.array(
        [
            [
                (a.amplitude, a.carrier_hz, a.beat_hz, b.amplitude, b.carrier_hz, b.beat_hz)
                for a, b in _pairs(p)
            ]
            for p in periods
        ]
    )
    options = script.options
    return Strict(
        np.array([p.begin_ms for p in periods], np.int64),
        np.array([p.length_ms for p in periods], np.int64),
        kinds,
        tables,
        values,
        waves,
        np.array(options.ear_gains, np.float64).reshape(-1, 2),
        next(i for i, period in enumerate(periods) if period.is_head),
        start_ms(script),
        options.rate_hz,
        options.updates_hz,
        options.speed,
    )


def _pairs(period: Period) -> Iterator[tuple[Tone, Tone]]:
    return zip(period.first, period.last, strict=True)


def drawn_wave(samples: Sequence[float]) -> NDArray[np.float64]:
    """One cycle through the given samples and then through them upside down, smoothly: 16,384 values.

    Each sample brings a sine-cardinal bump under a parabolic window of half a cycle to either side.
    """
    given = np.asarray(samples, np.float64)
    given = (given - given.min()) / (given.max() - given.min())
    count = given.size
    t = np.arange(1, _TABLE // 2) / _TABLE
    x = 2.0 * count * math.pi * t
    bump = np.zeros(_TABLE)
    bump[0] = 1.0
    bump[1 : _TABLE // 2] = (1.0 - 4.0 * t * t) * np.sin(x) / x
    bump[_TABLE // 2 + 1 :] = bump[1 : _TABLE // 2][::-1]
    out = np.zeros(_TABLE)
    # Each sample and its opposite together: the order of the sums decides the last digit of some values.
    for i, value in enumerate(given):
        at = i * _TABLE // count // 2
        out += value * np.roll(bump, at)
        out -= value * np.roll(bump, at + _TABLE // 2)
    table: NDArray[np.float64] = np.trunc(_LOUD * out / np.abs(out).max())
    return table
