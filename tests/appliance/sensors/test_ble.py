"""Bluetooth sensors as every strap is one: bleak, as the box uses it, and a real Heart Rate Service."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from bumble.core import UUID

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.ble import BleSensor, LinkLost, LinkRefused, Reason, link, scan, turns
from appliance.sensors.status import SensorState
from tests.peripherals.evening import (
    Told,
    Worn,
    alone,
    beside_an_absent_strap,
    hubbed,
    longest_return_s,
    times,
)
from tests.peripherals.strap import CONTACT, NO_CONTACT, RR, Strap
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends

SCAN_S = 0.3


def _sensor(strap: Strap, client: object, **more: float) -> BleSensor:
    return BleSensor(strap.address, strap.device.name, backend=client, clock=LoopClock(), **more)


def test_a_strap_that_is_near_is_found_by_its_service_and_nothing_else_is() -> None:
    async def found() -> list[tuple[str, str]]:
        air = Air()
        scanner, _ = back_ends(await air.device("box"))
        await Strap(await air.device("Polar H10 1234")).advertise()
        lamp = Strap(await air.device("lamp"))
        lamp._calls_out = UUID("00001235-0000-1000-8000-00805f9b34fb")
        await lamp.advertise()
        return [(s.identity.name, s.identity.kind) for s in (await scan(SCAN_S, backend=scanner)).sensors]

    assert run(found()) == [("Polar H10 1234", "ble")]


def test_an_empty_room_is_a_finding_with_a_remedy() -> None:
    async def found() -> tuple[int, str, str]:
        scanner, _ = back_ends(await Air().device("box"))
        finding = await scan(0.1, backend=scanner)
        return len(finding.sensors), finding.reason, finding.remedy

    count, reason, remedy = run(found())
    assert (count, reason) == (0, "no Bluetooth sensor is near")
    assert "wear" in remedy


async def _heard(mtu: int, notices: list[tuple[tuple[int, ...], int, int | None]]) -> list[SensorFrame]:
    """Send notices (intervals, flags, energy) and give all that came of them."""
    air = Air()
    _, client = back_ends(await air.device("box"), mtu)
    strap = Strap(await air.device("strap"), mtu=mtu, battery_percent=61)
    await strap.advertise()
    sensor = _sensor(strap, client, silence_s=0.5)
    await sensor.open()
    assert sensor.battery_percent == 61
    for intervals, flags, energy_kj in notices:
        await strap.notify(*intervals, flags=flags, energy_kj=energy_kj)
    frames: list[SensorFrame] = []
    with suppress(LinkLost):
        async for frame in sensor.frames():
            frames.append(frame)  # noqa: PERF401  (what came before the link broke is kept)
    await sensor.close()
    await sensor.close()
    await asyncio.sleep(0.1)
    assert not strap.is_connected
    return frames


@pytest.mark.parametrize("mtu", [23, 247])
def test_intervals_arrive_none_one_or_four_at_a_time(mtu: int) -> None:
    notices = [
        ((1024,), CONTACT | RR, None),
        ((), CONTACT, None),
        ((512, 1024, 1024, 512), CONTACT | RR, None),
        ((512, 1024, 1024, 512), CONTACT | RR, 1234),
    ]
    frames = run(_heard(mtu, notices))
    four = [500.0, 1000.0, 1000.0, 500.0]
    assert [frame.values.tolist() for frame in frames] == [[1000.0], four, four]
    assert all(frame.channel is Channel.RR and frame.unit == "ms" for frame in frames)
    assert not any(frame.is_simulated for frame in frames)
    assert frames[0].has_contact is True


def test_a_strap_off_the_skin_says_so() -> None:
    (frame,) = run(_heard(247, [((1024,), NO_CONTACT | RR, None)]))
    assert frame.has_contact is False


async def _raised(strap_service: UUID | None, **more: float) -> BaseException:
    """Open a device and wait for what it raises."""
    air = Air()
    _, client = back_ends(await air.device("box"))
    strap = Strap(await air.device("strap"), *([strap_service] if strap_service else []))
    await strap.advertise()
    sensor = _sensor(strap, client, **more)
    try:
        await sensor.open()
        for _ in range(30):
            await strap.notify(flags=CONTACT)
        await anext(sensor.frames())
    except (LinkLost, LinkRefused) as error:
        return error
    finally:
        await sensor.close()
    raise AssertionError("nothing was raised")


def test_a_device_that_offers_nothing_known_is_refused_and_let_go() -> None:
    error = run(_raised(UUID("00001235-0000-1000-8000-00805f9b34fb")))
    assert isinstance(error, LinkRefused)
    assert error.reason is Reason.NO_SIGNAL


def test_a_strap_without_intervals_is_refused_with_advice() -> None:
    async def plain() -> LinkRefused:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        await strap.advertise()
        sensor = _sensor(strap, client)
        await sensor.open()

        async def beat() -> None:
            while True:
                await strap.notify(flags=CONTACT)
                await asyncio.sleep(1.0)

        beating = asyncio.create_task(beat())
        try:
            await anext(sensor.frames())
        except LinkRefused as error:
            return error
        finally:
            beating.cancel()
            await sensor.close()
        raise AssertionError("it was believed")

    error = run(plain())
    assert error.reason is Reason.NO_INTERVALS
    assert "chest strap" in error.remedy


def test_a_strap_that_falls_silent_is_lost() -> None:
    error = run(_raised(None, silence_s=2.0))
    assert isinstance(error, LinkLost)
    assert error.reason is Reason.SILENT


def test_a_strap_that_is_not_there_is_lost_and_not_a_failure() -> None:
    async def absent() -> LinkLost:
        _, client = back_ends(await Air().device("box"))
        try:
            await BleSensor("AA:AA:AA:AA:AA:AA", backend=client).open()
        except LinkLost as error:
            return error
        raise AssertionError("it was found")

    error = run(absent())
    assert "AA:AA" in str(error)
    assert error.reason in (Reason.NOT_FOUND, Reason.NO_ANSWER)
    assert error.remedy


def test_a_strap_that_vanishes_every_150_seconds_streams_again_within_three() -> None:
    frames, told = run(alone(900.0, [150.0 * n for n in range(1, 6)]))
    assert len(times(told, SensorState.LOST)) == 5
    assert longest_return_s(told) <= 3.0
    assert [frame.sequence for frame in frames] == sorted({frame.sequence for frame in frames})
    assert 880 <= len(frames) <= 900


def test_a_strap_that_stays_away_for_a_minute_is_back_soon_after_it_returns() -> None:
    async def walk() -> tuple[list[SensorFrame], Told]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        return await hubbed(Worn(strap, away_s=60.0), _sensor(strap, client), 120.0, [20.0])

    _, told = run(walk())
    found = times(told, SensorState.CONNECTED)
    assert len(found) == 2
    assert found[1] - (20.0 + 60.0) <= 3.0


# Far enough apart and often enough to meet the absent one at every moment of its tries.
DROPS_S = [32.7 * (n + 1) for n in range(30)]


def test_a_strap_at_home_keeps_no_other_from_connecting_again_within_three_seconds() -> None:
    assert longest_return_s(beside_an_absent_strap(1010.0, DROPS_S)) <= 3.0


def test_without_giving_way_a_strap_at_home_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: it must fail where nobody gives way."""
    monkeypatch.setattr(turns, "HURRY_S", link.CONNECT_S)
    monkeypatch.setattr(link, "LONG_TURN_S", link.CONNECT_S)
    monkeypatch.setattr(link, "SHORT_TURN_S", link.CONNECT_S)
    assert longest_return_s(beside_an_absent_strap(1010.0, DROPS_S)) > 3.0
