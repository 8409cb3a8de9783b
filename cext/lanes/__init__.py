"""Light and touch as lanes of the same block: parameters flow in, frames in step with the sound flow out.

A lane is one `cdef class` with a parameter table, and one row here. `Drive` turns linear light into codes.
"""

from __future__ import annotations

from cext.lanes.drive import Drive
from cext.lanes.lane import Lane
from cext.lanes.light import Colour, Light, Pulses
from cext.lanes.vibration import Vibration, Waves
from cext.parameters import Parameter, unknown

LANES: dict[str, type[Lane]] = {
    "light": Light,
    "pulses": Pulses,
    "colour": Colour,
    "vibration": Vibration,
    "waves": Waves,
}


def catalogue() -> dict[str, tuple[Parameter, ...]]:
    """Every lane there is, with what can be turned on it."""
    return {name: tuple(lane.PARAMETERS) for name, lane in LANES.items()}


def make(name: str, rate_hz: float = 48_000.0, **parameters: float) -> Lane:
    """Build one lane. Raises ValueError for a name or a value that is not in the table."""
    if name not in LANES:
        raise unknown("lane", name, list(LANES))
    return LANES[name](rate_hz, **parameters)


__all__ = ["LANES", "Colour", "Drive", "Lane", "Light", "Pulses", "Vibration", "Waves", "catalogue", "make"]
