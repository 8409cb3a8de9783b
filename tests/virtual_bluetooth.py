"""A Bluetooth radio without hardware: bleak, as the box uses it, over bumble's host stack on a virtual link.

`Air` is the room the devices share; the devices themselves are in `peripherals`. `back_ends` gives bleak a
scanner and a client that speak through a central of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble.att import ATT_Error
from bumble.controller import Controller
from bumble.core import BT_LE_TRANSPORT, UUID, AdvertisingData, ProtocolError
from bumble.device import Device, Peer
from bumble.hci import Address, HCI_LE_Create_Connection_Cancel_Command
from bumble.host import Host
from bumble.link import LocalLink

_PROPERTIES = {0x02: "read", 0x04: "write-without-response", 0x08: "write", 0x10: "notify", 0x20: "indicate"}
_LISTS = (
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
_Result = TypeVar("_Result")


async def _asked(answer: Awaitable[_Result]) -> _Result:
    """Raise what bleak raises where bumble's host stack has its own errors."""
    try:
        return await answer
    except ATT_Error as error:
        raise BleakGATTProtocolError(error.error_code) from error
    except (ProtocolError, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise
        raise BleakError(str(error) or "the link broke") from error


def _uuid(uuid: UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


class _Radio(Controller):
    """bumble's controller, which does not yet know how to call off a connection that is being made."""

    def on_hci_le_create_connection_cancel_command(self, command: Any) -> Any:
        self.pending_le_connection = None
        return super().on_hci_le_create_connection_cancel_command(command)


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
        host.controller = _Radio(name, link=self._link, public_address=address)
        device = Device(name=name, address=Address(address), host=host)
        device.keystore = None
        await device.power_on()
        return device


def back_ends(central: Device, mtu: int = 517) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Give bleak's scanner and client for one central; mtu: what it asks for, as BlueZ does by itself."""
    own = {"central": central, "mtu": mtu}
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
        uuids = [_uuid(u) for kind in _LISTS for group in advertisement.data.get_all(kind) for u in group]
        address = advertisement.address.to_string(False)
        about = AdvertisementData(name, {}, {}, uuids, None, advertisement.rssi, (advertisement,))
        if self.is_allowed_uuid(uuids):
            device = self.create_or_update_device(address, address, name, advertisement.address, about)
            self.call_detection_callbacks(device, about)


class _Client(BaseBleakClient):
    central: Device
    mtu: int

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
        except asyncio.CancelledError:
            await self.central.send_sync_command(HCI_LE_Create_Connection_Cancel_Command())
            raise
        except (TimeoutError, ProtocolError) as error:
            await self.central.send_sync_command(HCI_LE_Create_Connection_Cancel_Command())
            raise BleakDeviceNotFoundError(self.address, str(error)) from error
        self._connection.on("disconnection", self._disconnected)
        self.services = BleakGATTServiceCollection()
        await _asked(self._discover(Peer(self._connection)))

    async def _discover(self, peer: Peer) -> None:
        if self.mtu > 23:
            await peer.request_mtu(self.mtu)
        for service in await peer.discover_services():
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
        await _asked(
            characteristic.obj.subscribe(lambda value: callback(bytearray(value)), prefer_notify=True)
        )

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await _asked(characteristic.obj.unsubscribe())

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(await _asked(characteristic.obj.read_value()))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: Any, response: bool
    ) -> None:
        await _asked(characteristic.obj.write_value(bytes(data), with_response=response))

    async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:
        return bytearray(await descriptor.obj.read_value())

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:
        await descriptor.obj.write_value(bytes(data), with_response=True)

    async def pair(self, *_: Any, **__: Any) -> None:
        await self._connection.pair()

    async def unpair(self) -> None:
        return
