"""Bluetooth that is off, absent or closed to this program: a documented reason and a remedy, no failure."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from appliance.contracts.settings import Settings
from appliance.sensors import bluetooth
from appliance.sensors.ble.trouble import explained
from appliance.sensors.bluetooth import obstacle
from appliance.sensors.reasons import REASONS, LinkRefused, Reason, fault

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "straps.md"


def _machine(folder: Path, has_adapter: bool, is_off: bool, has_service: bool) -> tuple[Path, Path]:
    if has_adapter:
        (folder / "bluetooth" / "hci0").mkdir(parents=True)
    switch = folder / "rfkill" / "rfkill0"
    switch.mkdir(parents=True)
    (switch / "type").write_text("bluetooth\n", encoding="ascii")
    (switch / "soft").write_text("1\n" if is_off else "0\n", encoding="ascii")
    (switch / "hard").write_text("0\n", encoding="ascii")
    bus = folder / "bus"
    if has_service:
        bus.touch()
    return folder, bus


@pytest.mark.parametrize(
    ("has_adapter", "is_off", "has_service", "reason"),
    [
        (False, False, True, Reason.NO_ADAPTER),
        (True, True, True, Reason.SWITCHED_OFF),
        (True, False, False, Reason.NO_SERVICE),
    ],
)
def test_bluetooth_that_cannot_work_is_a_state_with_a_remedy(
    tmp_path: Path, has_adapter: bool, is_off: bool, has_service: bool, reason: Reason
) -> None:
    finding = obstacle(*_machine(tmp_path, has_adapter, is_off, has_service))
    assert finding is not None
    assert (finding.reason, finding.remedy) == (REASONS[reason].what, REASONS[reason].remedy)
    assert not finding.is_available


def test_bluetooth_that_can_work_is_no_obstacle(tmp_path: Path) -> None:
    assert obstacle(*_machine(tmp_path, True, False, True)) is None


def test_a_radio_that_does_not_answer_is_a_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel shows an adapter, but nothing answers on the message bus."""
    monkeypatch.setattr(bluetooth, "obstacle", lambda: None)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    finding = asyncio.run(bluetooth.find(Settings(data=tmp_path), True))
    assert not finding.sensors
    assert not finding.is_available
    assert REASONS[Reason.NO_SERVICE].what in finding.reason
    assert finding.remedy


_RAISED = [
    (BleakBluetoothNotAvailableError("x", BleakBluetoothNotAvailableReason.NO_BLUETOOTH), Reason.NO_ADAPTER),
    (
        BleakBluetoothNotAvailableError("x", BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE),
        Reason.NO_LOW_ENERGY,
    ),
    (BleakBluetoothNotAvailableError("x", BleakBluetoothNotAvailableReason.POWERED_OFF), Reason.SWITCHED_OFF),
    (
        BleakBluetoothNotAvailableError("x", BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM),
        Reason.NOT_PERMITTED,
    ),
    (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), Reason.SWITCHED_OFF),
    (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["Rejected send"]), Reason.NOT_PERMITTED),
    (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["no bluez"]), Reason.NO_SERVICE),
    (BleakDBusError("org.bluez.Error.AuthenticationFailed", []), Reason.PAIRING_NEEDED),
    (BleakGATTProtocolError(0x05), Reason.PAIRING_NEEDED),
    (BleakGATTProtocolError(0x0F), Reason.PAIRING_NEEDED),
    (BleakGATTProtocolError(0x01), Reason.UNREACHABLE),
    (BleakDeviceNotFoundError("AA", "gone"), Reason.NOT_FOUND),
    (BleakError("failed to discover services, device disconnected"), Reason.UNREACHABLE),
    (PermissionError(13, "Permission denied"), Reason.NOT_PERMITTED),
    (ConnectionRefusedError(111, "Connection refused"), Reason.NO_SERVICE),
    (EOFError(), Reason.UNREACHABLE),
]


@pytest.mark.parametrize(("raised", "reason"), _RAISED, ids=lambda value: str(value)[:40])
def test_what_the_radio_raises_becomes_a_documented_reason(raised: Exception, reason: Reason) -> None:
    error = explained("the strap", raised)
    assert error.reason is reason
    assert isinstance(error, LinkRefused) == REASONS[reason].is_refused
    assert str(error)
    assert error.remedy
    assert "{" not in str(error)


def test_every_reason_has_a_row_and_stands_in_the_manual() -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    assert set(REASONS) == set(Reason)
    assert [reason for reason in Reason if f"`{reason}`" not in manual] == []
    assert all(fault(reason, "strap").remedy for reason in Reason)
