"""What the virtual devices share: services, calling out, breaking the link, being in reach or not."""

from __future__ import annotations

from collections.abc import Sequence

from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import GATT_BATTERY_LEVEL_CHARACTERISTIC, GATT_BATTERY_SERVICE, Characteristic, Service
from bumble.hci import HCI_CONNECTION_TIMEOUT_ERROR, HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR

_INTERVAL_MS = 20.0
_LISTS = {
    2: AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    16: AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
}
READABLE = Characteristic.Permissions.READABLE
NOTIFIED = Characteristic.Permissions(0)


class Peripheral:
    """A device.

    calls_out: the service in its advertisement. mtu: the largest it agrees to; 23 is the least there is.
    """

    def __init__(
        self,
        device: Device,
        services: Sequence[Service],
        calls_out: UUID,
        *,
        mtu: int = 517,
        battery_percent: int | None = None,
    ) -> None:
        self.device = device
        self._calls_out = calls_out
        device.gatt_server.max_mtu = mtu
        for service in services:
            device.add_service(service)
        if battery_percent is not None:
            level = Characteristic(
                GATT_BATTERY_LEVEL_CHARACTERISTIC,
                Characteristic.Properties.READ | Characteristic.Properties.NOTIFY,
                READABLE,
                bytes([battery_percent]),
            )
            device.add_service(Service(GATT_BATTERY_SERVICE, [level]))
            self.battery = level

    @property
    def address(self) -> str:
        return str(self.device.random_address)

    @property
    def is_connected(self) -> bool:
        return bool(self.device.connections)

    @property
    def is_calling(self) -> bool:
        return bool(self.device.is_advertising)

    async def advertise(self) -> None:
        """Call out, with the name and the service, until connected."""
        listed = self._calls_out.to_bytes()
        room = 31 - 2 - len(listed) - 2
        self.device.advertising_data = bytes(
            AdvertisingData(
                [
                    (_LISTS[len(listed)], listed),
                    (AdvertisingData.COMPLETE_LOCAL_NAME, self.device.name.encode()[:room]),
                ]
            )
        )
        await self.device.start_advertising(
            auto_restart=False,
            advertising_interval_min=_INTERVAL_MS,
            advertising_interval_max=_INTERVAL_MS,
        )

    async def send(self, characteristic: Characteristic, data: bytes) -> None:
        """Notify whoever has subscribed."""
        await self.device.notify_subscribers(characteristic, data)

    async def drop(self, *, is_timeout: bool = False) -> None:
        """Break the link: told (the strap was switched off), or by the supervision timeout (out of reach)."""
        why = HCI_CONNECTION_TIMEOUT_ERROR if is_timeout else HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR
        for connection in list(self.device.connections.values()):
            await connection.disconnect(why)


def notifying(uuid: UUID) -> Characteristic:
    """A characteristic that only notifies."""
    return Characteristic(uuid, Characteristic.Properties.NOTIFY, NOTIFIED)
