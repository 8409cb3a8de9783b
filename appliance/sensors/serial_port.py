"""A sensor on a serial line or USB: our wearable's frames, or plain lines of numbers.

pyserial blocks, so a thread reads and stamps each piece with its arrival, and hands it to the event loop.
"""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import serial
from serial.tools import list_ports

from appliance.clock import Clock, SystemClock
from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors.decoders.decoder import Decoder
from appliance.sensors.decoders.text_lines import TextLines
from appliance.sensors.decoders.wearable import WearableDecoder
from appliance.sensors.registry import Finding
from appliance.sensors.sensor import Identity, Sensor, identity

BAUD = 115_200
SILENCE_S = 3.0
_POLL_S = 0.05
_PIECES = 256
_LARGEST_PIECE = 4096

_GROUP = "add the user to the group `dialout` and log in again"
# errno -> is it a refusal?, what it means, what to do.
_TROUBLE: dict[int, tuple[bool, str, str]] = {
    errno.EACCES: (
        True,
        "may not be opened by this user",
        _GROUP,
    ),
    errno.EPERM: (
        True,
        "may not be opened by this user",
        _GROUP,
    ),
    errno.EBUSY: (True, "is used by another program", "close the other program"),
    errno.EAGAIN: (True, "is used by another program", "close the other program"),
    errno.ENOENT: (False, "is not plugged in", "plug the sensor in"),
    errno.ENXIO: (False, "is not plugged in", "plug the sensor in"),
    errno.ENODEV: (False, "is not plugged in", "plug the sensor in"),
}


class SerialSensor:
    """One serial device.

    port: its path. decoder: makes frames of its bytes. silence_s: how long it may say nothing useful.
    """

    def __init__(
        self,
        port: str,
        decoder: Decoder,
        who: Identity | None = None,
        *,
        clock: Clock | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._port = port
        self._decoder = decoder
        self._identity = who or identity("serial", Path(port).name, f"serial {port}")
        self._clock = clock or SystemClock()
        self._silence_s = silence_s
        self._line: serial.Serial | None = None
        self._thread: threading.Thread | None = None
        self._is_stopping = threading.Event()
        # The reader may run this far ahead of the event loop; beyond, the kernel's own buffer holds or drops.
        self._room = threading.BoundedSemaphore(_PIECES)
        self._pieces: asyncio.Queue[tuple[bytes, float] | None] = asyncio.Queue()

    @property
    def identity(self) -> Identity:
        """Who this is, by the name the device gave itself if it did."""
        name = self._decoder.name
        if not name:
            return self._identity
        return Identity(self._identity.sensor_id, name, self._identity.kind)

    async def open(self) -> None:
        """Open the port and start the reader. Raises SensorLost or SensorRefused."""
        try:
            self._line = await asyncio.to_thread(
                serial.Serial, self._port, BAUD, timeout=_POLL_S, exclusive=True
            )
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise _explained(self._port, error) from error
        self._decoder.restart()
        self._is_stopping.clear()
        self._pieces = asyncio.Queue()
        self._room = threading.BoundedSemaphore(_PIECES)
        self._thread = threading.Thread(
            target=self._read, args=(self._line, asyncio.get_running_loop()), name="serial", daemon=True
        )
        self._thread.start()

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give frames as they come. Raises SensorLost when unplugged, silent or not understood."""
        useful_s = self._clock.monotonic_s()
        while True:
            left_s = useful_s + self._silence_s - self._clock.monotonic_s()
            try:
                piece = await asyncio.wait_for(self._pieces.get(), max(left_s, _POLL_S))
            except TimeoutError:
                raise self._silent() from None
            if piece is None:
                raise SensorLost(
                    f"{self.identity.name} was unplugged", "plug it in again; the box is waiting"
                )
            self._room.release()
            for frame in self._decoder.feed(*piece):
                useful_s = self._clock.monotonic_s()
                yield frame
            if self._clock.monotonic_s() - useful_s > self._silence_s:
                raise self._silent()

    async def close(self) -> None:
        """Stop the reader and let go of the port."""
        self._is_stopping.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        if self._line is not None:
            line, self._line = self._line, None
            with suppress(OSError):  # the device may be gone, and then nothing is left to close
                line.close()

    def _silent(self) -> SensorLost:
        dropped = sum(self._decoder.dropped.values())
        if dropped:
            return SensorLost(
                f"{self.identity.name} sends nothing that is understood ({dropped} pieces dropped)",
                "for plain lines of numbers set serial_rate_hz; for our wearable check cable and firmware",
            )
        return SensorLost(f"{self.identity.name} says nothing", "check that the sensor is switched on")

    def _read(self, line: serial.Serial, loop: asyncio.AbstractEventLoop) -> None:
        """The reader's thread: everything that is there, with the moment it came; None at the end."""
        # `in_waiting` raises a bare OSError where `read` raises SerialException; both mean unplugged. A
        # RuntimeError says that the event loop is closed and nobody listens any more.
        with suppress(OSError, RuntimeError):
            while not self._is_stopping.is_set():
                if not self._room.acquire(timeout=_POLL_S):
                    continue
                data = line.read(1)
                if data and (waiting := line.in_waiting):
                    data += line.read(min(waiting, _LARGEST_PIECE))
                if data:
                    loop.call_soon_threadsafe(self._pieces.put_nowait, (data, self._clock.monotonic_s()))
                else:
                    self._room.release()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._pieces.put_nowait, None)


def _explained(port: str, error: Exception) -> SensorLost | SensorRefused:
    number = getattr(error, "errno", None)
    text = str(error)
    if number is None and "exclusively lock" in text:
        number = errno.EBUSY
    is_refused, what, remedy = _TROUBLE.get(
        number or 0, (True, f"cannot be opened: {text}", "give the path of a serial device")
    )
    return (SensorRefused if is_refused else SensorLost)(f"{port} {what}", remedy)


async def find(settings: Settings, is_scan: bool) -> Finding:
    """Look for serial sensors: the port of the settings, or whatever is on USB.

    Ports without a USB id are never opened unasked: they may be the machine's console or a modem.
    """
    named = settings.serial_port
    if named and not Path(named).exists():
        return Finding((), f"{named} is not plugged in", "plug the sensor in, or correct serial_port")
    if named:
        return Finding((_sensor(settings, named, named, named),))
    ports = [port for port in await asyncio.to_thread(list_ports.comports) if port.vid is not None]
    sensors = tuple(
        _sensor(
            settings,
            port.device,
            f"{port.vid:04x}-{port.pid:04x}-{port.serial_number or port.location or Path(port.device).name}",
            f"{port.product or 'USB serial'} on {port.device}",
        )
        for port in ports
    )
    if sensors:
        return Finding(sensors)
    return Finding((), "no USB serial device is plugged in", "plug a wearable in, or set serial_port")


def _sensor(settings: Settings, port: str, key: str, name: str) -> Sensor:
    who = identity("serial", key.removeprefix("/dev/").replace("/", "-"), name)
    decoder: Decoder
    if settings.serial_rate_hz > 0 or settings.serial_channel == Channel.RR:
        decoder = TextLines(who.sensor_id, Channel(settings.serial_channel), settings.serial_rate_hz)
    else:
        decoder = WearableDecoder(who.sensor_id)
    return SerialSensor(port, decoder, who)
