"""A standard chest strap."""

from __future__ import annotations

import struct

from bumble.core import UUID
from bumble.device import Device
from bumble.gatt import GATT_HEART_RATE_MEASUREMENT_CHARACTERISTIC, GATT_HEART_RATE_SERVICE, Service

from tests.peripherals.peripheral import Peripheral, notifying

CONTACT, NO_CONTACT, RR, ENERGY = 0x06, 0x04, 0x10, 0x08


class Strap(Peripheral):
    """A strap. service: another one than Heart Rate makes it a device that calls out as one and is none."""

    def __init__(
        self,
        device: Device,
        service: UUID = GATT_HEART_RATE_SERVICE,
        *,
        mtu: int = 517,
        battery_percent: int | None = None,
    ) -> None:
        is_strap = service == GATT_HEART_RATE_SERVICE
        self.measurement = notifying(
            GATT_HEART_RATE_MEASUREMENT_CHARACTERISTIC
            if is_strap
            else UUID("00001234-0000-1000-8000-00805f9b34fb")
        )
        super().__init__(
            device,
            [Service(service, [self.measurement])],
            GATT_HEART_RATE_SERVICE,
            mtu=mtu,
            battery_percent=battery_percent,
        )

    async def notify(
        self, *intervals: int, bpm: int = 75, flags: int = CONTACT | RR, energy_kj: int | None = None
    ) -> None:
        """Send one measurement; intervals in 1/1024 s."""
        energy = b"" if energy_kj is None else struct.pack("<H", energy_kj)
        flags |= ENERGY if energy else 0
        data = bytes([flags, bpm]) + energy + struct.pack(f"<{len(intervals)}H", *intervals)
        await self.send(self.measurement, data)
