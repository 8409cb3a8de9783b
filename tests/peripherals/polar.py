"""A Polar strap: Heart Rate beside Polar's own service, with its control point and compressed frames."""

from __future__ import annotations

import asyncio
import itertools
import struct
from collections.abc import Sequence

from bumble.att import ATT_Error, ErrorCode
from bumble.core import UUID
from bumble.device import Device
from bumble.gatt import (
    GATT_HEART_RATE_MEASUREMENT_CHARACTERISTIC,
    GATT_HEART_RATE_SERVICE,
    Characteristic,
    CharacteristicValue,
    Service,
)

from appliance.sensors.ble import polar
from tests.peripherals.peripheral import READABLE, Peripheral, notifying

ECG, PPG, ACC, PPI = 0, 1, 2, 3
_RATE, _RESOLUTION, _RANGE, _FACTOR = 0, 1, 2, 5
NEEDED_MTU = 232
_BONDED = Characteristic.Permissions.WRITE_REQUIRES_ENCRYPTION
# What a strap offers: measurement -> setting -> values.
OFFERS = {
    ECG: {_RATE: (130,), _RESOLUTION: (14,)},
    ACC: {_RATE: (25, 50, 100, 200), _RESOLUTION: (16,), _RANGE: (2, 4, 8)},
}


class PolarStrap(Peripheral):
    """A strap.

    is_shy: refuses everybody. is_bonding: answers who is paired with it. running: measurements that were left
    on. asked: every question it was asked.
    """

    def __init__(
        self,
        device: Device,
        *,
        mtu: int = 517,
        measurements: Sequence[int] = (ECG, ACC, PPI),
        is_charging: bool = False,
        is_shy: bool = False,
        is_bonding: bool = False,
        factor: float | None = None,
    ) -> None:
        self._measurements, self._is_charging, self._factor = measurements, is_charging, factor
        self._is_shy = is_shy
        self.running: set[int] = set()
        self.asked: list[bytes] = []
        self._answering: set[asyncio.Task[None]] = set()
        bits = sum(1 << kind for kind in measurements)
        self.control = Characteristic(
            UUID(polar.CONTROL),
            Characteristic.Properties.READ
            | Characteristic.Properties.WRITE
            | Characteristic.Properties.INDICATE,
            READABLE
            | Characteristic.Permissions.WRITEABLE
            | Characteristic.Permissions(_BONDED if is_bonding else 0),
            CharacteristicValue(
                read=lambda _: bytes([0x0F]) + bits.to_bytes(2, "little"), write=self._written
            ),
        )
        self.data = notifying(UUID(polar.DATA))
        self.measurement = notifying(GATT_HEART_RATE_MEASUREMENT_CHARACTERISTIC)
        services = [
            Service(GATT_HEART_RATE_SERVICE, [self.measurement]),
            Service(UUID(polar.SERVICE), [self.control, self.data]),
        ]
        super().__init__(device, services, GATT_HEART_RATE_SERVICE, mtu=mtu, battery_percent=93)

    def _written(self, connection: object, question: bytes) -> None:
        if self._is_shy:
            raise ATT_Error(ErrorCode.INSUFFICIENT_AUTHENTICATION)
        self.asked.append(bytes(question))
        mtu = next(iter(self.device.connections.values())).att_mtu
        task = asyncio.ensure_future(self._answer(bytes(question), mtu))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, question: bytes, mtu: int) -> None:
        asked, kind = question[0], question[1]
        error, rest = 0, b""
        if kind not in self._measurements:
            error = 2
        elif self._is_charging:
            error = 13
        elif asked == 1:
            error, rest = (0, _rows(OFFERS[kind])) if kind in OFFERS else (3, b"")
        elif asked == 2 and kind in self.running:
            error = 6
        elif asked == 2 and kind == ECG and mtu < NEEDED_MTU:
            error = 10
        elif asked == 2 and not self._may_start(kind, question[2:]):
            error = 5
        elif asked == 2:
            self.running.add(kind)
            rest = bytes([_FACTOR, 1]) + struct.pack("<f", self._factor) if self._factor else b""
        elif asked == 3:
            error = 0 if kind in self.running else 6
            self.running.discard(kind)
        room = mtu - 3 - 5
        parts = [rest[at : at + room] for at in range(0, len(rest), room)] or [b""]
        for number, part in enumerate(parts):
            more = number + 1 < len(parts)
            answer = bytes([0xF0, asked, kind, error, more]) + part
            await self.device.indicate_subscribers(self.control, answer)

    @staticmethod
    def _may_start(kind: int, rows: bytes) -> bool:
        """Whether each setting is one of those offered, once."""
        given = {}
        while rows:
            given[rows[0]] = struct.unpack("<H", rows[2:4])[0]
            rows = rows[4:]
        offers = OFFERS.get(kind, {})
        return given.keys() == offers.keys() and all(given[key] in offers[key] for key in given)

    async def ecg(self, time_ns: int, values_uv: Sequence[int]) -> None:
        """One packet of ECG; time_ns: of the last sample, since 2000."""
        body = b"".join(value.to_bytes(3, "little", signed=True) for value in values_uv)
        await self.send(self.data, _head(ECG, time_ns, 0) + body)

    async def acc(self, time_ns: int, rows: Sequence[tuple[int, int, int]]) -> None:
        """One packet of motion in mg, whole numbers."""
        body = b"".join(struct.pack("<3h", *row) for row in rows)
        await self.send(self.data, _head(ACC, time_ns, 1) + body)

    async def acc_packed(self, time_ns: int, rows: Sequence[tuple[int, int, int]], bits: int) -> None:
        """The same as one whole row and packed differences."""
        body = struct.pack("<3h", *rows[0]) + _packed(rows, bits)
        await self.send(self.data, _head(ACC, time_ns, 0x81) + body)

    async def ppi(self, rows: Sequence[tuple[int, int, int, int]]) -> None:
        """Intervals: beats a minute, ms, error in ms, flags."""
        body = b"".join(struct.pack("<BHHB", *row) for row in rows)
        await self.send(self.data, _head(PPI, 0, 0) + body)

    async def beat(self, *intervals: int) -> None:
        """One Heart Rate measurement; intervals in 1/1024 s."""
        data = bytes([0x10, 75]) + struct.pack(f"<{len(intervals)}H", *intervals)
        await self.send(self.measurement, data)


def _rows(offers: dict[int, tuple[int, ...]]) -> bytes:
    packed = (struct.pack(f"<BB{len(row)}H", kind, len(row), *row) for kind, row in offers.items())
    return b"".join(packed)


def _head(kind: int, time_ns: int, frame_type: int) -> bytes:
    return bytes([kind]) + struct.pack("<QB", time_ns, frame_type)


def _packed(rows: Sequence[tuple[int, int, int]], bits: int) -> bytes:
    """One block of differences, packed from the lowest bit on."""
    steps = [
        now - before for old, new in itertools.pairwise(rows) for before, now in zip(old, new, strict=True)
    ]
    held = sum((step & ((1 << bits) - 1)) << (number * bits) for number, step in enumerate(steps))
    return bytes([bits, len(rows) - 1]) + held.to_bytes((len(steps) * bits + 7) // 8, "little")
