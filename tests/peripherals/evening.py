"""A strap on a wearer who comes and goes, and the hub that keeps it: hours of that in a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.sensors.ble import BleSensor
from appliance.sensors.hub import Hub
from appliance.sensors.status import SensorState, SensorStatus
from tests.peripherals.strap import Strap
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends

Told = list[tuple[float, SensorStatus]]


class Worn:
    """A strap on a wearer: it beats once a second and calls out again `away_s` after each loss."""

    def __init__(self, strap: Strap, away_s: float = 0.0) -> None:
        self.strap, self.away_s = strap, away_s

    async def live(self) -> None:
        await self.strap.advertise()
        while True:
            if self.strap.is_connected:
                await self.strap.notify(1024)
            elif not self.strap.is_calling:
                await asyncio.sleep(self.away_s)
                await self.strap.advertise()
            await asyncio.sleep(1.0 if self.strap.is_connected else 0.05)


async def hubbed(
    worn: Worn, sensor: BleSensor, length_s: float, drops_at_s: Sequence[float]
) -> tuple[list[SensorFrame], Told]:
    """Let the hub keep one strap for a while."""
    loop = asyncio.get_running_loop()
    told: Told = []
    frames: list[SensorFrame] = []
    hub = Hub(Settings(), frames.append, lambda status: told.append((loop.time(), status)), [sensor])
    tasks = [asyncio.create_task(worn.live()), asyncio.create_task(hub.run())]
    for at_s in drops_at_s:
        await asyncio.sleep(at_s - loop.time())
        await worn.strap.drop(is_timeout=True)
    await asyncio.sleep(length_s - loop.time())
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return frames, told


def times(told: Told, state: SensorState) -> list[float]:
    return [at_s for at_s, status in told if status.state is state]


def longest_return_s(told: Told) -> float:
    """The longest time from a loss until samples came again."""
    lost, found = times(told, SensorState.LOST), times(told, SensorState.CONNECTED)
    return max(back_s - gone_s for gone_s, back_s in zip(lost, found[1:], strict=True))


async def alone(length_s: float, drops_at_s: Sequence[float]) -> tuple[list[SensorFrame], Told]:
    """One strap in the room."""
    air = Air()
    _, client = back_ends(await air.device("box"))
    strap = Strap(await air.device("strap"))
    sensor = BleSensor(strap.address, "strap", backend=client, clock=LoopClock())
    return await hubbed(Worn(strap), sensor, length_s, drops_at_s)


def beside_an_absent_strap(length_s: float, drops_at_s: Sequence[float]) -> Told:
    """Two at once: one is worn and drops, the other is tried all the time and never there."""

    async def both() -> Told:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        absent = BleSensor("AA:AA:AA:AA:AA:AA", backend=client, clock=LoopClock())
        other = asyncio.create_task(Hub(Settings(), lambda _: None, lambda _: None, [absent]).run())
        sensor = BleSensor(strap.address, "strap", backend=client, clock=LoopClock())
        try:
            _, told = await hubbed(Worn(strap), sensor, length_s, drops_at_s)
        finally:
            other.cancel()
            await asyncio.wait((other,))
        return told

    return run(both(), 1e5)
