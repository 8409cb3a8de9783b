"""A whole simulated wearable: the models on their buses and pins, and time that follows a wall clock."""

import asyncio
import math

from firmware.board import BOARDS, Board
from firmware.drivers.ad8232_fake import FakeAd8232
from firmware.drivers.breath_fake import FakeBelt
from firmware.drivers.drv2605l_fake import FakeDrv2605l
from firmware.drivers.ds18b20_fake import FakeDs18b20
from firmware.drivers.lsm6ds3_fake import FakeLsm6ds3
from firmware.drivers.max17048_fake import FakeMax17048
from firmware.drivers.max30102_fake import FakeMax30102
from firmware.drivers.skin_fake import FakeSkin
from firmware.simulation import bluetooth, machine
from firmware.simulation.world import Recording, world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

ROW = BOARDS["simulated"]
_BREATHS_HZ = 0.1


def wear(ecg: "Recording", ppg: "Recording") -> "dict[str, Any]":
    """Put the models on their buses and pins, on a wearer of these recordings; give the models by name."""

    def breath(moment_us: int) -> float:
        return math.sin(2 * math.pi * _BREATHS_HZ * moment_us * 1e-6)

    models: dict[str, Any] = {
        "ad8232": FakeAd8232(lambda: ecg.at(world.now_us())),
        "max30102": FakeMax30102(ppg.at, world.now_us),
        "skin": FakeSkin(lambda: 4.0 + 0.2 * breath(world.now_us())),
        "breath": FakeBelt(lambda: 0.3 * breath(world.now_us())),
        "lsm6ds3": FakeLsm6ds3(lambda moment_us: (0.02 * breath(moment_us), 0.0, 1.0), world.now_us),
        "ds18b20": FakeDs18b20(lambda: 33.5, world.now_us),
        "drv2605l": FakeDrv2605l(world.now_us),
        "max17048": FakeMax17048(),
    }
    world.pins[ROW["ecg"]] = models["ad8232"]
    world.pins[ROW["ecg_off_plus"]] = world.pins[ROW["ecg_off_minus"]] = models["ad8232"]
    world.pins[ROW["skin"]] = models["skin"]
    world.pins[ROW["breath"]] = models["breath"]
    world.pins[ROW["one_wire"]] = models["ds18b20"]
    for name in ("max30102", "lsm6ds3", "drv2605l", "max17048"):
        world.i2c[models[name].address] = models[name]
    return models


def board() -> "Board":
    """The board of the simulated row, over the models that are in place."""
    return Board("simulated", machine, world.ticks_us, world.wait_ms, machine.OneWire, bluetooth)


async def live(wall_us: "Callable[[], int]") -> None:
    """Let the world's time follow a clock, for ever."""
    while True:
        world.advance(wall_us())
        await asyncio.sleep(0.001)
