"""Runs on the desk after `boot.py`, in place of `start.py`: line, wearer, clock, application."""

import time

import desk_port

from firmware.disk import Disk
from firmware.main import Application
from firmware.simulation import desk
from firmware.simulation.world import Recording, world


class Line:
    """The far end of the board's UART: the terminal that the box opens."""

    def any(self):
        return desk_port.any()

    def read(self, count):
        return bytes(desk_port.take(count)) or None

    def write(self, data):
        return desk_port.send(list(data)) or None


class Wall:
    """Microseconds of the wall clock since the board started, without end."""

    def __init__(self):
        self._passed = 0
        self._last = time.ticks_us()

    def us(self):
        now = time.ticks_us()
        self._passed += time.ticks_diff(now, self._last)
        self._last = now
        return self._passed


def recording(name):
    with open("/recordings/" + name, "rb") as file:  # noqa: PTH123  MicroPython has no pathlib
        return Recording.of_bytes(file.read(), 125.0, 0.001)


async def run():
    """The wearer lives and the application runs until the board is reset."""
    import asyncio

    world.uarts[0] = Line()
    world.on_reset = desk_port.reset
    desk.wear(recording("ecg.bin"), recording("ppg.bin"))
    application = Application(desk.board(), Disk())
    wall = Wall()
    Disk().write("/began.txt", str(desk_port.now_ms() - wall.us() / 1000).encode())
    await asyncio.gather(desk.live(wall.us), application.run())
