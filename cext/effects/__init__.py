"""Things that change a sound: stereo float32 flows in and out, in place.

An effect is one `cdef class` with a parameter table in a family's folder, and one row in that folder's
`EFFECTS`. A kernel is loaded when it is first asked for: a box holds in memory only what it plays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cext.effects import (
    delays,
    distortion,
    dynamics,
    filters,
    modulation,
    pitch,
    reverbs,
    spatial,
    spectral,
    utility,
)
from cext.parameters import Parameter, unknown
from cext.parts import Effect

FAMILIES = {
    "dynamics": dynamics,
    "filters": filters,
    "delays": delays,
    "reverbs": reverbs,
    "modulation": modulation,
    "distortion": distortion,
    "pitch": pitch,
    "spatial": spatial,
    "spectral": spectral,
    "utility": utility,
}
# name -> where its class is, "module:Class".
EFFECTS: dict[str, str] = {
    name: place for family in FAMILIES.values() for name, place in family.EFFECTS.items()
}


@dataclass(frozen=True)
class Table:
    """One effect on paper; `dict(table)` and `table["name"]` work too.

    summary: what it does, in a sentence. source: the paper or law it follows. latency_frames: at 48 kHz.
    """

    name: str
    family: str
    summary: str
    source: str
    latency_frames: int
    parameters: tuple[Parameter, ...]

    def keys(self) -> Iterator[str]:
        """The fields, in order."""
        return iter(self.__dataclass_fields__)

    def __getitem__(self, field: str) -> Any:
        return getattr(self, field)


def kind(name: str) -> type[Effect]:
    """The class of an effect. Raises ValueError for a name that is in no table."""
    if not isinstance(name, str) or name not in EFFECTS:
        raise unknown("effect", str(name), list(EFFECTS))
    module, _, called = EFFECTS[name].partition(":")
    found: type[Effect] = getattr(import_module(module), called)
    return found


def family_of(name: str) -> str:
    """Which family an effect belongs to. Raises ValueError for a name that is in no table."""
    if not isinstance(name, str) or name not in EFFECTS:
        raise unknown("effect", str(name), list(EFFECTS))
    return next(family for family, folder in FAMILIES.items() if name in folder.EFFECTS)


def catalogue() -> list[Table]:
    """Every effect there is, family by family, with what can be turned on it."""
    return [_table(name, family) for family, folder in FAMILIES.items() for name in folder.EFFECTS]


def make(name: str, rate_hz: float = 48_000.0, **parameters: Any) -> Effect:
    """Build one effect. Raises ValueError for a name or a value that is not in the table."""
    return kind(name)(rate_hz, **parameters)


def _table(name: str, family: str) -> Table:
    effect = make(name)
    summary = (type(effect).__doc__ or "").strip().split("\n")[0]
    return Table(name, family, summary, effect.SOURCE, effect.latency_frames, effect.parameters)


__all__ = ["EFFECTS", "FAMILIES", "Effect", "Table", "catalogue", "family_of", "kind", "make"]
