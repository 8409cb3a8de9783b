"""Voices of every kind ready to be heard: players get something to play."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cext import voices
from cext.parts import Voice
from tests.cext.sound import RATE_HZ

PLAYERS = ("loop", "granular")


def recording(seconds: float = 0.5) -> NDArray[np.float32]:
    """A soft chirp in both ears, another in each."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (
        np.stack([np.sin(2 * np.pi * hz * time_s * (1 + time_s)) for hz in (220, 330)]).astype(np.float32) / 2
    )


def made(name: str, rate_hz: float = RATE_HZ, **values: Any) -> Voice:
    """One voice, whatever it needs."""
    if name in PLAYERS:
        values.setdefault("sound", recording())
    return voices.make(name, rate_hz, **values)
