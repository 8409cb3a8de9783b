"""Light and touch as lanes of the same block: parameters flow in, frames in step with the sound flow out."""

from __future__ import annotations

from cext.lanes.light import Light
from cext.lanes.vibration import Vibration

__all__ = ["Light", "Vibration"]
