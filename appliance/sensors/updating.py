"""New code for a wearable, over its cable: how it is, what is sent, and whether it keeps it.

The wearable tests the new code itself and goes back to the old one when anything is wrong (`firmware.ota`,
`firmware.slots`), so every failure here leaves it running; the errors say which code that is.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import serial

from appliance.contracts.settings import Settings
from appliance.errors import EchoelError, Misused, SensorLost, SensorRefused
from appliance.sensors import serial_port
from appliance.sensors.choosing import meant
from appliance.sensors.pairing import free
from appliance.sensors.registry import KINDS
from firmware import commands, wire
from firmware.sender import Cable, Sender, UpdateRefused, files_of

# It tells how it is every two seconds.
STATUS_S = 10.0
# Three starts that fail, then the old code; the longest trial that can be set is ten minutes.
PROOF_S = 120.0
_AGAIN_S = 0.2
_AGAIN = "plug the wearable in and send it again: echoel sensors update"
# What the wearable answers -> what a person does about it; the others are told to send it again.
_REMEDIES = {
    commands.LOW_BATTERY: "charge it to 30 % or more, then send it again",
    commands.ON_TRIAL: "wait until its new code has proved itself, a minute or two, then send it again",
    commands.OLD: "nothing; it has this update or a newer one: echoel sensors update --check",
    commands.FULL: "write MicroPython's image and our files anew, as docs/firmware.md says",
    commands.FAILED: "charge it and start it again; if it stays so, its flash is worn",
    commands.UNKNOWN: "write our files to it with mpremote, as docs/firmware.md says",
}

# What the new code says to the end of the update that it came with.
_STARTED = (commands.INCOMPLETE, commands.ON_TRIAL)

# Stage, bytes that arrived, bytes in all.
Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wearable:
    """How a wearable says it is. battery_percent: None when unknown; update: number of its newest one."""

    name: str
    serial: str
    version: str
    update: int
    battery_percent: int | None
    is_low: bool
    is_on_trial: bool


@dataclass(frozen=True, slots=True)
class Update:
    """What was found and done. size_bytes: of all files; is_kept: None when nothing was sent."""

    wearable: Wearable
    version: str
    number: int
    files: int
    size_bytes: int
    is_kept: bool | None = None

    @property
    def is_needed(self) -> bool:
        """Whether the wearable runs another version than the box has."""
        return self.wearable.version != self.version


async def port_of(settings: Settings, wanted: str | None) -> Callable[[], str]:
    """Give what finds the port of the wearable that is meant. Raises Misused or SensorLost."""
    finding = await serial_port.find(settings, False)
    if not finding.sensors:
        raise SensorLost(finding.reason, finding.remedy)
    sensor = await meant(settings, wanted, [kind for kind in KINDS if kind.name == "serial"])
    if not isinstance(sensor, serial_port.SerialSensor):
        raise Misused(f"{sensor.identity.name} is not on a cable", "plug it in; new code goes over USB only")
    free(settings, sensor.identity, ("serial",))
    return sensor.locate


def check(port: Callable[[], str]) -> Update:
    """Ask how the wearable is and what it would get; nothing is sent. Raises EchoelError."""
    with _opened(port) as line:
        return _wanted(_heard(line), files_of())


def update(port: Callable[[], str], show: Show) -> Update:
    """Send the box's firmware and wait until the wearable keeps it. Raises EchoelError."""
    files = files_of()
    with _opened(port) as line:
        wanted = _wanted(_heard(line), files)
        sender = Sender(files, wanted.number, wanted.version)
        _send(line, sender, show)
    show("proving", sender.size, sender.size)
    if not _is_kept(port, wanted.number):
        raise SensorRefused(
            "the new code did not prove itself in time; the wearable goes back to its old code",
            "leave it plugged in for a minute, look with `echoel sensors update --check`, and send it again",
        )
    return Update(wanted.wearable, wanted.version, wanted.number, wanted.files, wanted.size_bytes, True)


def _opened(port: Callable[[], str]) -> serial.Serial:
    path = port()
    if not path:
        raise SensorLost("the wearable is not plugged in", _AGAIN)
    try:
        return serial.Serial(path, serial_port.BAUD, timeout=0.01, exclusive=True)
    except (OSError, ValueError) as error:  # SerialException is an OSError
        raise serial_port.explained(path, error) from error


def _heard(line: serial.Serial) -> Wearable:
    """Listen until the wearable has told its name and how it is."""
    decoder = wire.Decoder()
    hello, status = None, None
    ends_s = time.monotonic() + STATUS_S
    try:
        while (hello is None or status is None) and time.monotonic() < ends_s:
            for frame in decoder.feed(line.read(4096)):
                if frame.kind == wire.HELLO:
                    hello = wire.unpack_hello(frame.payload)
                elif frame.kind == wire.STATUS:
                    status = commands.unpack_status(frame.payload)
    except OSError as error:
        raise SensorLost("the wearable was unplugged before anything was sent", _AGAIN) from error
    if hello is None or status is None:
        raise SensorLost(
            f"what is on {line.port} does not speak as a wearable of ours",
            "switch the wearable on, or give the id of another: echoel sensors",
        )
    battery, flags, _, _, _, number, version = status
    level = None if battery == commands.UNKNOWN_BATTERY else battery
    is_low, is_on_trial = bool(flags & commands.LOW), bool(flags & commands.TRIAL)
    return Wearable(hello[1], hello[0], version, number, level, is_low, is_on_trial)


def _wanted(wearable: Wearable, files: dict[str, bytes]) -> Update:
    said = re.search(rb'^VERSION = "([^"]+)"', files.get("firmware/main.py", b""), re.MULTILINE)
    version = said[1].decode() if said else "unknown"
    size = sum(len(data) for data in files.values())
    return Update(wearable, version, wearable.update + 1, len(files), size)


def _cable(line: serial.Serial) -> Cable:
    # Drawn anew for each: a wearable passes over commands whose boot and number it has heard already.
    return Cable(line, boot=1 + secrets.randbelow(0xFFFF))


def _send(line: serial.Serial, sender: Sender, show: Show) -> None:
    """Bring it all over. When only the last reply is lost to the restart, the proof tells how it went."""
    try:
        _cable(line).update(sender, lambda: show("sending", sender.confirmed, sender.size))
    except UpdateRefused as error:
        if error.reason in _STARTED and sender.confirmed >= sender.size:
            return
        remedy = _REMEDIES.get(error.reason, "send it again; if it stays so, try another cable")
        raise SensorRefused(f"the wearable refuses the update: {error}", remedy) from error
    except OSError as error:  # TimeoutError too
        if sender.confirmed < sender.size:
            raise _cut(sender, error) from error


def _cut(sender: Sender, error: OSError) -> EchoelError:
    what = "the wearable answers no more" if isinstance(error, TimeoutError) else "the cable was pulled"
    part = f"{sender.confirmed / sender.size:.0%}"
    return SensorLost(f"{what} when {part} had arrived; it still runs its old code, whole", _AGAIN)


def _is_kept(port: Callable[[], str], number: int) -> bool:
    """Listen until the new code is kept. A reset takes a USB port away for a moment; it is opened again."""
    ends_s = time.monotonic() + PROOF_S
    while (left_s := ends_s - time.monotonic()) > 0.0:
        with suppress(OSError), _opened(port) as line:
            if _cable(line).prove(number, left_s):
                return True
            continue
        time.sleep(_AGAIN_S)
    return False


def told(done: Update) -> str:
    """Say for a person what was found or done."""
    it = done.wearable
    if done.is_kept:
        return f"{it.name} keeps version {done.version} (update {done.number})"
    battery = "battery unknown" if it.battery_percent is None else f"battery {it.battery_percent} %"
    state = ", low" if it.is_low else ""
    trial = "; its newest code is still on trial" if it.is_on_trial else ""
    need = "send it with: echoel sensors update" if done.is_needed else "no update is needed"
    now = f"{it.name} ({it.serial}) has version {it.version}, {battery}{state}{trial}"
    return f"{now}; the box has {done.version}: {need}"
