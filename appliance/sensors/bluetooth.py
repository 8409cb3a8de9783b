"""Whether Bluetooth can work on this machine, and which sensors are near.

Asks the kernel's files first, so that a machine without a radio is told apart at once and bleak is loaded
only where it can do something.
"""

from __future__ import annotations

import sys
from pathlib import Path

from appliance.contracts import Channel
from appliance.contracts.settings import Settings
from appliance.errors import BadSetting, StorageBroken
from appliance.sensors.names import Known, Names
from appliance.sensors.reasons import NEAR, REASONS, Reason
from appliance.sensors.registry import Finding
from appliance.sensors.sensor import Sensor

SYS_CLASS = Path("/sys/class")
SYSTEM_BUS = Path("/run/dbus/system_bus_socket")
NOT_SEARCHED = Finding((), "not searched", "search with `echoel sensors scan`")


def obstacle(sys_class: Path = SYS_CLASS, bus: Path = SYSTEM_BUS) -> Finding | None:
    """Say at once why Bluetooth cannot work here; None when nothing is known against it."""
    if not sys.platform.startswith("linux"):
        return None
    if not any(sys_class.glob("bluetooth/hci*")):
        return _unavailable(Reason.NO_ADAPTER)
    for switch in sys_class.glob("rfkill/rfkill*"):
        try:
            kind = (switch / "type").read_text().strip()
            is_off = "1" in ((switch / "soft").read_text().strip(), (switch / "hard").read_text().strip())
        except OSError:
            continue
        if kind == "bluetooth" and is_off:
            return _unavailable(Reason.SWITCHED_OFF)
    if not bus.exists():
        return _unavailable(Reason.NO_SERVICE)
    return None


def _unavailable(reason: Reason) -> Finding:
    row = REASONS[reason]
    return Finding((), row.what, row.remedy, False)


async def find(settings: Settings, is_scan: bool) -> Finding:
    """Look for the sensors this box may connect to: the paired ones, or any where none is paired.

    Without is_scan the paired ones are given by their addresses, near or not.
    """
    stopped = obstacle()
    if stopped is not None:
        return stopped
    try:
        paired = {row.sensor_id: row for row in Names(settings.data).all() if _is_paired(row)}
    except StorageBroken as error:
        return Finding((), str(error), error.remedy, False)
    if not is_scan:
        sensors = tuple(at(row) for row in paired.values())
        return Finding(sensors) if sensors else NOT_SEARCHED
    finding = await near(settings)
    if not paired or not finding.sensors:
        return finding
    ours = tuple(sensor for sensor in finding.sensors if sensor.identity.sensor_id in paired)
    if ours:
        return Finding(ours)
    called = ", ".join(row.name or row.own_name or row.address for row in paired.values())
    return Finding((), f"none of the paired sensors is near ({called})", NEAR)


async def near(settings: Settings) -> Finding:
    """Listen for all sensors around, paired or not; what is stored for one is applied to it."""
    stopped = obstacle()
    if stopped is not None:
        return stopped
    from appliance.sensors.ble import scan

    finding = await scan()
    known = {row.sensor_id: row for row in Names(settings.data).all() if row.kind == "ble"}
    return Finding(
        tuple(
            at(known[who], getattr(sensor, "device", None))
            if (who := sensor.identity.sensor_id) in known
            else sensor
            for sensor in finding.sensors
        ),
        finding.reason,
        finding.remedy,
        finding.is_available,
    )


def at(row: Known, device: object = None) -> Sensor:
    """Give a known sensor, by its address or as the scan found it. Raises BadSetting without its key."""
    from appliance.sensors.ble import BleSensor, Wishes

    keys = {row.key_id: _secret(row.key_file)} if row.key_file else {}
    wishes = Wishes(tuple(Channel(name) for name in row.streams), keys)
    return BleSensor(device or row.address, row.name or row.own_name or None, wishes)  # type: ignore[arg-type]


def _secret(file: str) -> bytes:
    try:
        return bytes.fromhex(Path(file).read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise BadSetting(
            f"the key in {file} cannot be read: {error}", "give a file that holds the key in hexadecimal"
        ) from error


def _is_paired(row: Known) -> bool:
    return row.kind == "ble" and row.is_paired
