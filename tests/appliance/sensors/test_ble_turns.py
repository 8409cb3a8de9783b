"""One at a time at the radio: nobody connects beside another, nobody is kept out, all is let go of."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from bumble.core import UUID
from bumble.device import Device

from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.sensors.ble import BleSensor, LinkLost, LinkRefused, Reason, scan
from appliance.sensors.ble.turns import GaveWay, Turns
from appliance.sensors.hub import Hub
from tests.peripherals.polar import PolarStrap
from tests.peripherals.room import worn
from tests.peripherals.strap import Strap
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends


class _Radio:
    """Counts who is at it at once."""

    def __init__(self) -> None:
        self.now, self.most = 0, 0

    async def work(self, length_s: float) -> float:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(length_s)
        finally:
            await asyncio.sleep(0.01)  # letting go takes a moment too
            self.now -= 1
        return length_s


def test_never_two_at_once_and_first_come_first_served() -> None:
    async def many() -> tuple[int, list[float]]:
        turns, radio = Turns(), _Radio()
        lengths_s = [0.5, 0.1, 0.4, 0.2]
        done = [asyncio.create_task(turns.take(lambda s=s: radio.work(s), 10.0, 10.0)) for s in lengths_s]
        return radio.most, await asyncio.gather(*done) + [float(radio.most)]

    _, results = run(many())
    assert results == [0.5, 0.1, 0.4, 0.2, 1.0]


def test_one_who_takes_too_long_is_stopped_and_one_who_is_alone_need_not_give_way() -> None:
    async def slow(length_s: float) -> tuple[BaseException | None, float]:
        turns, radio = Turns(), _Radio()
        try:
            await turns.take(lambda: radio.work(length_s), 10.0, 1.0)
        except TimeoutError as error:
            assert radio.now == 0
            return error, asyncio.get_running_loop().time()
        return None, asyncio.get_running_loop().time()

    assert run(slow(9.0))[0] is None
    error, after_s = run(slow(100.0))
    assert isinstance(error, TimeoutError)
    assert after_s == pytest.approx(10.0, abs=0.1)


def test_who_is_waited_for_gives_way() -> None:
    async def two() -> tuple[float, int]:
        turns, radio = Turns(), _Radio()
        hog = asyncio.create_task(turns.take(lambda: radio.work(100.0), 10.0, 1.0))
        await asyncio.sleep(5.0)
        await turns.take(lambda: radio.work(0.5), 10.0, 1.0)
        with pytest.raises(GaveWay):
            await hog
        return asyncio.get_running_loop().time(), radio.most

    after_s, most = run(two())
    assert after_s == pytest.approx(5.5, abs=0.1)
    assert most == 1


def test_one_who_streamed_a_moment_ago_waits_a_second_at_most_and_gives_way_to_nobody_at_once() -> None:
    async def hurried() -> tuple[float, float]:
        turns, radio = Turns(), _Radio()
        loop = asyncio.get_running_loop()
        hog = asyncio.create_task(turns.take(lambda: radio.work(100.0), 10.0, 4.0))
        await asyncio.sleep(0.1)
        urgent = asyncio.create_task(turns.take(lambda: radio.work(3.0), 10.0, 4.0, is_urgent=True))
        with pytest.raises(GaveWay):
            await hog
        gave_way_s = loop.time()
        also = asyncio.create_task(turns.take(lambda: radio.work(0.1), 10.0, 4.0, is_urgent=True))
        await urgent
        await also
        return gave_way_s, loop.time()

    gave_way_s, done_s = run(hurried())
    assert gave_way_s == pytest.approx(1.0, abs=0.1)
    assert done_s == pytest.approx(4.1, abs=0.2)


def test_who_is_called_off_while_waiting_or_working_leaves_the_radio_free() -> None:
    async def called_off() -> tuple[float, int]:
        turns, radio = Turns(), _Radio()
        working = asyncio.create_task(turns.take(lambda: radio.work(100.0), 100.0, 100.0))
        waiting = asyncio.create_task(turns.take(lambda: radio.work(100.0), 100.0, 100.0))
        await asyncio.sleep(1.0)
        for task in (waiting, working):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        return await turns.take(lambda: radio.work(0.5), 10.0, 1.0), radio.most

    assert run(called_off()) == (0.5, 1)


def test_a_scan_and_a_connection_take_turns() -> None:
    async def both() -> tuple[int, bool]:
        air = Air()
        scanner, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        await strap.advertise()
        sensor = BleSensor(strap.address, backend=client, clock=LoopClock())
        finding, _ = await asyncio.gather(scan(1.0, backend=scanner), sensor.open())
        await sensor.close()
        return len(finding.sensors), asyncio.get_running_loop().time() >= 1.0

    assert run(both()) == (1, True)


@pytest.mark.parametrize("trouble", ["no service", "needs pairing", "drops while connecting"])
def test_after_a_failure_the_link_is_gone_and_another_sensor_connects(trouble: str) -> None:
    async def failing(device: Device) -> Strap | PolarStrap:
        if trouble == "no service":
            return Strap(device, UUID("00001235-0000-1000-8000-00805f9b34fb"))
        if trouble == "needs pairing":
            return PolarStrap(device, is_shy=True)
        strap = Strap(device)

        async def drop() -> None:
            while not strap.is_connected:
                await asyncio.sleep(0.001)
            await strap.drop(is_timeout=True)

        asyncio.get_running_loop().create_task(drop())
        return strap

    async def fail() -> tuple[Reason | None, bool, bool]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        bad, good = await failing(await air.device("bad")), Strap(await air.device("good"))
        await bad.advertise()
        await good.advertise()
        reason = None
        first = BleSensor(bad.address, backend=client, clock=LoopClock())
        try:
            await first.open()
            await anext(first.frames())
        except (LinkLost, LinkRefused) as error:
            reason = error.reason
        second = BleSensor(good.address, backend=client, clock=LoopClock())
        await second.open()
        await asyncio.sleep(0.1)
        states = bad.is_connected, good.is_connected
        await second.close()
        return reason, *states

    reason, is_bad_there, is_good_there = run(fail())
    assert reason is not None
    assert (is_bad_there, is_good_there) == (False, True)
    if trouble == "needs pairing":
        assert reason is Reason.PAIRING_NEEDED


def test_two_straps_at_once_lose_nothing_to_each_other() -> None:
    async def pair_of_them() -> list[list[SensorFrame]]:
        air = Air()
        _, client = back_ends(await air.device("box"))
        heard: list[list[SensorFrame]] = []
        tasks = []
        for name in ("one", "two"):
            device = await air.device(name)
            frames: list[SensorFrame] = []
            heard.append(frames)
            sensor = BleSensor(str(device.random_address), name, backend=client, clock=LoopClock())
            hub = Hub(Settings(), frames.append, lambda _: None, [sensor])
            tasks += [asyncio.ensure_future(worn(device)), asyncio.ensure_future(hub.run())]
        await asyncio.sleep(120.0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return heard

    for frames in run(pair_of_them()):
        assert [frame.sequence for frame in frames] == list(range(len(frames)))
        assert len(frames) == pytest.approx(120.0 / 0.8, abs=4)
        assert len({frame.sensor_id for frame in frames}) == 1
