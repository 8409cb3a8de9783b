"""A sensor on a serial line or USB: our wearable's frames, plain lines, or a board's packets.

The event loop itself reads, as soon as the kernel has bytes, and stamps each piece with its arrival; so eight
sensors need no thread and none waits for another. A device is known by its USB ids and serial number, and
looked for by them each time it is opened: the kernel may call it ttyUSB1 after it was pulled.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import serial
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from appliance.clock import Clock, SystemClock
from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors.decoders.decoder import Decoder
from appliance.sensors.decoders.improv import ImprovBeside
from appliance.sensors.registry import Finding
from appliance.sensors.sensor import Identity, Sensor, identity
from appliance.sensors.serial_formats import FORMATS

BAUD = 115_200
SILENCE_S = 3.0
# Boards miss a command that follows too soon.
COMMAND_S = 0.1
# The line may run this far ahead of whoever takes the frames; beyond, the kernel's own buffer holds or drops.
_PIECES = 256
_LARGEST_PIECE = 16_384

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

    port: its path, or a function that finds the path now and gives "" while it is not there. decoder: makes
    frames of its bytes. silence_s: how long it may say nothing useful. baud: bits a second. start: commands
    that make it stream. stop: the one that ends that.
    """

    def __init__(
        self,
        port: str | Callable[[], str],
        decoder: Decoder,
        who: Identity | None = None,
        *,
        clock: Clock | None = None,
        silence_s: float = SILENCE_S,
        baud: int = BAUD,
        start: Sequence[bytes] = (),
        stop: bytes = b"",
    ) -> None:
        self._port = port
        self._decoder = decoder
        name = Path(port).name if isinstance(port, str) else "port"
        self._identity = who or identity("serial", name, f"serial {port}")
        self._clock = clock or SystemClock()
        self._silence_s = silence_s
        self._baud = baud
        self._start, self._stop = tuple(start), stop
        self._line: serial.Serial | None = None
        self._pieces: deque[tuple[bytes, float]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._is_gone = False
        self._is_reading = False

    @property
    def identity(self) -> Identity:
        """Who this is, by the name the device gave itself if it did."""
        name = self._decoder.name
        if not name:
            return self._identity
        return Identity(self._identity.sensor_id, name, self._identity.kind)

    @property
    def decoder(self) -> Decoder:
        """What reads its bytes: what was dropped and why, and its clock, are told there."""
        return self._decoder.decoder if isinstance(self._decoder, ImprovBeside) else self._decoder

    def locate(self) -> str:
        """Look for the path of its port; "" while it is not there."""
        return self._port if isinstance(self._port, str) else self._port()

    async def open(self) -> None:
        """Open the port and begin to read. Raises SensorLost or SensorRefused."""
        port = await asyncio.to_thread(self.locate)
        if not port:
            raise SensorLost(f"{self._identity.name} is not plugged in", "plug the sensor in")
        try:
            self._line = await asyncio.to_thread(serial.Serial, port, self._baud, timeout=0, exclusive=True)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise explained(port, error) from error
        self._decoder.restart()
        self._pieces.clear()
        self._is_gone = False
        try:
            for number, command in enumerate(self._start):
                await asyncio.sleep(COMMAND_S if number else 0.0)
                self._line.write(command)
        except OSError as error:
            raise explained(port, error) from error
        self._listen(True)

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give frames as they come. Raises SensorLost when unplugged, silent or not understood."""
        loop = asyncio.get_running_loop()
        useful_s = self._clock.monotonic_s()
        while True:
            while self._pieces:
                for frame in self._decoder.feed(*self._pieces.popleft()):
                    useful_s = self._clock.monotonic_s()
                    yield frame
            wrong_rate_hz: float | None = getattr(self._decoder, "wrong_rate_hz", None)
            if wrong_rate_hz is not None:
                raise SensorRefused(
                    f"{self.identity.name} sends {wrong_rate_hz:.3g} samples a second, not what is declared",
                    f"set serial_rate_hz = {wrong_rate_hz:.3g}, or restart the device",
                )
            if self._clock.monotonic_s() - useful_s >= self._silence_s:
                raise self._silent()
            if self._is_gone:
                raise SensorLost(
                    f"{self.identity.name} was unplugged", "plug it in again; the box is waiting"
                )
            self._listen(True)
            self._waiter = loop.create_future()
            left_s = useful_s + self._silence_s - self._clock.monotonic_s()
            alarm = loop.call_later(max(left_s, 0.0), self._wake)
            try:
                await self._waiter
            finally:
                alarm.cancel()
                self._waiter = None

    async def close(self) -> None:
        """Stop reading and let go of the port."""
        self._listen(False)
        if self._line is not None:
            line, self._line = self._line, None
            # The device may be gone, and then nothing is left to say good-bye to or to close.
            with suppress(OSError):
                if self._stop:
                    line.write(self._stop)
            with suppress(OSError):
                line.close()

    def _silent(self) -> SensorLost:
        dropped = sum(self._decoder.dropped.values())
        if dropped:
            return SensorLost(
                f"{self.identity.name} sends nothing that is understood ({dropped} pieces dropped)",
                "set serial_rate_hz for plain lines or serial_format for a board; else check the cable",
            )
        return SensorLost(f"{self.identity.name} says nothing", "check that the sensor is switched on")

    def _listen(self, is_wanted: bool) -> None:
        if self._line is None or is_wanted is self._is_reading or (is_wanted and self._is_gone):
            return
        self._is_reading = is_wanted
        loop = asyncio.get_running_loop()
        if is_wanted:
            loop.add_reader(self._line.fileno(), self._read)
        else:
            loop.remove_reader(self._line.fileno())

    def _read(self) -> None:
        """Take what is there, with the moment it came; nothing, or an error, means unplugged."""
        assert self._line is not None
        try:
            data = os.read(self._line.fileno(), _LARGEST_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._pieces.append((data, self._clock.monotonic_s()))
        else:
            self._is_gone = True
        if not data or len(self._pieces) >= _PIECES:
            self._listen(False)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def explained(port: str, error: Exception) -> SensorLost | SensorRefused:
    """Say why a port could not be opened, and what to do."""
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

    The setting is a path, or the id that `echoel sensors` shows. Ports without a USB id are never opened
    unasked: they may be the machine's console or a modem.
    """
    named = settings.serial_port
    if named and ("/" in named or os.sep in named):
        if not Path(named).exists():
            return Finding((), f"{named} is not plugged in", "plug the sensor in, or correct serial_port")
        return Finding((_sensor(settings, named, named, named),))
    keys = {_key(port): port for port in await asyncio.to_thread(_usb_ports)}
    wanted = named.removeprefix("serial:")
    sensors = tuple(
        _sensor(settings, _locator(key), key, f"{port.product or 'USB serial'} on {port.device}")
        for key, port in keys.items()
        if not named or key == wanted
    )
    if sensors:
        return Finding(sensors)
    if named:
        return Finding((), f"{named} is not plugged in", "plug the sensor in, or correct serial_port")
    return Finding((), "no USB serial device is plugged in", "plug a wearable in, or set serial_port")


def _usb_ports() -> list[ListPortInfo]:
    return sorted((port for port in list_ports.comports() if port.vid is not None), key=_key)


def _key(port: ListPortInfo) -> str:
    """What stays the same however often a device is pulled: ids and serial number, or its socket."""
    return f"{port.vid:04x}-{port.pid:04x}-{port.serial_number or port.location or Path(port.device).name}"


def _locator(key: str) -> Callable[[], str]:
    """Make a function that looks where the device is now."""
    return lambda: next((str(port.device) for port in _usb_ports() if _key(port) == key), "")


def _sensor(settings: Settings, port: str | Callable[[], str], key: str, name: str) -> Sensor:
    who = identity("serial", key.removeprefix("/dev/").replace("/", "-"), name)
    row = FORMATS[settings.serial_format]
    decoder = row.make(who.sensor_id, settings)
    return SerialSensor(port, decoder, who, baud=row.baud, start=row.start, stop=row.stop)
