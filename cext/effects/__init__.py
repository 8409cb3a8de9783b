"""Things that change a sound: stereo float32 flows in and out, in place.

An effect is one `cdef class` with a parameter table in a family file, and one row here.
"""

from __future__ import annotations

from cext.effects.dynamics import Gain, Limiter
from cext.effects.filters import LowPass
from cext.effects.keyed import Ducker
from cext.effects.reverbs import Reverb
from cext.parameters import Parameter, unknown
from cext.parts import Effect

EFFECTS: dict[str, type[Effect]] = {
    "lowpass": LowPass,
    "reverb": Reverb,
    "gain": Gain,
    "limiter": Limiter,
    "ducker": Ducker,
}


def catalogue() -> dict[str, tuple[Parameter, ...]]:
    """Every effect there is, with what can be turned on it."""
    return {name: tuple(effect.PARAMETERS) for name, effect in EFFECTS.items()}


def make(name: str, rate_hz: float = 48_000.0, **parameters: float) -> Effect:
    """Build one effect. Raises ValueError for a name or a value that is not in the table."""
    if name not in EFFECTS:
        raise unknown("effect", name, list(EFFECTS))
    return EFFECTS[name](rate_hz, **parameters)


__all__ = ["EFFECTS", "Effect", "catalogue", "make"]
