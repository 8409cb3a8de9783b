"""Waiting for something real to happen: looks often, gives up at a deadline, never sleeps blindly."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(is_true: Callable[[], object], within_s: float = 10.0) -> bool:
    """Return whether it became true in time."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        if is_true():
            return True
        time.sleep(0.01)
    return bool(is_true())
