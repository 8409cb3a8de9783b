"""The numbered tables of an .sbg file: `wave00:` is sound, `custom00:` an envelope, `noise00:` bands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.tones import Tone

# kind -> (fewest numbers, may be below zero)
_RULES = {"wave": (2, True), "custom": (2, False), "spin": (2, True), "noise": (32, True)}
_MOST = 8192
# Which table a shape or a kind needs to be defined.
_NEEDED = {"wave": "wave", "noise_table": "noise"}


@dataclass
class Tables:
    """Every table by kind and number, as written; `edges` is how a custom or spin table is interpolated."""

    values: dict[tuple[str, int], tuple[float, ...]] = field(default_factory=dict)
    edges: dict[tuple[str, int], int] = field(default_factory=dict)

    def define(self, kind: str, number: int, words: list[str]) -> None:
        """Keep one table. Raises BadSchedule."""
        name = f"{kind}{number:02d}"
        if (kind, number) in self.values:
            raise BadSchedule(f"{name} is defined twice", "give the second another number")
        for word in [word for word in words if "=" in word]:
            if kind == "wave" or word not in ("e=0", "e=1", "e=2", "e=3"):
                raise BadSchedule(
                    f"{name} does not take {word!r}", "e=0 to e=3 choose the edges of a custom table"
                )
            self.edges[kind, number] = int(word[2:])
        values = []
        for word in words:
            if "=" not in word:
                try:
                    values.append(float(word))
                except ValueError:
                    raise BadSchedule(f"{word!r} in {name} is not a number", "write plain numbers") from None
        fewest, may_be_negative = _RULES[kind]
        if not all(math.isfinite(value) and abs(value) < 1e9 for value in values):
            raise BadSchedule(f"{name} holds a number that is not finite", "write plain numbers")
        if not may_be_negative and min(values, default=0.0) < 0.0:
            raise BadSchedule(f"{name} holds a negative number", "an envelope goes from 0 up")
        if not fewest <= len(values) <= _MOST:
            raise BadSchedule(f"{name} has {len(values)} numbers", f"give {fewest} to {_MOST}")
        if kind == "wave" and min(values) == max(values):
            raise BadSchedule(f"{name} is flat", "give at least two different numbers")
        self.values[kind, number] = tuple(values)

    def check(self, tone: Tone, word: str) -> None:
        """Raise BadSchedule when a tone uses a table that is not there yet."""
        kind = _NEEDED.get(tone.kind) or (tone.shape if tone.shape in ("custom", "spin") else None)
        if kind and (kind, tone.number) not in self.values:
            name = f"{kind}{tone.number:02d}"
            raise BadSchedule(
                f"{word!r} uses {name}, which is not defined above", f"add a line '{name}: ...'"
            )
