"""The safety numbers, as data: read once from `safety_limits.json` beside this file.

They are enforced in `cext.guard` and by the guard process, below every panel, protocol and file.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

# What the guard may have had to do to a frame, and why, in the words its report uses.
REASONS_TO_LIMIT: tuple[tuple[str, str], ...] = (
    ("sound_not_finite", "a sound sample was NaN or infinite and became silence"),
    ("sound_ceiling", "a sound sample passed the peak ceiling and was cut there"),
    ("sound_loudness", "the programme stayed louder than the limit and was turned down"),
    ("light_not_finite", "a light value was NaN or infinite and became dark"),
    ("light_range", "a light value was below 0 or above 1"),
    ("light_flicker", "light moved more than three times a second without consent and was held steady"),
    ("light_ramp", "light asked to be brighter faster than the eye should be led"),
    ("vibration_not_finite", "a vibration sample was NaN or infinite and became still"),
    ("vibration_range", "a vibration sample was above full strength"),
    ("vibration_ramp", "vibration asked to be stronger faster than it may rise"),
    ("stopped", "an emergency stop was asked for"),
    ("starved", "the control side stopped feeding, so everything faded out by itself"),
)


@cache
def load() -> dict[str, Any]:
    """The whole table, by group: light, vibration, audio, stop."""
    table: dict[str, Any] = json.loads(
        files("cext").joinpath("safety_limits.json").read_text(encoding="utf-8")
    )
    return table
