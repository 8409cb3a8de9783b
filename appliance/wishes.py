"""What the person asked for on the command line, beyond the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Wishes:
    """One run of the appliance.

    replay: a recording instead of a sensor, with rate_hz, column and kind where its file does not say.
    speed: how much faster than real time it plays. is_simulated: the virtual wearer even when a sensor is
    there. is_headless: no sound card. is_once: end after one session, when it has been reported. wav: file
    for the sound.
    """

    replay: Path | None = None
    rate_hz: float | None = None
    column: str | None = None
    kind: str | None = None
    speed: float = 1.0
    is_simulated: bool = False
    is_headless: bool = False
    is_once: bool = False
    wav: Path | None = None
