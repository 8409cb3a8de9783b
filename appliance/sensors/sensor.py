"""What every sensor looks like from outside, and how one that can be stepped is played in real time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Protocol

from appliance.clock import Clock, SystemClock
from appliance.contracts import SensorFrame


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a sensor is: a stable id, a name for people, its kind of link, and whether it is a model.

    kind: a row of `registry.KINDS`: "serial", "ble", "replay" or "virtual".
    """

    sensor_id: str
    name: str
    kind: str
    is_simulated: bool = False


def identity(kind: str, key: str, name: str, *, is_simulated: bool = False) -> Identity:
    """Make an identity whose id is safe in topics, tables and file names."""
    clean = re.sub(r"[^A-Za-z0-9._:-]+", "-", key).strip("-") or "unknown"
    return Identity(f"{kind}:{clean}"[:64], name[:120], kind, is_simulated)


class Sensor(Protocol):
    """The face the hub supervises.

    A lost or refused sensor raises `SensorLost` or `SensorRefused` from `open` or `frames`; a recording
    that is over simply ends. `close` never raises and may be called twice.
    """

    @property
    def identity(self) -> Identity:
        """Who this is."""
        ...

    async def open(self) -> None:
        """Connect. Raises SensorLost or SensorRefused with a remedy."""
        ...

    def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give frames as they come; times are on the box's clock."""
        ...

    async def close(self) -> None:
        """Let go of the device."""
        ...


class Steppable(Protocol):
    """A source whose time is told to it: recordings and the model wearer.

    Frames have times in seconds since the source began.
    """

    @property
    def identity(self) -> Identity:
        """Who this is."""
        ...

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        ...

    def take(self, until_s: float) -> list[SensorFrame]:
        """Give what has come up to this moment of the source's own time, once."""
        ...


class Paced:
    """Plays a steppable source against a clock, as if it were connected now.

    speed: how many seconds of the source pass in one second. Its frames carry the box's clock; when speed
    is not 1 they stay in the source's own time, which is then the only one that makes sense for a heart.
    """

    TICK_S = 0.02

    def __init__(self, source: Steppable, clock: Clock | None = None, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self._source = source
        self._clock = clock or SystemClock()
        self._speed = speed

    @property
    def identity(self) -> Identity:
        """Who plays."""
        return self._source.identity

    async def open(self) -> None:
        """Nothing to connect."""

    async def close(self) -> None:
        """Nothing to let go of."""

    def follow(self, pacer_phase: float | None, rate_bpm: float) -> None:
        """Tell the source what the breath pacer shows, if it has a wearer who can follow."""
        follow = getattr(self._source, "follow", None)
        if follow is not None:
            follow(pacer_phase, rate_bpm)

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give the source's frames when their time has come."""
        began_s = self._clock.monotonic_s()
        shift_s = began_s if self._speed == 1.0 else 0.0
        while not self._source.is_finished:
            passed_s = (self._clock.monotonic_s() - began_s) * self._speed
            for frame in self._source.take(passed_s):
                yield replace(
                    frame,
                    sensor_time_s=frame.sensor_time_s + shift_s,
                    arrival_s=frame.arrival_s + shift_s,
                )
            await asyncio.sleep(self.TICK_S)
