"""A Bluetooth radio without hardware: bleak, as the box uses it, over bumble's host stack on a virtual link.

`Air` is the room the devices share. `Strap` is a peripheral with a real Heart Rate Service. `back_ends`
gives bleak a scanner and a client that speak through a central of their own.
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError
from bleak.uuids import normalize_uuid_str
from bumble.controller import Controller
from bumble.core import BT_LE_TRANSPORT, UUID, AdvertisingData, ProtocolError
from bumble.device import Device, Peer
from bumble.gatt import (
    GATT_HEART_RATE_MEASUREMENT_CHARACTERISTIC,
    GATT_HEART_RATE_SERVICE,
    Characteristic,
    Service,
)
from bumble.hci import HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR, Address
from bumble.host import Host
from bumble.link import LocalLink

_PROPERTIES = {0x02: "read", 0x04: "write-without-response", 0x08: "write", 0x10: "notify", 0x20: "indicate"}
_INTERVAL_MS = 20.0


def _uuid(uuid: UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


class Air:
    """The room in which devices hear each other; make it inside a running event loop."""

    def __init__(self) -> None:
        self._link = LocalLink()
        self._count = 0

    async def device(self, name: str) -> Device:
        """Switch on one more device."""
        self._count += 1
        address = f"F{self._count}:11:22:33:44:55"
        host = Host()
        host.controller = Controller(name, link=self._link, public_address=address)
        device = Device(name=name, address=Address(address), host=host)
        device.keystore = None
        await device.power_on()
        return device


class Strap:
    """A chest strap. service: another one than Heart Rate makes it a device that is no strap."""

    def __init__(self, device: Device, service: UUID = GATT_HEART_RATE_SERVICE) -> None:
        self.device = device
        self._service = service
        self._measurement = Characteristic(
            GATT_HEART_RATE_MEASUREMENT_CHARACTERISTIC
            if service == GATT_HEART_RATE_SERVICE
            else UUID("00001234-0000-1000-8000-00805f9b34fb"),
            Characteristic.Properties.NOTIFY,
            Characteristic.Permissions(0),
        )
        device.add_service(Service(service, [self._measurement]))

    async def advertise(self) -> None:
        """Call out, with the name and the Heart Rate Service, until told otherwise."""
        listed = AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
        self.device.advertising_data = bytes(
            AdvertisingData(
                [
                    (AdvertisingData.COMPLETE_LOCAL_NAME, self.device.name.encode()),
                    (listed, GATT_HEART_RATE_SERVICE.to_bytes()),
                ]
            )
        )
        await self.device.start_advertising(
            auto_restart=False,
            advertising_interval_min=_INTERVAL_MS,
            advertising_interval_max=_INTERVAL_MS,
        )

    @property
    def is_connected(self) -> bool:
        return bool(self.device.connections)

    async def notify(self, *intervals: int, bpm: int = 75, flags: int = 0x16) -> None:
        """Send one measurement; intervals in 1/1024 s."""
        data = bytes([flags, bpm]) + struct.pack(f"<{len(intervals)}H", *intervals)
        await self.device.notify_subscribers(self._measurement, data)

    async def drop(self) -> None:
        """Break the link, as when the wearer walks away."""
        for connection in list(self.device.connections.values()):
            await connection.disconnect(HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR)


def back_ends(central: Device) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Give bleak's scanner and client for one central."""
    own = {"central": central}
    return type("Scanner", (_Scanner,), own), type("Client", (_Client,), own)


class _Scanner(BaseBleakScanner):
    central: Device

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: str, **_: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        self.central.on("advertisement", self._heard)
        await self.central.start_scanning(active=True, filter_duplicates=False)

    async def stop(self) -> None:
        await self.central.stop_scanning()
        self.central.remove_listener("advertisement", self._heard)

    def _heard(self, advertisement: Any) -> None:
        name = advertisement.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        listed = advertisement.data.get_all(AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS)
        uuids = [_uuid(uuid) for group in listed for uuid in group]
        address = advertisement.address.to_string(False)
        about = AdvertisementData(name, {}, {}, uuids, None, advertisement.rssi, (advertisement,))
        if self.is_allowed_uuid(uuids):
            device = self.create_or_update_device(address, address, name, advertisement.address, about)
            self.call_detection_callbacks(device, about)


class _Client(BaseBleakClient):
    central: Device

    def __init__(self, device: BLEDevice | str, services: Any = None, **more: Any) -> None:
        super().__init__(device, disconnected_callback=more["disconnected_callback"], timeout=more["timeout"])
        self._target = Address(self.address) if isinstance(device, str) else device.details
        self._connection: Any = None

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                self._connection = await self.central.connect(self._target, transport=BT_LE_TRANSPORT)
        except (TimeoutError, ProtocolError) as error:
            raise BleakDeviceNotFoundError(self.address, str(error)) from error
        self._connection.on("disconnection", self._disconnected)
        self.services = BleakGATTServiceCollection()
        for service in await Peer(self._connection).discover_services():
            ours = BleakGATTService(service, service.handle, _uuid(service.uuid))
            self.services.add_service(ours)
            for found in await service.discover_characteristics():
                properties: Any = [word for bit, word in _PROPERTIES.items() if int(found.properties) & bit]
                self.services.add_characteristic(
                    BleakGATTCharacteristic(
                        found, found.handle, _uuid(found.uuid), properties, lambda: self.mtu_size - 3, ours
                    )
                )

    def _disconnected(self, _: int) -> None:
        self._connection = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect()

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: Any, **_: Any) -> None:
        await characteristic.obj.subscribe(lambda value: callback(bytearray(value)), prefer_notify=True)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await characteristic.obj.unsubscribe()

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(await characteristic.obj.read_value())

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: Any, response: bool
    ) -> None:
        await characteristic.obj.write_value(bytes(data), with_response=response)

    async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:
        return bytearray(await descriptor.obj.read_value())

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:
        await descriptor.obj.write_value(bytes(data), with_response=True)

    async def pair(self, *_: Any, **__: Any) -> None:
        await self._connection.pair()

    async def unpair(self) -> None:
        return
