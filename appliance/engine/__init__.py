"""Scenes flow in, blocks flow out: the same engine live and offline.

`render` turns scenes into blocks as fast as the processor can; `Conductor` holds the running engine for
the control loop: targets in, heartbeat, quiet ending, emergency stop. The samples themselves come from
`cext.graph`.
"""

from appliance.engine.conductor import Conductor
from appliance.engine.renderer import render

__all__ = ["Conductor", "render"]
