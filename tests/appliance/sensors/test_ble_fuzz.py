"""Whatever a Bluetooth sensor sends: nothing raises, nothing is invented, and no other one has to wait."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import numpy as np
import pytest

from appliance.contracts import SensorFrame
from appliance.sensors.ble import BleSensor, LinkLost, link
from appliance.sensors.ble.heart_rate import HeartRateProfile
from appliance.sensors.ble.oximeter import OximeterProfile
from appliance.sensors.ble.polar import PolarProfile
from appliance.sensors.ble.wearable import WearableProfile
from firmware import wire
from tests.peripherals.room import worn
from tests.peripherals.strap import Strap
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends

ROUNDS = 10_000
SECRET = bytes(range(16))
_ECG = bytes([0]) + (10**18).to_bytes(8, "little") + b"\x00" + bytes(219)
_ACC = bytes([2]) + (10**18).to_bytes(8, "little") + b"\x81" + bytes(6) + bytes([8, 4]) + bytes(12)
_GOOD: dict[str, tuple[Callable[[], object], tuple[bytes, ...]]] = {
    "heart-rate": (lambda: HeartRateProfile("x"), (b"\x16\x48\x00\x04\x10\x03", b"\x1e\x48\x01\x00\x00\x04")),
    "polar": (lambda: PolarProfile("x"), (_ECG, _ACC, bytes([3]) + bytes(9) + b"\x4b\x20\x03\x0a\x00\x06")),
    "oximeter": (lambda: OximeterProfile("x"), (b"\x0c\xcf\xf3\x62\xf2\x00\x00\x00\x00\x00",)),
    "wearable": (lambda: WearableProfile("x", {1: SECRET}), (bytes([1, 1]) + bytes(30),)),
}


def _spoiled(good: tuple[bytes, ...], dice: random.Random) -> bytes:
    data = bytearray(dice.choice(good))
    for _ in range(dice.randrange(1, 5)):
        act = dice.randrange(4)
        if act == 0 and data:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        elif act == 1:
            del data[dice.randrange(len(data) + 1) :]
        elif act == 2:
            data += dice.randbytes(dice.randrange(20))
        else:
            data = bytearray(dice.randbytes(dice.randrange(245)))
    return bytes(data)


@pytest.mark.parametrize("name", _GOOD)
def test_ten_thousand_spoiled_notifications_raise_nothing(name: str) -> None:
    make, good = _GOOD[name]
    profile, dice = make(), random.Random(6)
    for number in range(ROUNDS):
        for frame in profile.heard(_spoiled(good, dice), number * 0.1):  # type: ignore[attr-defined]
            assert frame.sensor_id == "x"
            assert np.isfinite(frame.sensor_time_s)
            assert frame.values.dtype == np.float64


def test_no_spoiled_frame_of_a_keyed_wearable_is_believed_and_a_good_one_is() -> None:
    """The good one is the control: the door is not simply shut."""
    profile, dice = WearableProfile("x", {1: SECRET}), random.Random(7)
    encoder = wire.Encoder(wire.derived(SECRET, wire.UP)[0], 1, 5)
    payload = wire.Samples("ecg", 250.0, 0.001, [1, 2, 3, 4]).pack()
    good = tuple(encoder.frame(wire.SAMPLES, number * 16, payload) for number in range(20))
    believed = 0
    for number in range(ROUNDS):
        data = _spoiled(good, dice)
        believed += len(profile.heard(data, number * 0.1)) if data not in good else 0
    assert believed == 0
    assert len(profile.heard(encoder.frame(wire.SAMPLES, 999, payload), 1e4)) == 1


def test_a_sensor_that_floods_keeps_no_other_waiting_and_takes_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(link, "LONGEST_QUEUE", 64)

    async def flooded() -> tuple[list[SensorFrame], int, int]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        mad, calm = Strap(await air.device("mad")), await air.device("calm")
        await mad.advertise()
        life = asyncio.ensure_future(worn(calm))
        flooding = BleSensor(mad.address, backend=client, clock=LoopClock())
        reading = BleSensor(str(calm.random_address), backend=client, clock=LoopClock())
        await asyncio.sleep(0.1)
        await flooding.open()  # and nobody reads it
        await reading.open()
        frames: list[SensorFrame] = []

        async def read() -> None:
            async for frame in reading.frames():
                frames.append(frame)  # noqa: PERF401  (it is read while it grows)

        reader = asyncio.ensure_future(read())
        for _ in range(200):
            for _ in range(5):
                await mad.notify(1024)
            await asyncio.sleep(0.05)
        for task in (reader, life):
            task.cancel()
        await asyncio.gather(reader, life, return_exceptions=True)
        waiting = flooding._queue.qsize()
        await flooding.close()
        await reading.close()
        return frames, waiting, flooding.overruns

    frames, waiting, overruns = run(flooded())
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    assert len(frames) >= 10
    assert waiting <= 64
    assert overruns == 1000 - waiting


def test_a_link_that_breaks_while_its_streams_are_stopped_is_let_go() -> None:
    async def breaking() -> bool:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        await strap.advertise()
        sensor = BleSensor(strap.address, backend=client, clock=LoopClock())
        await sensor.open()
        await asyncio.gather(sensor.close(), strap.drop(is_timeout=True), return_exceptions=True)
        await asyncio.sleep(1.0)
        with pytest.raises(LinkLost):
            await sensor.write(link.BATTERY_LEVEL, b"")
        return strap.is_connected

    assert not run(breaking())
