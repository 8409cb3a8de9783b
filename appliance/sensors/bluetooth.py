"""Whether Bluetooth can work on this machine, and which sensors are near.

Asks the kernel's files first, so that a machine without a radio is told apart at once and bleak is loaded
only where it can do something.
"""

from __future__ import annotations

import sys
from pathlib import Path

from appliance.contracts.settings import Settings
from appliance.sensors.reasons import REASONS, Reason
from appliance.sensors.registry import Finding

SYS_CLASS = Path("/sys/class")
SYSTEM_BUS = Path("/run/dbus/system_bus_socket")


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
    """Look for sensors; without is_scan only say whether Bluetooth could."""
    stopped = obstacle()
    if stopped is not None:
        return stopped
    if not is_scan:
        return Finding((), "not searched", "search with `echoel sensors scan`")
    from appliance.sensors.ble import scan

    return await scan()
