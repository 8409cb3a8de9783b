"""The shapes that cross the seams, and nothing else: no behaviour, no I/O.

Six frozen shapes (`shapes`), the fixed lanes (`lanes`), MQTT topics (`topics`) and message bodies
(`messages`), and the settings (`settings`). Every other room imports from here; this room imports
nobody but `appliance.errors`.
"""

from appliance.contracts.shapes import (
    Beat,
    Block,
    BodyState,
    Channel,
    Command,
    CommandKind,
    Features,
    Interval,
    Scene,
    SensorFrame,
)

__all__ = [
    "Beat",
    "Block",
    "BodyState",
    "Channel",
    "Command",
    "CommandKind",
    "Features",
    "Interval",
    "Scene",
    "SensorFrame",
]
