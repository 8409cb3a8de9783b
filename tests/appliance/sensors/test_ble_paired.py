"""The box with its paired straps: found by a scan, streaming at once by name, strangers left alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from bumble.device import Device
from bumble.hci import HCI_CONNECTION_TIMEOUT_ERROR

from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.sensors.hub import Hub
from appliance.sensors.names import Known, Names
from appliance.sensors.registry import Kind
from appliance.sensors.status import SensorState, SensorStatus
from tests.peripherals.room import Live, enter, worn

BLE = Kind("ble", "Bluetooth", "appliance.sensors.bluetooth", is_radio=True)
# The second and third device that come into the room.
ANNA, BEN = "F2:11:22:33:44:55", "F3:11:22:33:44:55"


def _evening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, devices: dict[str, Live]
) -> tuple[list[SensorFrame], list[SensorStatus]]:
    """Five minutes of a box that is paired with Anna and Ben."""
    room = enter(monkeypatch)
    room.devices = devices
    for address, name in ((ANNA, "Anna"), (BEN, "Ben")):
        row = Known(f"ble:{address}", "ble", address, "H10", name, True)
        Names(tmp_path).change(row.sensor_id, lambda _, row=row: row)
    frames: list[SensorFrame] = []
    told: list[SensorStatus] = []

    async def evening() -> None:
        box = Hub(
            Settings(data=tmp_path),
            lambda _: None,
            told.append,
            kinds=[BLE],
            is_together=True,
            on_every=frames.append,
        )
        hub = asyncio.ensure_future(box.run())
        await asyncio.sleep(300.0)
        hub.cancel()
        await asyncio.wait((hub,))

    room.run(evening())
    return frames, told


def test_two_paired_straps_stream_at_once_and_a_third_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = {"H10 A": worn, "H10 B": worn, "H10 of a stranger": worn}
    frames, told = _evening(tmp_path, monkeypatch, devices)
    assert [s.name for s in told if s.state is SensorState.CONNECTED] == ["Anna"]  # the one that counts
    counts = Counter(frame.sensor_id for frame in frames)
    assert set(counts) == {f"ble:{ANNA}", f"ble:{BEN}"}
    assert min(counts.values()) > 200.0 / 0.8


def test_a_paired_strap_at_home_does_not_hold_up_the_one_that_drops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dropping(device: Device) -> None:
        life = asyncio.ensure_future(worn(device))
        try:
            while True:
                await asyncio.sleep(23.7)
                for connection in list(device.connections.values()):
                    await connection.disconnect(HCI_CONNECTION_TIMEOUT_ERROR)
        finally:
            life.cancel()

    frames, _ = _evening(tmp_path, monkeypatch, {"H10 A": dropping})
    times_s = [frame.arrival_s for frame in frames]
    waits_s = [later_s - earlier_s for earlier_s, later_s in pairwise(times_s)]
    assert len([wait_s for wait_s in waits_s if wait_s > 0.9]) >= 10
    assert max(waits_s) <= 3.0 + 0.8
