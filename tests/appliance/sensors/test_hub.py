"""The hub: one sensor at a time, every change told once, and no sensor's fault stops the box."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors import registry
from appliance.sensors.hub import Hub
from appliance.sensors.recordings import Recording
from appliance.sensors.registry import Finding, Kind
from appliance.sensors.replay import Replay
from appliance.sensors.sensor import Identity, Paced, Sensor, identity
from appliance.sensors.status import SensorState, SensorStatus
from appliance.sensors.virtual import VirtualWearer


class Scripted:
    """A sensor that follows a script: each opening gives so many frames, then fails as told."""

    def __init__(self, name: str, script: Sequence[tuple[int, Exception | None]]) -> None:
        self.identity: Identity = identity("serial", name, name)
        self.script = list(script)
        self.is_open = False

    async def open(self) -> None:
        assert not self.is_open
        self.is_open = True
        if self.script and self.script[0][0] < 0:
            raise self.script.pop(0)[1] or AssertionError

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        count, fault = self.script.pop(0) if self.script else (10**9, None)
        for number in range(count):
            await asyncio.sleep(0)
            values = np.array([float(number)])
            yield SensorFrame(self.identity.sensor_id, Channel.ECG, number, 0.0, 0.0, values, 100.0, "mV")
        if fault is not None:
            raise fault

    async def close(self) -> None:
        self.is_open = False


class Watch:
    """Runs a hub until something is true, and keeps what it told."""

    def __init__(self) -> None:
        self.told: list[SensorStatus] = []
        self.frames: list[SensorFrame] = []

    def run(self, hub: Hub, until: Callable[[], bool], within_s: float = 8.0) -> None:
        async def watched() -> None:
            running = asyncio.create_task(hub.run())
            try:
                async with asyncio.timeout(within_s):
                    while not until() and not running.done():
                        await asyncio.sleep(0.005)
            finally:
                running.cancel()
                await asyncio.wait((running,))

        asyncio.run(watched())

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(status.name, status.state.value) for status in self.told]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def _kinds(monkeypatch: pytest.MonkeyPatch, find: Callable[[], Sequence[Sensor]]) -> tuple[Kind, ...]:
    """A registry of one real kind, whose findings the test decides, and the virtual wearer."""

    class Finder:
        @staticmethod
        async def find(_: Settings, __: bool) -> Finding:
            sensors = tuple(find())
            return Finding(sensors, "" if sensors else "nothing is plugged in", "plug something in")

    def imported(name: str) -> object:
        from importlib import import_module

        return Finder if name == "test.real" else import_module(name)

    monkeypatch.setattr(registry, "import_module", imported)
    return (Kind("serial", "A wire", "test.real"), registry.KINDS[-1])


def test_a_recording_is_played_to_its_end_and_the_hub_returns(watch: Watch) -> None:
    recording = Recording("a.csv", Channel.ECG, 100.0, np.arange(50.0), "mV")
    hub = Hub(Settings(), watch.frames.append, watch.told.append, [Paced(Replay(recording), speed=50.0)])
    asyncio.run(asyncio.wait_for(hub.run(), 5.0))
    assert sum(len(frame.values) for frame in watch.frames) == 50
    assert [status.state.value for status in watch.told] == [
        "searching",
        "connecting",
        "connected",
        "finished",
    ]


def test_a_sensor_that_is_lost_is_connected_again(watch: Watch) -> None:
    sensor = Scripted("a", [(3, SensorLost("a was pulled", "put it back")), (-1, SensorLost("no a", "x"))])
    hub = Hub(Settings(), watch.frames.append, watch.told.append, [sensor])
    watch.run(hub, lambda: len(watch.frames) > 10)
    assert watch.states[1:] == [
        ("a", "connecting"),
        ("a", "connected"),
        ("a", "lost"),
        ("a", "connected"),
    ]
    lost = watch.told[3]
    assert (lost.reason, lost.remedy) == ("a was pulled", "put it back")
    assert not sensor.is_open


def test_a_sensor_that_refuses_gives_way_to_the_next(watch: Watch) -> None:
    first = Scripted("a", [(-1, SensorRefused("a is locked", "unlock it"))] * 50)
    second = Scripted("b", [])
    watch.run(
        Hub(Settings(), watch.frames.append, watch.told.append, [first, second]), lambda: bool(watch.frames)
    )
    assert ("a", "refused") in watch.states
    assert watch.states[-1] == ("b", "connected")
    assert {frame.sensor_id for frame in watch.frames} == {"serial:b"}


def test_a_fault_nobody_foresaw_is_a_lost_sensor_and_is_logged(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    sensor = Scripted("a", [(1, ZeroDivisionError("oops"))])
    with caplog.at_level(logging.ERROR):
        watch.run(
            Hub(Settings(), watch.frames.append, watch.told.append, [sensor]), lambda: len(watch.frames) > 3
        )
    assert any(status.state is SensorState.LOST and "oops" in status.reason for status in watch.told)
    assert "oops" in caplog.text


def test_without_hardware_the_virtual_wearer_stands_in_and_says_so(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = _kinds(monkeypatch, list)
    hub = Hub(Settings(), watch.frames.append, watch.told.append, kinds=kinds)
    watch.run(hub, lambda: len(watch.frames) > 2)
    assert any("nothing is plugged in" in status.reason for status in watch.told)
    assert watch.told[-1].is_simulated
    assert "simulated" in watch.told[-1].name
    assert all(frame.is_simulated for frame in watch.frames)


def test_a_real_sensor_takes_over_and_the_simulated_one_never_returns(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Scripted("a", [(5, SensorLost("gone", "x")), *[(-1, SensorLost("gone", "x"))] * 3, (5, None)])

    def find() -> list[Sensor]:
        return [real] if watch.frames else []

    hub = Hub(
        Settings(), watch.frames.append, watch.told.append, kinds=_kinds(monkeypatch, find), rescan_s=0.05
    )
    watch.run(hub, lambda: not real.script and not real.is_open)
    simulated = [frame.is_simulated for frame in watch.frames]
    assert simulated == sorted(simulated, reverse=True)
    assert simulated.count(False) == 10


def test_a_device_that_never_speaks_does_not_keep_the_wearer_out(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumb = Scripted("modem", [(0, SensorLost("says nothing", "x"))] * 100)
    hub = Hub(
        Settings(),
        watch.frames.append,
        watch.told.append,
        kinds=_kinds(monkeypatch, lambda: [dumb]),
        rescan_s=0.02,
    )
    watch.run(hub, lambda: len(watch.frames) > 5)
    assert len(dumb.script) == 99
    assert watch.told[-1].is_simulated


def test_a_device_put_back_gets_another_chance(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    shy = Scripted("board", [(0, SensorLost("says nothing", "x")), (3, None)])
    asked = iter([[shy], [], [shy]])
    kinds = _kinds(monkeypatch, lambda: next(asked, []))
    hub = Hub(Settings(), watch.frames.append, watch.told.append, kinds=kinds, rescan_s=0.02)
    watch.run(hub, lambda: any(not frame.is_simulated for frame in watch.frames))
    assert ("board", "connected") in watch.states


def test_a_kind_that_cannot_even_be_asked_keeps_nobody_out(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def find() -> list[Sensor]:
        raise OSError("the bus is broken")

    hub = Hub(Settings(), watch.frames.append, watch.told.append, kinds=_kinds(monkeypatch, find))
    watch.run(hub, lambda: len(watch.frames) > 1)
    assert watch.told[-1].state is SensorState.CONNECTED
    assert "the bus is broken" in caplog.text


def test_the_pacer_reaches_the_wearer_made_of_equations(watch: Watch) -> None:
    wearer = VirtualWearer(1)
    hub = Hub(Settings(), watch.frames.append, watch.told.append, [Paced(wearer)])
    hub.follow(0.5, 6.0)  # nothing is connected yet, and nothing happens

    def shown() -> bool:
        hub.follow(0.5, 6.0)
        return len(watch.frames) > 3

    watch.run(hub, shown)
    assert wearer._breath.pacer_hz == pytest.approx(0.1)


def test_each_row_of_the_registry_can_be_asked() -> None:
    for kind in registry.KINDS:
        finding = asyncio.run(kind.find(Settings(), False))
        assert finding.sensors or (finding.reason and finding.remedy)
        assert all(sensor.identity.kind == kind.name for sensor in finding.sensors)
        assert all(sensor.identity.is_simulated is kind.is_simulated for sensor in finding.sensors)
