"""Several sensors at once: none waits for another, one heart is listened to, and every gap has its length."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost
from appliance.sensors import hub as hubs
from appliance.sensors import registry
from appliance.sensors.gaps import GapWatch, Precedence
from appliance.sensors.hub import Hub
from appliance.sensors.registry import Finding, Kind
from appliance.sensors.sensor import Identity, identity
from appliance.sensors.serial_formats import FORMATS
from appliance.sensors.status import SensorState, SensorStatus


def frame(
    who: str, sequence: int, time_s: float, channel: Channel = Channel.ECG, count: int = 10
) -> SensorFrame:
    return SensorFrame(who, channel, sequence, time_s, time_s + 0.1, np.zeros(count), 100.0, "mV")


class Quick:
    """Gives a frame at each turn of the loop."""

    def __init__(self, name: str) -> None:
        self.identity: Identity = identity("serial", name, name)

    async def open(self) -> None:
        pass

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        for number in range(400):
            await asyncio.sleep(0)
            yield frame(self.identity.sensor_id, number, number * 0.1)

    async def close(self) -> None:
        pass


class Hanging(Quick):
    """Never comes back from being opened."""

    async def open(self) -> None:
        await asyncio.Event().wait()


class Mute(Quick):
    """Opens, and is lost without a word."""

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        await asyncio.sleep(0.01)
        raise SensorLost("mute says nothing", "switch it on")
        yield frame("", 0, 0.0)


def test_a_sensor_that_hangs_or_says_nothing_stalls_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "OPEN_S", 0.05)
    told: list[SensorStatus] = []
    every: list[SensorFrame] = []
    heard: list[SensorFrame] = []
    sensors = [Hanging("hanging"), Mute("mute"), Quick("a"), Quick("b")]
    hub = Hub(Settings(), heard.append, told.append, sensors, is_together=True, on_every=every.append)

    async def run() -> None:
        running = asyncio.create_task(hub.run())
        async with asyncio.timeout(5.0):
            while len(every) < 800:
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait((running,))

    asyncio.run(run())
    assert {one.sensor_id for one in every} == {"serial:a", "serial:b"}
    assert hub.statuses["serial:hanging"].state in (SensorState.LOST, SensorState.CONNECTING)
    assert any("hangs while it connects" in status.reason for status in told)
    assert hub.statuses["serial:a"].state is SensorState.FINISHED
    assert len({one.sensor_id for one in heard[:300]}) == 1


def test_one_heart_is_listened_to_until_it_falls_silent() -> None:
    chooser = Precedence()
    assert chooser.admits(frame("strap", 0, 0.0, Channel.RR))
    assert not chooser.admits(frame("board", 0, 0.5, Channel.ECG))
    assert chooser.admits(frame("belt", 0, 0.5, Channel.BREATH))
    assert chooser.admits(frame("board", 1, 4.0, Channel.ECG))
    assert not chooser.admits(frame("strap", 1, 4.5, Channel.RR))


def test_a_gap_has_the_length_between_the_samples_around_it() -> None:
    watch = GapWatch()
    for number, time_s in ((0, 0.0), (1, 0.1), (5, 1.7), (6, 1.8)):
        watch.saw(frame("a", number, time_s))
    (gap,) = watch.gaps
    assert (gap.start_s, gap.length_s) == (pytest.approx(0.2), pytest.approx(1.5))


@pytest.mark.parametrize("name", FORMATS)
def test_each_serial_format_has_a_decoder_that_survives_noise(name: str) -> None:
    decoder = FORMATS[name].make("serial:a", Settings(serial_format=name))
    decoder.restart()
    assert decoder.feed(bytes(range(256)) * 4, 0.0) == []
    assert decoder.name == ""


def test_without_candidates_all_that_are_there_stream_beside_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Endless(Quick):
        async def frames(self) -> AsyncGenerator[SensorFrame, None]:
            number = 0
            while True:
                await asyncio.sleep(0.001)
                yield frame(self.identity.sensor_id, number, number * 0.1)
                number += 1

    there = [Endless("a"), Endless("b"), Endless("c"), Mute("mute")]

    class Finder:
        @staticmethod
        async def find(_: Settings, __: bool) -> Finding:
            return Finding(tuple(there))

    monkeypatch.setattr(registry, "import_module", lambda _: Finder)
    every: list[SensorFrame] = []
    told: list[SensorStatus] = []
    hub = Hub(
        Settings(),
        lambda _: None,
        told.append,
        kinds=(Kind("serial", "A wire", "test"),),
        rescan_s=0.02,
        is_together=True,
        on_every=every.append,
    )

    async def run() -> None:
        running = asyncio.create_task(hub.run())
        async with asyncio.timeout(5.0):
            while len({one.sensor_id for one in every}) < 3:
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait((running,))

    asyncio.run(run())
    assert {status.name for status in told if status.state is SensorState.CONNECTED} == {"a"}
    assert hub.statuses["serial:c"].state is SensorState.CONNECTED
