"""One Bluetooth sensor over bleak: connected alone, read by the profile its services call for, cleaned up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from appliance.clock import Clock, SystemClock
from appliance.contracts import SensorFrame
from appliance.errors import EchoelError, Misused
from appliance.sensors.ble.profile import Heard, Profile
from appliance.sensors.ble.profiles import Wishes, choose
from appliance.sensors.ble.trouble import explained, reason_of
from appliance.sensors.ble.turns import GaveWay, turns
from appliance.sensors.reasons import Reason, fault
from appliance.sensors.sensor import Identity, identity

CONNECT_S = 10.0
# How long a first attempt, and one that keeps failing, may hold the radio while other sensors wait. One that
# is there answers in about two seconds; every eighth attempt is a long one, so that slow ones get in too.
LONG_TURN_S, SHORT_TURN_S, LONG_EVERY = 4.0, 1.0, 8
ANSWER_S = 3.0
GOODBYE_S = 2.0
SILENCE_S = 6.0
LARGER_PACKETS_S = 1.0
# Some minutes of notifications; whoever reads so late has other worries, and memory must not grow.
LONGEST_QUEUE = 4096
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
_Result = TypeVar("_Result")
_BROKEN = (BleakError, OSError, EOFError)


class BleSensor:
    """A sensor like any other.

    device: what the scan found, or an address. wishes: which signals, and the keys of a wearable.
    backend: another bleak back end, as the virtual radio uses.
    """

    takes_turns = True

    def __init__(
        self,
        device: BLEDevice | str,
        name: str | None = None,
        wishes: Wishes | None = None,
        *,
        backend: Any = None,
        clock: Clock | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        address = device if isinstance(device, str) else device.address
        said = name or (None if isinstance(device, str) else device.name) or f"Bluetooth sensor {address}"
        self.address = address
        self.device: BLEDevice | str = device
        self._identity = identity("ble", address, said)
        self._wishes = wishes or Wishes()
        self._backend = backend
        self._clock = clock or SystemClock()
        self._silence_s = silence_s
        self._client: BleakClient | None = None
        self._profile: Profile | None = None
        self._profiles: dict[str, Profile] = {}
        self._failures = 0
        self._was_there = False
        self._queue: asyncio.Queue[tuple[Heard, bytes, float] | None] = asyncio.Queue(LONGEST_QUEUE)
        self._answers: dict[str, asyncio.Queue[bytes]] = {}
        self.battery_percent: int | None = None
        self.overruns = 0

    @property
    def identity(self) -> Identity:
        """Who this is."""
        return self._identity

    @property
    def name(self) -> str:
        """What it is called."""
        return self._identity.name

    @property
    def notes(self) -> list[str]:
        """What a person should know about this connection."""
        return list(self._profile.notes) if self._profile is not None else []

    async def open(self) -> None:
        """Connect, choose the profile, start its streams. Raises LinkLost or LinkRefused, cleaned up."""
        await self.close()
        self._queue = asyncio.Queue(LONGEST_QUEUE)
        is_long = self._failures % LONG_EVERY == 0
        try:
            turn_s = LONG_TURN_S if is_long else SHORT_TURN_S
            is_urgent = self._was_there and self._failures == 0
            await turns().take(self._connect, CONNECT_S, turn_s, is_urgent=is_urgent)
            self._failures, self._was_there = 0, True
        except TimeoutError as error:
            self._failures += 1
            raise fault(Reason.NO_ANSWER, self.name) from error
        except GaveWay as error:
            self._failures += 1
            raise fault(Reason.GAVE_WAY, self.name) from error
        except _BROKEN as error:
            self._failures += 1
            if isinstance(error, EchoelError):
                raise
            raise explained(self.name, error) from error

    async def _connect(self) -> None:
        more = {"backend": self._backend} if self._backend is not None else {}
        client = BleakClient(
            self.device, disconnected_callback=lambda _: self._gone(client), timeout=CONNECT_S, **more
        )
        self._client, self._answers = client, {}
        try:
            await client.connect()
            key, profile = choose(self, self._profiles.get, self._wishes, self._identity.sensor_id)
            self._profiles[key] = self._profile = profile
            await profile.begin(self)
            await self._read_battery()
        except BaseException as error:
            # BlueZ forgets devices it has not heard for a while; by its address it is looked for anew.
            if reason_of(error) is Reason.NOT_FOUND:
                self.device = self.address
            await self.close()
            raise

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give frames as they come. Raises LinkLost, or LinkRefused when what comes is of no use."""
        while True:
            try:
                notice = await asyncio.wait_for(self._queue.get(), self._silence_s)
            except TimeoutError:
                raise fault(Reason.SILENT, self.name) from None
            if notice is None:
                raise fault(Reason.DISCONNECTED, self.name)
            heard, data, arrival_s = notice
            for frame in heard(data, arrival_s):
                yield frame
            trouble = self._profile.trouble(self._clock.monotonic_s()) if self._profile else None
            if trouble is not None:
                raise trouble

    async def close(self) -> None:
        """Stop the streams and disconnect; never raises, because one that is gone hears no good-bye."""
        client, profile = self._client, self._profile
        if client is None:
            return
        if profile is not None and client.is_connected:
            with suppress(*_BROKEN, TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await profile.end(self)
        self._client = self._profile = None
        with suppress(*_BROKEN, TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await client.disconnect()

    async def send(self, frame: bytes) -> None:
        """Send a frame to a wearable. Raises LinkLost, or Misused for a sensor that takes none."""
        send = getattr(self._profile, "send", None)
        if send is None:
            raise Misused(f"{self.name} takes no commands", "connect our wearable")
        try:
            await send(frame)
        except BleakError as error:
            raise explained(self.name, error) from error

    def has(self, uuid: str) -> bool:
        """Whether the device has this characteristic."""
        return self._found(uuid) is not None

    async def packet_bytes(self, uuid: str, wanted: int) -> int:
        """How much one notification can carry; the agreement on it may come a moment after connecting."""
        found = self._found(uuid)
        if found is None:
            return 20
        end_s = asyncio.get_running_loop().time() + LARGER_PACKETS_S
        while (now := found.max_write_without_response_size) < wanted:
            if asyncio.get_running_loop().time() >= end_s:
                return now
            await asyncio.sleep(0.05)
        return now

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic."""
        client, found = self._live(uuid)
        return bytes(await self._secured(lambda: client.read_gatt_char(found)))

    async def write(self, uuid: str, data: bytes) -> None:
        """Write a characteristic, with the device's answer where it gives one."""
        client, found = self._live(uuid)
        is_answered = "write" in found.properties
        await self._secured(lambda: client.write_gatt_char(found, data, response=is_answered))

    async def listen(self, uuid: str, heard: Heard) -> None:
        """Subscribe."""
        client, found = self._live(uuid)

        def came(_: object, data: bytearray) -> None:
            self._put((heard, bytes(data), self._clock.monotonic_s()))

        await self._secured(lambda: client.start_notify(found, came))

    async def _secured(self, work: Callable[[], Awaitable[_Result]]) -> _Result:
        """Do it; where the device wants to be paired with first, pair once and do it again."""
        try:
            return await work()
        except BleakError as error:
            if self._client is None or reason_of(error) is not Reason.PAIRING_NEEDED:
                raise
            await self._client.pair()
            return await work()

    async def ask(self, uuid: str, request: bytes, is_complete: Callable[[bytes], bool]) -> None:
        """Write a request and hand each piece of the answer over until it is complete. Raises LinkLost."""
        client, found = self._live(uuid)
        if uuid not in self._answers:
            self._answers[uuid] = asyncio.Queue()
            take = self._answers[uuid].put_nowait
            await self._secured(lambda: client.start_notify(found, lambda _, data: take(bytes(data))))
        answers = self._answers[uuid]
        while not answers.empty():
            answers.get_nowait()
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._secured(lambda: client.write_gatt_char(found, request, response=True))
                while not is_complete(await answers.get()):
                    pass
        except TimeoutError as error:
            raise fault(Reason.NO_ANSWER, self.name) from error

    async def _read_battery(self) -> None:
        if not self.has(BATTERY_LEVEL):
            return
        with suppress(*_BROKEN):  # a battery that keeps its level to itself is no reason to refuse
            level = await self.read(BATTERY_LEVEL)
            self.battery_percent = min(level[0], 100) if level else None
            found = self._found(BATTERY_LEVEL)
            if found is not None and "notify" in found.properties:
                await self.listen(BATTERY_LEVEL, self._battery)

    def _battery(self, data: bytes, _: float) -> list[SensorFrame]:
        if data:
            self.battery_percent = min(data[0], 100)
        return []

    def _found(self, uuid: str) -> BleakGATTCharacteristic | None:
        if self._client is None or not self._client.is_connected:
            return None
        return self._client.services.get_characteristic(uuid)

    def _live(self, uuid: str) -> tuple[BleakClient, BleakGATTCharacteristic]:
        found = self._found(uuid)
        if self._client is None or found is None:
            raise fault(Reason.DISCONNECTED, self.name)
        return self._client, found

    def _gone(self, client: BleakClient) -> None:
        if client is self._client:
            self._put(None)

    def _put(self, notice: tuple[Heard, bytes, float] | None) -> None:
        if self._queue.full():
            self._queue.get_nowait()
            self.overruns += 1
        self._queue.put_nowait(notice)
