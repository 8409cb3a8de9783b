"""A pulse oximeter over Bluetooth: readings come as they are, and a finger that is out shows nothing."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.ble import BleSensor, LinkLost, scan
from tests.peripherals.oximeter import DEMONSTRATION, FINGER_OUT, INVALID, Oximeter
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends


async def _session(mtu: int) -> tuple[list[SensorFrame], BleSensor, list[str]]:
    air = Air()
    scanner, client = back_ends(await air.device("box"), mtu)
    clip = Oximeter(await air.device("clip"), mtu=mtu)
    await clip.advertise()
    (found,) = (await scan(0.3, backend=scanner)).sensors
    assert found.identity.name == "clip"
    sensor = BleSensor(clip.address, "clip", backend=client, clock=LoopClock(), silence_s=1.0)
    await sensor.open()
    await clip.reading(97.5, 61.0)
    await clip.reading(96.0, 62.0, status=FINGER_OUT)
    await clip.reading(95.0, 63.0, measured=INVALID)
    await clip.send(clip.continuous, b"\x0c\x01")
    await clip.spot_check(98.1, 64.0)
    await clip.reading(99.0, 60.0, measured=DEMONSTRATION)
    frames: list[SensorFrame] = []
    with suppress(LinkLost):
        async for frame in sensor.frames():
            frames.append(frame)  # noqa: PERF401  (what came before the link broke is kept)
    notes = sensor.notes
    await sensor.close()
    return frames, sensor, notes


@pytest.mark.parametrize("mtu", [23, 247])
def test_readings_arrive_and_a_finger_that_is_out_shows_nothing(mtu: int) -> None:
    frames, sensor, notes = run(_session(mtu))
    oxygen = [frame for frame in frames if frame.channel is Channel.OXYGEN]
    pulse = [frame for frame in frames if frame.channel is Channel.PULSE_RATE]
    assert np.array([frame.values[0] for frame in oxygen]) == pytest.approx(
        [97.5, np.nan, np.nan, 98.1, 99.0], nan_ok=True
    )
    assert np.array([frame.values[0] for frame in pulse]) == pytest.approx(
        [61.0, np.nan, np.nan, 64.0, 60.0], nan_ok=True
    )
    assert [frame.has_contact for frame in oxygen] == [True, False, False, None, True]
    assert [frame.is_simulated for frame in oxygen] == [False, False, False, False, True]
    assert {frame.unit for frame in oxygen} == {"%"}
    assert sensor.battery_percent == 42
    assert len(notes) == 1


def test_no_reading_becomes_a_heartbeat() -> None:
    frames, _, _ = run(_session(247))
    assert {frame.channel for frame in frames} == {Channel.OXYGEN, Channel.PULSE_RATE}
