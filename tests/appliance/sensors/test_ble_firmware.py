"""The firmware's own Bluetooth link on a virtual radio, and the box on the other end of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from bleak import BleakClient

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.ble import BleSensor, LinkLost, Wishes, scan
from appliance.sensors.ble.heart_rate import HeartRateProfile
from appliance.sensors.ble.oximeter import CONTINUOUS, OximeterProfile
from firmware import wire
from firmware.aes import Cipher
from firmware.links.ble import BleLink
from tests.peripherals.firmware_radio import FirmwareRadio
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends

SECRET = b"a secret of sixteen"
KEY_ID = 7
ABOUT = {"name": "Echoel wrist", "maker": "Echoel", "model": "one", "serial": "0001", "version": "1.0"}
COUNTS = [1000, -1000, 5, 0, 7, 8, 9, 32767]


def _firmware(radio: FirmwareRadio, is_keyed: bool) -> BleLink:
    if not is_keyed:
        return BleLink(radio, _kept, wire.Encoder(), wire.Decoder(), ABOUT)
    up, seal = wire.derived(SECRET, wire.UP)
    down, _ = wire.derived(SECRET, wire.DOWN)
    encoder = wire.Encoder(up, KEY_ID, 4, Cipher(seal))
    return BleLink(radio, _kept, encoder, wire.Decoder({KEY_ID: down}), ABOUT)


def _kept(value: int | str) -> int | str:
    """The board's `bluetooth.UUID`: names stay what they are until the radio makes them."""
    return value


async def _session(mtu: int, is_keyed: bool) -> tuple[list[SensorFrame], list[wire.Frame], list[str]]:
    air = Air()
    scanner, client = back_ends(await air.device("box"), mtu)
    device = await air.device(ABOUT["name"])
    worn = _firmware(FirmwareRadio(device, mtu), is_keyed)
    found = (await scan(0.3, backend=scanner)).sensors
    wishes = Wishes(keys={KEY_ID: SECRET} if is_keyed else {})
    sensor = BleSensor(
        str(device.random_address), "wrist", wishes, backend=client, clock=LoopClock(), silence_s=1.0
    )
    await sensor.open()
    down = wire.derived(SECRET, wire.DOWN)[0] if is_keyed else b""
    orders = wire.Encoder(down, KEY_ID if is_keyed else 0)

    async def live() -> None:
        for number in range(50):
            worn.send(wire.SAMPLES, number * 32, wire.Samples("ppg", 250.0, 0.5, COUNTS, True).pack())
            if number % 20 == 0:
                worn.tell_heart(61, [1007], True)
                worn.tell_oxygen(97, 61)
                worn.tell_battery(77)
            await asyncio.sleep(0.032)

    living = asyncio.ensure_future(live())
    frames: list[SensorFrame] = []
    told: list[wire.Frame] = []
    with suppress(LinkLost):
        async for frame in sensor.frames():
            frames.append(frame)
            if len(frames) in (5, 25):
                await sensor.send(orders.frame(wire.COMMAND, 0, bytes([len(frames)]) * 12))
            told += worn.receive()
    await living
    assert sensor.battery_percent == 77
    await sensor.close()
    return frames, told, [found_one.identity.sensor_id for found_one in found]


@pytest.mark.parametrize("mtu", [23, 247])
@pytest.mark.parametrize("is_keyed", [False, True], ids=["open", "sealed"])
def test_firmware_and_box_understand_each_other(mtu: int, is_keyed: bool) -> None:
    frames, told, found = run(_session(mtu, is_keyed))
    assert len(found) == 1
    assert {frame.channel for frame in frames} == {Channel.PPG}
    assert [frame.sequence for frame in frames] == list(range(50))
    assert all(frame.values.tolist() == [count * 0.5 for count in COUNTS] for frame in frames)
    assert [frame.payload for frame in told] == [b"\x05" * 12, b"\x19" * 12]


def test_after_a_loss_the_firmware_calls_out_again_and_the_box_is_back() -> None:
    async def twice() -> tuple[int, int]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        device = await air.device(ABOUT["name"])
        worn = _firmware(FirmwareRadio(device), False)
        await asyncio.sleep(0.1)
        sensor = BleSensor(
            str(device.random_address), "wrist", backend=client, clock=LoopClock(), silence_s=1.0
        )
        counts = []
        for _ in range(2):
            await sensor.open()
            for number in range(10):
                worn.send(wire.SAMPLES, number * 32, wire.Samples("ppg", 250.0, 0.5, COUNTS).pack())
                await asyncio.sleep(0.032)
            count = 0
            with suppress(LinkLost):
                async for _ in sensor.frames():
                    count += 1
            counts.append(count)
            await sensor.close()
            await asyncio.sleep(0.2)
        return counts[0], counts[1]

    assert run(twice()) == (10, 10)


def test_the_standard_services_of_the_firmware_are_read_as_those_of_any_strap() -> None:
    """What the firmware notifies for other apps is what the box's own profiles understand."""

    async def heard() -> tuple[list[float], list[SensorFrame]]:
        air = Air()
        _, client = back_ends(await air.device("app"))
        device = await air.device(ABOUT["name"])
        worn = _firmware(FirmwareRadio(device), False)
        await asyncio.sleep(0.1)
        app = BleakClient(str(device.random_address), backend=client)
        await app.connect()
        strap, clip = HeartRateProfile("x"), OximeterProfile("x")
        beats: list[SensorFrame] = []
        oxygen: list[SensorFrame] = []
        await app.start_notify(
            "00002a37-0000-1000-8000-00805f9b34fb",
            lambda _, data: beats.extend(strap.heard(bytes(data), 1.0)),
        )
        await app.start_notify(CONTINUOUS, lambda _, data: oxygen.extend(clip.heard(bytes(data), 1.0)))
        worn.tell_heart(60, [1024, 512], True)
        worn.tell_oxygen(97, 61)
        await asyncio.sleep(0.5)
        maker = await app.read_gatt_char("00002a29-0000-1000-8000-00805f9b34fb")
        assert bytes(maker) == b"Echoel"
        await app.disconnect()
        return [value for frame in beats for value in frame.values.tolist()], oxygen

    beats, oxygen = run(heard())
    assert beats == [1000.0, 500.0]
    # The firmware marks its oxygen as questionable, because nobody has calibrated it; the box believes that.
    assert all(frame.has_contact is False for frame in oxygen)
