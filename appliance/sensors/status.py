"""How a sensor stands: a state with its reason and its remedy, never an exception that stops the box."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.sensors.sensor import Identity


class SensorState(StrEnum):
    """Where a sensor, or a way to reach sensors, stands."""

    SEARCHING = "searching"
    """Nothing is connected and the box is looking."""
    FOUND = "found"
    """It is there and could be connected."""
    CONNECTING = "connecting"
    """It is being connected; no sample has come yet."""
    CONNECTED = "connected"
    """Samples come."""
    LOST = "lost"
    """It stopped answering; the box keeps trying."""
    REFUSED = "refused"
    """It is there and does not let us in."""
    UNAVAILABLE = "unavailable"
    """This way to reach sensors is missing on this machine, or switched off."""
    FINISHED = "finished"
    """A recording came to its end."""


@dataclass(frozen=True, slots=True)
class SensorStatus:
    """One sensor now. reason and remedy are sentences for people; empty when all is well."""

    sensor_id: str
    name: str
    kind: str
    state: SensorState
    reason: str = ""
    remedy: str = ""
    is_simulated: bool = False

    @classmethod
    def of(cls, who: Identity, state: SensorState, reason: str = "", remedy: str = "") -> SensorStatus:
        """Describe a sensor that has an identity."""
        return cls(who.sensor_id, who.name, who.kind, state, reason, remedy, who.is_simulated)
