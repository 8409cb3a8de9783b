"""A finger clip with the Pulse Oximeter Service."""

from __future__ import annotations

import struct

from bumble.core import UUID
from bumble.device import Device
from bumble.gatt import Characteristic, Service

from appliance.sensors.ble import oximeter
from tests.peripherals.peripheral import NOTIFIED, Peripheral, notifying

FINGER_OUT, DEMONSTRATION, INVALID = 1 << 11, 1 << 10, 1 << 15


def sfloat(value: float) -> int:
    """A number of the standard with one decimal."""
    return 0xF000 | round(value * 10) & 0x0FFF


class Oximeter(Peripheral):
    """A clip that tells continuous and spot readings."""

    def __init__(self, device: Device, *, mtu: int = 517) -> None:
        self.continuous = notifying(UUID(oximeter.CONTINUOUS))
        self.spot = Characteristic(UUID(oximeter.SPOT), Characteristic.Properties.INDICATE, NOTIFIED)
        service = Service(UUID("1822"), [self.continuous, self.spot])
        super().__init__(device, [service], UUID("1822"), mtu=mtu, battery_percent=42)

    async def reading(self, spo2_percent: float, rate_bpm: float, measured: int = 0, status: int = 0) -> None:
        """One continuous reading with the device's doubts about it."""
        numbers = struct.pack("<2H", sfloat(spo2_percent), sfloat(rate_bpm))
        data = bytes([0x0C]) + numbers + struct.pack("<H", measured) + status.to_bytes(3, "little")
        await self.send(self.continuous, data)

    async def spot_check(self, spo2_percent: float, rate_bpm: float) -> None:
        """One single reading."""
        data = b"\x00" + struct.pack("<2H", sfloat(spo2_percent), sfloat(rate_bpm))
        await self.device.indicate_subscribers(self.spot, data)
