"""Our wearable over Bluetooth: frames up, commands down, on the smallest packets and on large ones."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.ble import BleSensor, LinkLost, LinkRefused, Reason, Wishes, scan
from firmware import wire
from tests.peripherals.virtual_time import LoopClock, run
from tests.peripherals.wearable import Wearable
from tests.virtual_bluetooth import Air, back_ends

SECRET = bytes(range(16))
COUNTS = [-2000, 0, 1, 2, 1999, 5, 6, 7]


async def _session(
    mtu: int, worn_secret: bytes, known: dict[int, bytes], blocks: int = 40, *, is_sealed: bool = False
) -> tuple[list[SensorFrame], list[wire.Frame], Reason | None]:
    """Stream some blocks of ECG and send a command meanwhile."""
    air = Air()
    scanner, client = back_ends(await air.device("box"), mtu)
    key_id = 3 if worn_secret else 0
    worn = Wearable(
        await air.device("wrist"), secret=worn_secret, key_id=key_id, mtu=mtu, is_sealed=is_sealed
    )
    await worn.advertise()
    found = (await scan(0.3, backend=scanner)).sensors
    assert [sensor.identity.name for sensor in found] == ["wrist"[: 31 - 2 - 16 - 2]]
    sensor = BleSensor(
        worn.address, "wrist", Wishes(keys=known), backend=client, clock=LoopClock(), silence_s=1.0
    )
    await sensor.open()
    assert sensor.battery_percent == 88
    command = wire.Encoder(wire.derived(worn_secret, wire.DOWN)[0] if worn_secret else b"", 3 if known else 0)

    async def stream() -> None:
        for number in range(blocks):
            await worn.sample(number * 32, wire.Samples("ecg", 250.0, 0.001, COUNTS, True))
            await asyncio.sleep(0.032)

    streaming = asyncio.create_task(stream())
    frames: list[SensorFrame] = []
    reason = None
    try:
        async for frame in sensor.frames():
            frames.append(frame)
            if len(frames) == 5:
                await sensor.send(command.frame(wire.COMMAND, 0, b"buzz" * 10))
    except LinkRefused as error:
        reason = error.reason
    except LinkLost:
        pass
    streaming.cancel()
    with suppress(asyncio.CancelledError):
        await streaming
    await sensor.close()
    return frames, worn.told, reason


@pytest.mark.parametrize("mtu", [23, 64, 247])
@pytest.mark.parametrize("secret", [b"", SECRET], ids=["open", "keyed"])
def test_every_sample_arrives_and_every_command_goes_back(mtu: int, secret: bytes) -> None:
    frames, told, reason = run(_session(mtu, secret, {3: secret} if secret else {}))
    assert reason is None
    assert [frame.sequence for frame in frames] == list(range(40))
    assert {frame.channel for frame in frames} == {Channel.ECG}
    assert frames[7].values.tolist() == pytest.approx([count / 1000 for count in COUNTS], abs=1e-7)
    assert [frame.payload for frame in told] == [b"buzz" * 10]


def test_what_is_sealed_is_opened() -> None:
    frames, _, reason = run(_session(247, SECRET, {3: SECRET}, is_sealed=True))
    assert reason is None
    assert len(frames) == 40
    assert frames[7].values.tolist() == pytest.approx([count / 1000 for count in COUNTS], abs=1e-7)


def test_a_recording_of_earlier_frames_is_not_believed() -> None:
    async def replayed() -> list[SensorFrame]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        worn = Wearable(await air.device("wrist"))
        await worn.advertise()
        sensor = BleSensor(worn.address, "wrist", backend=client, clock=LoopClock(), silence_s=1.0)
        await sensor.open()
        encoder = wire.Encoder()
        frame = encoder.frame(wire.SAMPLES, 0, wire.Samples("ecg", 250.0, 0.001, COUNTS).pack())
        for _ in range(5):
            await worn.send_again(frame)
        frames: list[SensorFrame] = []
        with suppress(LinkLost):
            async for frame in sensor.frames():
                frames.append(frame)  # noqa: PERF401  (what came before the link broke is kept)
        await sensor.close()
        return frames

    assert len(run(replayed())) == 1


def test_a_wearable_with_another_key_is_refused_and_none_of_its_frames_believed() -> None:
    frames, _, reason = run(_session(247, SECRET, {3: bytes(16)}))
    assert (frames, reason) == ([], Reason.WRONG_KEY)


def test_an_unkeyed_wearable_is_not_believed_where_a_key_was_agreed() -> None:
    frames, _, reason = run(_session(247, b"", {3: SECRET}))
    assert (frames, reason) == ([], Reason.WRONG_KEY)
