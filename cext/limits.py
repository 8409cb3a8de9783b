"""The safety numbers, as data: read once from `safety_limits.json` beside this file.

They are enforced in `cext.guard` and by the guard process, below every panel, protocol and file.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load() -> dict[str, Any]:
    """The whole table, by group: light, vibration, audio, stop."""
    table: dict[str, Any] = json.loads(
        files("cext").joinpath("safety_limits.json").read_text(encoding="utf-8")
    )
    return table
