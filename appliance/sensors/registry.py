"""The kinds of sensor there are: a table. To add one, write a module with `find` and add its row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module

from appliance.contracts.settings import Settings
from appliance.sensors.sensor import Sensor


@dataclass(frozen=True, slots=True)
class Finding:
    """What one kind of link found; reason and remedy say why when it found nothing."""

    sensors: tuple[Sensor, ...] = ()
    reason: str = ""
    remedy: str = ""
    is_available: bool = True


Finder = Callable[[Settings, bool], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to reach sensors.

    module: where its `find(settings, is_scan)` lives; imported only when it is used. is_scan asks for a
    search that takes seconds (radio); without it only what is known at once. is_simulated kinds are used
    when nothing real is there.
    """

    name: str
    title: str
    module: str
    is_simulated: bool = False

    async def find(self, settings: Settings, is_scan: bool) -> Finding:
        """Look for sensors of this kind."""
        finder: Finder = import_module(self.module).find
        return await finder(settings, is_scan)


# In the order in which they are tried.
KINDS: tuple[Kind, ...] = (
    Kind("serial", "Wearable or board on USB", "appliance.sensors.serial_port"),
    Kind("ble", "Strap, oximeter or wearable over Bluetooth", "appliance.sensors.bluetooth"),
    Kind("virtual", "Virtual wearer (simulated)", "appliance.sensors.virtual", is_simulated=True),
)
