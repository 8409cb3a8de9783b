"""MicroPython's `bluetooth` over bumble's host stack: the firmware's own link runs on a virtual radio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service

_CONNECTED, _DISCONNECTED, _WRITTEN, _MTU_EXCHANGED = 1, 2, 3, 21
_INTERVAL_MS = 20.0
_READ, _WRITE_ONLY, _WRITE, _NOTIFY = 0x02, 0x04, 0x08, 0x10


class FirmwareRadio:
    """What `bluetooth.BLE()` gives on a board.

    mtu: the largest it agrees to. Notifications leave in order, one after the other, as on a board.
    """

    def __init__(self, device: Device, mtu: int = 517) -> None:
        self._device = device
        self._characteristics: list[Characteristic] = []
        self._values: list[bytes] = []
        self._irq: Callable[[int, Any], None] = lambda event, data: None
        self._connections: dict[int, Connection] = {}
        self._outgoing: asyncio.Queue[tuple[Connection, Characteristic, bytes]] = asyncio.Queue()
        self._leaving = asyncio.ensure_future(self._leave())
        device.gatt_server.max_mtu = mtu
        device.on("connection", self._came)

    def active(self, _: bool) -> bool:
        return True

    def config(self, **_: Any) -> None:
        """Names and sizes are the device's own here."""

    def irq(self, handler: Callable[[int, Any], None]) -> None:
        self._irq = handler

    def gatts_register_services(self, services: Any) -> tuple[tuple[int, ...], ...]:
        handles = []
        for name, parts in services:
            first = len(self._characteristics)
            for part, flags in parts:
                self._characteristics.append(self._made(_uuid(part), flags))
                self._values.append(b"")
            mine = self._characteristics[first:]
            self._device.add_service(Service(_uuid(name), mine))
            handles.append(tuple(range(first, first + len(mine))))
        return tuple(handles)

    def _made(self, uuid: UUID, flags: int) -> Characteristic:
        handle = len(self._characteristics)
        permissions = Characteristic.Permissions(0)
        if flags & _READ:
            permissions |= Characteristic.Permissions.READABLE
        if flags & (_WRITE | _WRITE_ONLY):
            permissions |= Characteristic.Permissions.WRITEABLE
        value = CharacteristicValue(
            read=lambda _: self._values[handle],
            write=lambda connection, data: self._written(connection, handle, data),
        )
        return Characteristic(uuid, Characteristic.Properties(flags), permissions, value)

    def _written(self, connection: Any, handle: int, data: bytes) -> None:
        self._values[handle] += bytes(data)
        self._irq(_WRITTEN, (connection.handle, handle))

    def gatts_set_buffer(self, handle: int, size: int, is_appending: bool = False) -> None:
        """Any size fits."""

    def gatts_write(self, handle: int, data: bytes) -> None:
        self._values[handle] = bytes(data)

    def gatts_read(self, handle: int) -> bytes:
        data, self._values[handle] = self._values[handle], b""
        return data

    def gatts_notify(self, connection: int, handle: int, data: bytes) -> None:
        if connection not in self._connections:
            raise OSError(12, "gone")
        self._outgoing.put_nowait((self._connections[connection], self._characteristics[handle], data))

    async def _leave(self) -> None:
        while True:
            connection, characteristic, data = await self._outgoing.get()
            await self._device.notify_subscriber(connection, characteristic, data)

    def gap_advertise(self, _: int, adv_data: bytes = b"", resp_data: bytes = b"") -> None:
        assert len(adv_data) <= 31
        assert len(resp_data) <= 31
        self._device.advertising_data, self._device.scan_response_data = adv_data, resp_data
        self._calling = asyncio.ensure_future(
            self._device.start_advertising(
                auto_restart=False,
                advertising_interval_min=_INTERVAL_MS,
                advertising_interval_max=_INTERVAL_MS,
            )
        )

    def _came(self, connection: Connection) -> None:
        self._connections[connection.handle] = connection
        self._irq(_CONNECTED, (connection.handle, 0, b""))
        connection.on("disconnection", lambda _: self._went(connection.handle))
        connection.on(
            "connection_att_mtu_update",
            lambda: self._irq(_MTU_EXCHANGED, (connection.handle, connection.att_mtu)),
        )

    def _went(self, handle: int) -> None:
        self._connections.pop(handle, None)
        self._irq(_DISCONNECTED, (handle, 0, b""))


def _uuid(name: int | str) -> UUID:
    return UUID.from_16_bits(name) if isinstance(name, int) else UUID(name)
