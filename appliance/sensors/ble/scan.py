"""Which Bluetooth sensors are near."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bleak import BleakScanner
from bleak.exc import BleakError

from appliance.sensors.ble.link import BleSensor
from appliance.sensors.ble.profiles import Wishes, services
from appliance.sensors.ble.trouble import explained
from appliance.sensors.ble.turns import GaveWay, turns
from appliance.sensors.reasons import NEAR, Reason
from appliance.sensors.registry import Finding

SCAN_S = 4.0
_STARTING_S = 2.0


async def scan(
    scan_s: float = SCAN_S,
    *,
    backend: Any = None,
    client_backend: Any = None,
    wishes: Callable[[str], Wishes] = lambda _: Wishes(),
) -> Finding:
    """Listen for some seconds; the nearest sensor comes first. wishes: what is stored for an address."""
    more = {"backend": backend} if backend is not None else {}
    longest_s = scan_s + _STARTING_S
    wanted = services()
    try:
        found = await turns().take(
            lambda: BleakScanner.discover(scan_s, return_adv=True, service_uuids=wanted, **more),
            longest_s,
            longest_s,
        )
    except (BleakError, OSError, EOFError, TimeoutError, GaveWay) as error:
        broken = explained("Bluetooth", error, Reason.RADIO_FAILED)
        return Finding((), str(broken), broken.remedy, False)
    near = sorted(found.values(), key=lambda pair: pair[1].rssi, reverse=True)
    sensors = tuple(
        BleSensor(device, about.local_name, wishes(device.address), backend=client_backend)
        for device, about in near
        if set(wanted) & set(about.service_uuids)
    )
    if sensors:
        return Finding(sensors)
    return Finding((), "no Bluetooth sensor is near", NEAR)
