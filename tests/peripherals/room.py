"""A room full of Bluetooth devices for a verb of the command line: virtual radio, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from bumble.device import Device

from appliance.contracts.settings import Settings
from appliance.sensors import ble, bluetooth, serial_port
from appliance.sensors.registry import Finding
from tests.peripherals.strap import Strap
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends

Live = Callable[[Device], Awaitable[None]]


async def worn(device: Device) -> None:
    """A strap that beats 75 times a minute for as long as it is connected, and calls out otherwise."""
    strap = Strap(device, battery_percent=81)
    await strap.advertise()
    while True:
        if strap.is_connected:
            await strap.notify(819, bpm=75)
        elif not strap.is_calling:
            await strap.advertise()
        await asyncio.sleep(0.8)


class Room:
    """Who is in it: name -> what it does."""

    def __init__(self) -> None:
        self.devices: dict[str, Live] = {}
        self.back_ends: tuple[Any, Any] = (None, None)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """What `asyncio.run` is to a verb: everybody comes in, the verb does its work, all leave."""

        async def inside() -> Any:
            air = Air()
            self.back_ends = back_ends(await air.device("box"))
            lives = [
                asyncio.ensure_future(live(await air.device(name))) for name, live in self.devices.items()
            ]
            try:
                return await coroutine
            finally:
                for life in lives:
                    life.cancel()
                await asyncio.gather(*lives, return_exceptions=True)

        return run(inside())


def enter(monkeypatch: pytest.MonkeyPatch) -> Room:
    """Put the verbs into a room of their own, without serial ports and with Bluetooth that works."""
    room = Room()
    sensor, scan = ble.BleSensor, ble.scan

    def made(*words: Any, **more: Any) -> ble.BleSensor:
        return sensor(*words, **{"backend": room.back_ends[1], "clock": LoopClock()} | more)

    async def scanned() -> Finding:
        return await scan(0.3, backend=room.back_ends[0], client_backend=room.back_ends[1])

    async def no_ports(settings: Settings, is_scan: bool) -> Finding:
        return Finding((), "no USB serial device is plugged in", "plug a wearable in")

    monkeypatch.setattr(asyncio, "run", room.run)
    monkeypatch.setattr(ble, "BleSensor", made)
    monkeypatch.setattr(ble, "scan", scanned)
    monkeypatch.setattr(bluetooth, "obstacle", lambda: None)
    monkeypatch.setattr(serial_port, "find", no_ports)
    return room
