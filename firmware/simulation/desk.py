"""A whole simulated wearable: the models on their buses and pins, and time that follows a wall clock."""

import asyncio

from firmware.board import BOARDS, Board
from firmware.drivers.ad8232_fake import FakeAd8232
from firmware.drivers.max30102_fake import FakeMax30102
from firmware.simulation import bluetooth, machine
from firmware.simulation.world import Recording, world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ROW = BOARDS["simulated"]


def wear(ecg: "Recording", ppg: "Recording") -> "dict[str, object]":
    """Put every model on its bus or pin, on a wearer of these recordings; give the models by name."""
    heart = FakeAd8232(lambda: ecg.at(world.now_us()))
    finger = FakeMax30102(ppg.at, world.now_us)
    world.pins[ROW["ecg"]] = heart
    world.pins[ROW["ecg_off_plus"]] = world.pins[ROW["ecg_off_minus"]] = heart
    world.i2c[finger.address] = finger
    return {"ad8232": heart, "max30102": finger}


def board() -> "Board":
    """The board of the simulated row, over the models that are in place."""
    return Board("simulated", machine, world.ticks_us, world.wait_ms, machine.OneWire, bluetooth)


async def live(wall_us: "Callable[[], int]") -> None:
    """Let the world's time follow a clock, for ever."""
    while True:
        world.advance(wall_us())
        await asyncio.sleep(0.001)
