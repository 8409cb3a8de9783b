"""A Polar strap over Bluetooth: raw ECG at 130 Hz, motion whole and compressed, intervals, refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.ble import BleSensor, LinkLost, LinkRefused, Reason, Wishes
from appliance.sensors.ble import polar_control as pmd
from tests.peripherals.polar import ACC, ECG, PPI, PolarStrap
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends

BLOCK, ECG_HZ, ACC_HZ = 73, 130.0, 50.0
START_NS = 600_000_000 * 10**9
ECG_UV = (np.round(900 * np.sin(np.arange(BLOCK * 20) * 0.31)) - 40).astype(int)

Play = Callable[[PolarStrap], Awaitable[None]]


async def _session(
    play: Play,
    streams: tuple[Channel, ...] = (),
    *,
    mtu: int = 247,
    strap: PolarStrap | None = None,
    **more: object,
) -> tuple[list[SensorFrame], PolarStrap, BleSensor, Reason | None]:
    """Connect, let the strap play, hear what comes until it falls silent, leave."""
    air = Air()
    _, client = back_ends(await air.device("box"), mtu)
    strap = PolarStrap(await air.device("Polar H10"), mtu=mtu, **more)  # type: ignore[arg-type]
    await strap.advertise()
    sensor = BleSensor(
        strap.address, "H10", Wishes(streams), backend=client, clock=LoopClock(), silence_s=2.0
    )
    frames: list[SensorFrame] = []
    reason = None
    try:
        await sensor.open()
        playing = asyncio.ensure_future(play(strap))
        async for frame in sensor.frames():
            frames.append(frame)  # noqa: PERF401  (what came before the link broke is kept)
        await playing
    except LinkRefused as error:
        reason = error.reason
    except LinkLost as error:
        reason = error.reason
    notes = sensor.notes
    await sensor.close()
    await asyncio.sleep(0.1)
    sensor.told = notes  # type: ignore[attr-defined]
    return frames, strap, sensor, reason


async def _ecg(strap: PolarStrap) -> None:
    for number in range(20):
        await asyncio.sleep(BLOCK / ECG_HZ)
        last_ns = START_NS + round((number + 1) * BLOCK / ECG_HZ * 1e9)
        await strap.ecg(last_ns, ECG_UV[number * BLOCK : (number + 1) * BLOCK].tolist())


def test_the_ecg_arrives_whole_at_130_hz_and_is_stopped_before_leaving() -> None:
    frames, strap, sensor, _ = run(_session(_ecg))
    assert {(frame.channel, frame.unit, frame.rate_hz) for frame in frames} == {(Channel.ECG, "mV", ECG_HZ)}
    assert np.concatenate([frame.values for frame in frames]) == pytest.approx(ECG_UV / 1000)
    assert [frame.sequence for frame in frames] == list(range(20))
    assert sensor.battery_percent == 93
    assert strap.asked[:2] == [bytes([1, ECG]), bytes.fromhex("02 00 00 01 82 00 01 01 0e 00")]
    assert strap.asked[-1] == bytes([3, ECG])
    assert strap.running == set()
    assert not strap.is_connected
    late_s = [frame.arrival_s - frame.sensor_time_s - (BLOCK - 1) / ECG_HZ for frame in frames]
    assert max(late_s) - min(late_s) < 0.005


@pytest.mark.parametrize("bits", [0, 6, 9, 16])
def test_motion_arrives_the_same_whole_and_in_differences(bits: int) -> None:
    random = np.random.default_rng(bits)
    reach = 25 if bits == 6 else 200
    rows = np.cumsum(random.integers(-reach, reach, (60, 3)), axis=0).clip(-3000, 3000)
    rows = [tuple(int(value) for value in row) for row in rows]

    async def move(strap: PolarStrap) -> None:
        for block in range(3):
            part = rows[block * 20 : (block + 1) * 20]
            last_ns = START_NS + round((block + 1) * 20 / ACC_HZ * 1e9)
            await (strap.acc_packed(last_ns, part, bits) if bits else strap.acc(last_ns, part))
            await asyncio.sleep(20 / ACC_HZ)

    frames, strap, _, _ = run(_session(move, (Channel.MOTION,)))
    assert bytes.fromhex("02 02 00 01 32 00 01 01 10 00 02 01 04 00") in strap.asked
    assert {(frame.channel, frame.rate_hz, frame.unit) for frame in frames} == {(Channel.MOTION, ACC_HZ, "g")}
    assert np.concatenate([frame.values for frame in frames]) == pytest.approx(np.array(rows) / 1000)


def test_an_armband_without_electrodes_gives_its_intervals() -> None:
    async def beat(strap: PolarStrap) -> None:
        await strap.ppi([(75, 800, 10, 0b110), (75, 812, 10, 0b110), (75, 900, 40, 0b111)])
        await strap.ppi([(75, 790, 10, 0b110)])

    frames, strap, _, _ = run(_session(beat, measurements=(1, 2, PPI)))
    assert list(strap.asked[0]) == [1, PPI]
    assert {frame.channel for frame in frames} == {Channel.RR}
    values = np.concatenate([frame.values for frame in frames])
    assert values[[0, 1, 3]].tolist() == [800.0, 812.0, 790.0]
    assert np.isnan(values[2])


async def _beats(strap: PolarStrap) -> None:
    for _ in range(10):
        await strap.beat(1024)
        await asyncio.sleep(1.0)


def test_small_packets_bring_heartbeats_instead_of_the_ecg_and_a_note() -> None:
    frames, strap, sensor, _ = run(_session(_beats, mtu=23))
    assert [frame.values.tolist() for frame in frames] == [[1000.0]] * 10
    assert strap.running == set()
    (note,) = sensor.told  # type: ignore[attr-defined]
    assert "packets too small" in note


def test_a_strap_is_asked_for_its_intervals_alone_where_they_are_wanted() -> None:
    frames, strap, _, _ = run(_session(_beats, (Channel.RR,)))
    assert {frame.channel for frame in frames} == {Channel.RR}
    assert strap.asked == []


def test_a_stream_left_running_by_somebody_is_stopped_and_started_anew() -> None:
    async def left_on(strap: PolarStrap) -> None:
        await _ecg(strap)

    async def session() -> tuple[int, list[bytes]]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = PolarStrap(await air.device("H10"))
        strap.running.add(ECG)
        await strap.advertise()
        sensor = BleSensor(strap.address, backend=client, clock=LoopClock(), silence_s=2.0)
        await sensor.open()
        playing = asyncio.ensure_future(left_on(strap))
        count = 0
        with suppress(LinkLost):
            async for _ in sensor.frames():
                count += 1
        await playing
        await sensor.close()
        return count, strap.asked

    count, asked = run(session())
    assert count == 20
    assert [question[0] for question in asked] == [1, 2, 3, 2, 3]


def test_a_strap_in_its_charger_says_so() -> None:
    frames, strap, _, reason = run(_session(_ecg, is_charging=True))
    assert (frames, reason) == ([], Reason.IN_CHARGER)
    assert not strap.is_connected


def test_a_strap_that_wants_to_be_paired_says_so() -> None:
    _, strap, _, reason = run(_session(_ecg, is_shy=True))
    assert reason is Reason.PAIRING_NEEDED
    assert not strap.is_connected


def test_a_strap_that_answers_the_paired_is_paired_with_and_streams() -> None:
    frames, strap, _, _ = run(_session(_ecg, is_bonding=True))
    assert len(frames) == 20
    assert strap.asked[-1] == bytes([3, ECG])


def test_a_signal_that_is_not_there_is_a_note_and_the_rest_goes_on() -> None:
    frames, _, sensor, _ = run(_session(_ecg, (Channel.ECG, Channel.TEMPERATURE)))
    assert len(frames) == 20
    assert sensor.told == ["H10 has no temperature"]  # type: ignore[attr-defined]


def test_after_a_drop_the_ecg_goes_on_with_a_gap_of_its_true_length() -> None:
    async def session() -> list[SensorFrame]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = PolarStrap(await air.device("H10"))
        await strap.advertise()
        sensor = BleSensor(strap.address, backend=client, clock=LoopClock(), silence_s=2.0)
        frames: list[SensorFrame] = []
        for first in (0, 10):
            await sensor.open()
            for number in range(first, first + 5):
                await asyncio.sleep(BLOCK / ECG_HZ)
                last_ns = START_NS + round((number + 1) * BLOCK / ECG_HZ * 1e9)
                await strap.ecg(last_ns, [0] * BLOCK)
            await strap.drop(is_timeout=True)
            with suppress(LinkLost):
                async for frame in sensor.frames():
                    frames.append(frame)  # noqa: PERF401  (what came before the link broke is kept)
            await sensor.close()
            strap.running.clear()
            await strap.advertise()
            await asyncio.sleep(max(10 * BLOCK / ECG_HZ - asyncio.get_running_loop().time(), 0.0))
        return frames

    frames = run(session())
    assert len(frames) == 10
    assert frames[5].sequence > frames[4].sequence + 1
    gap_s = frames[5].sensor_time_s - frames[4].sensor_time_s
    assert gap_s == pytest.approx(6 * BLOCK / ECG_HZ, abs=0.05)


def test_the_measurements_stand_where_the_documentation_has_them() -> None:
    assert (pmd.ECG, pmd.PPG, pmd.ACC, pmd.PPI) == (ECG, 1, ACC, PPI) == (0, 1, 2, 3)
