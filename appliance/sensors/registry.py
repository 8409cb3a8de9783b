"""The kinds of sensor there are: a table. To add one, write a module with `find` and add its row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, cast

from appliance.contracts.settings import Settings
from appliance.errors import StorageBroken
from appliance.sensors.names import Names
from appliance.sensors.sensor import Identity, Sensor


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
    when nothing real is there. is_radio kinds take seconds to connect: without a search they are only
    companions, so that waiting for one never keeps the sensor that counts from coming back.
    """

    name: str
    title: str
    module: str
    is_simulated: bool = False
    is_radio: bool = False

    async def find(self, settings: Settings, is_scan: bool) -> Finding:
        """Look for sensors of this kind."""
        finder: Finder = import_module(self.module).find
        finding = await finder(settings, is_scan)
        if not finding.sensors:
            return finding
        called = _names(settings)
        return replace(finding, sensors=tuple(_called(sensor, called) for sensor in finding.sensors))


class _Named:
    """A sensor under the name that people gave it; everything else is the sensor's own."""

    def __init__(self, sensor: Sensor, name: str) -> None:
        self._sensor, self._name = sensor, name

    @property
    def identity(self) -> Identity:
        return replace(self._sensor.identity, name=self._name)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._sensor, attribute)


def _called(sensor: Sensor, called: Mapping[str, str]) -> Sensor:
    name = called.get(sensor.identity.sensor_id, "")
    return cast(Sensor, _Named(sensor, name)) if name and name != sensor.identity.name else sensor


def _names(settings: Settings) -> dict[str, str]:
    """Sensor id -> given name. A file that cannot be read costs the names and no sensor."""
    try:
        return {row.sensor_id: row.name for row in Names(settings.data).all()}
    except StorageBroken:
        return {}


# In the order in which they are tried.
KINDS: tuple[Kind, ...] = (
    Kind("serial", "Wearable or board on USB", "appliance.sensors.serial_port"),
    Kind("ble", "Strap, oximeter or wearable over Bluetooth", "appliance.sensors.bluetooth", is_radio=True),
    Kind("brainflow", "Board through BrainFlow", "appliance.sensors.brainflow"),
    Kind("udp", "Sensors on the network (UDP)", "appliance.sensors.udp"),
    Kind("mqtt", "Sensors on the message broker", "appliance.sensors.mqtt_link"),
    Kind("lsl", "Stream of the Lab Streaming Layer", "appliance.sensors.lsl"),
    Kind("virtual", "Virtual wearer (simulated)", "appliance.sensors.virtual", is_simulated=True),
)
