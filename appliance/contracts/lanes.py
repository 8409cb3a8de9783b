"""The eight fixed lanes of a block: one sample clock for sound, light and touch."""

from __future__ import annotations

from enum import IntEnum


class Lane(IntEnum):
    """Row numbers of a `Block`; 2..5 are L/R luminance plus two spare, or R G B W, by lane map."""

    EAR_LEFT = 0
    EAR_RIGHT = 1
    LIGHT_LEFT = 2
    LIGHT_RIGHT = 3
    LIGHT_BLUE = 4
    LIGHT_WHITE = 5
    VIBRATION_LEFT = 6
    VIBRATION_RIGHT = 7


LANES = len(Lane)
