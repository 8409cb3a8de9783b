"""Standard heart rate straps over Bluetooth Low Energy, through bleak.

Heart Rate Service 0x180D, measurement 0x2A37. Whether there is a radio at all is asked in `bluetooth`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from appliance.clock import Clock, SystemClock
from appliance.contracts import SensorFrame
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors.decoders.heart_rate import StrapBeats
from appliance.sensors.registry import Finding
from appliance.sensors.sensor import Identity, identity

HEART_RATE_SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"
HEART_RATE_MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"
SCAN_S = 4.0
CONNECT_S = 10.0
SILENCE_S = 6.0
# A strap needs some beats before its first interval; one that never sends any is of no use here.
NO_INTERVALS_S = 20.0
NEAR = "wear the strap, wet its electrodes, stay near, end its link to other apps"


class HeartRateStrap:
    """One strap.

    device: what the scan found, or an address. backend: another bleak back end, as the tests use.
    """

    def __init__(
        self,
        device: BLEDevice | str,
        name: str | None = None,
        *,
        backend: Any = None,
        clock: Clock | None = None,
        silence_s: float = SILENCE_S,
        no_intervals_s: float = NO_INTERVALS_S,
    ) -> None:
        address = device if isinstance(device, str) else device.address
        said = name or (None if isinstance(device, str) else device.name) or f"heart rate strap {address}"
        self._device = device
        self._identity = identity("ble", address, said)
        self._backend = backend
        self._clock = clock or SystemClock()
        self._silence_s, self._no_intervals_s = silence_s, no_intervals_s
        self._client: BleakClient | None = None
        self._beats = StrapBeats(self._identity.sensor_id)
        self._notices: asyncio.Queue[tuple[bytes, float] | None] = asyncio.Queue()

    @property
    def identity(self) -> Identity:
        """Who this is."""
        return self._identity

    async def open(self) -> None:
        """Connect and subscribe. Raises SensorLost or SensorRefused."""
        self._notices = asyncio.Queue()
        more = {"backend": self._backend} if self._backend is not None else {}
        client = BleakClient(
            self._device,
            disconnected_callback=lambda _: self._notices.put_nowait(None),
            timeout=CONNECT_S,
            **more,
        )
        self._client = client
        try:
            async with asyncio.timeout(CONNECT_S + 2.0):
                await client.connect()
                if client.services.get_characteristic(HEART_RATE_MEASUREMENT) is None:
                    raise SensorRefused(
                        f"{self._identity.name} is no heart rate strap",
                        "choose a strap with the Heart Rate Service",
                    )
                await client.start_notify(HEART_RATE_MEASUREMENT, self._noticed)
        except TimeoutError as error:
            raise SensorLost(
                f"{self._identity.name} did not answer", "wear it, wet its electrodes, stay near"
            ) from error
        except (BleakError, OSError, EOFError) as error:
            if isinstance(error, SensorRefused):
                raise
            raise _explained(self._identity.name, error) from error

    def _noticed(self, _: object, data: bytearray) -> None:
        self._notices.put_nowait((bytes(data), self._clock.monotonic_s()))

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give the intervals of each notification. Raises SensorLost, or SensorRefused without intervals."""
        useful_s = self._clock.monotonic_s()
        while True:
            try:
                notice = await asyncio.wait_for(self._notices.get(), self._silence_s)
            except TimeoutError:
                raise SensorLost(
                    f"{self._identity.name} fell silent", "wear it and stay near the box"
                ) from None
            if notice is None:
                raise SensorLost(
                    f"{self._identity.name} disconnected", "stay near; the box connects again by itself"
                )
            for frame in self._beats.feed(*notice):
                useful_s = self._clock.monotonic_s()
                yield frame
            if self._clock.monotonic_s() - useful_s > self._no_intervals_s:
                raise SensorRefused(
                    f"{self._identity.name} sends a heart rate but no intervals between beats",
                    "use a strap with RR intervals, such as a chest strap",
                )

    async def close(self) -> None:
        """Disconnect; never raises, because a device that is gone cannot be said good-bye to."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with asyncio.timeout(3.0):
                await client.disconnect()
        except (BleakError, OSError, EOFError, TimeoutError):
            return


def _explained(name: str, error: Exception) -> SensorLost | SensorRefused:
    text = str(error) or type(error).__name__
    for mark in ("NotPermitted", "NotAuthorized", "AuthenticationFailed", "AccessDenied"):
        if mark in text:
            return SensorRefused(
                f"{name} or Bluetooth does not let this program in ({text})",
                "add the user to the group `bluetooth`, or free the strap from other phones and apps",
            )
    return SensorLost(
        f"{name} cannot be reached ({text})", "wear it, stay near, and end its link to other apps"
    )


async def scan(scan_s: float = SCAN_S, *, backend: Any = None, client_backend: Any = None) -> Finding:
    """Listen for heart rate straps for some seconds; the nearest comes first."""
    more = {"backend": backend} if backend is not None else {}
    try:
        async with asyncio.timeout(scan_s + 2.0):
            found = await BleakScanner.discover(
                scan_s, return_adv=True, service_uuids=[HEART_RATE_SERVICE], **more
            )
    except (BleakError, OSError, EOFError, TimeoutError) as error:
        text = str(error) or type(error).__name__
        return Finding(
            (), f"Bluetooth does not answer ({text})", "switch it on: bluetoothctl power on", False
        )
    near = sorted(found.values(), key=lambda pair: pair[1].rssi, reverse=True)
    straps = tuple(
        HeartRateStrap(device, about.local_name, backend=client_backend)
        for device, about in near
        if HEART_RATE_SERVICE in about.service_uuids
    )
    if straps:
        return Finding(straps)
    return Finding(
        (), "no heart rate strap is near", "wear the strap, wet its electrodes, end its link to other apps"
    )
