"""What can leave the box and how: one row an output, there or not.

A row tells whether it is there and, if not, what would bring it. A new output is one row more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.outputs.speaker import SOUNDING, trouble_with

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings

Look = Callable[["Settings"], str | None]
PWM = Path("/sys/class/pwm")


@dataclass(frozen=True)
class Row:
    """One kind of output. `look` returns what is in the way, or None when it is there."""

    name: str
    carries: str
    look: Look
    remedy: str


@dataclass(frozen=True)
class Found:
    """One kind of output as found on this machine."""

    name: str
    carries: str
    is_there: bool
    reason: str
    remedy: str


def _sounding(kind: str) -> Look:
    def look_once(settings: Settings) -> str | None:
        from cext.graph import Graph

        make = next(make for name, make, _ in SOUNDING if name == kind)
        return trouble_with(make(settings, Graph(settings.rate_hz)))

    return look_once


def _pwm(settings: Settings) -> str | None:
    return None if any(PWM.glob("pwmchip*")) else f"no PWM chip in {PWM}"


def _guard(settings: Settings) -> str | None:
    return None if guard_socket(settings).exists() else f"no guard listens on {guard_socket(settings)}"


def _data(settings: Settings) -> str | None:
    folder = settings.data if settings.data.exists() else settings.data.absolute().parent
    return None if folder.is_dir() else f"there is no folder {folder}"


def _always(settings: Settings) -> str | None:
    return None


OUTPUTS = (
    Row(
        "sound card",
        "sound",
        _sounding("alsa"),
        "plug in a sound card or name it with the setting `sound_device`",
    ),
    Row("sound server", "sound, through JACK or PipeWire", _sounding("jack"), "start it at the box's rate"),
    Row("timer", "the clock, when nothing can sound", _always, ""),
    Row("recording", "sound or all lanes, to a WAV file", _data, "create the data folder"),
    Row("guard", "light and vibration, to the safety process", _guard, "start `echoel guard` or `echoel up`"),
    Row(
        "pwm", "light and vibration, from the guard to LEDs and drivers", _pwm, "on a Pi: dtoverlay=pwm-2chan"
    ),
)


def guard_socket(settings: Settings) -> Path:
    """Where the guard listens."""
    return settings.data / "run" / "guard.sock"


def look(settings: Settings) -> list[Found]:
    """Try every row on this machine; quick, and nothing sounds or lights up."""
    found = []
    for row in OUTPUTS:
        reason = row.look(settings)
        remedy = "" if reason is None else row.remedy
        found.append(Found(row.name, row.carries, reason is None, reason or "", remedy))
    return found
