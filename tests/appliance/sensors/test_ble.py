"""Heart rate straps: bleak, as the box uses it, and a real Heart Rate Service over a virtual link."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from bumble.core import UUID

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors import bluetooth
from appliance.sensors.ble import HeartRateStrap, scan
from appliance.sensors.bluetooth import obstacle
from appliance.sensors.hub import Hub
from appliance.sensors.status import SensorState, SensorStatus
from tests.virtual_bluetooth import Air, Strap, back_ends

SCAN_S = 0.3


async def _until(is_true: Callable[[], bool], act: Callable[[], Awaitable[None]] | None = None) -> None:
    async with asyncio.timeout(10.0):
        while not is_true():
            if act is not None:
                await act()
            await asyncio.sleep(0.01)


def test_a_strap_that_is_near_is_found_by_its_service() -> None:
    async def found() -> list[tuple[str, str]]:
        air = Air()
        scanner, _ = back_ends(await air.device("box"))
        await Strap(await air.device("Polar H10 1234")).advertise()
        return [(s.identity.name, s.identity.kind) for s in (await scan(SCAN_S, backend=scanner)).sensors]

    assert asyncio.run(found()) == [("Polar H10 1234", "ble")]


def test_an_empty_room_is_a_finding_with_a_remedy() -> None:
    async def found() -> tuple[int, str, str]:
        scanner, _ = back_ends(await Air().device("box"))
        finding = await scan(0.1, backend=scanner)
        return len(finding.sensors), finding.reason, finding.remedy

    count, reason, remedy = asyncio.run(found())
    assert (count, reason) == (0, "no heart rate strap is near")
    assert "wear" in remedy


async def _connected(frames_wanted: int, notices: list[tuple[tuple[int, ...], int]]) -> list[SensorFrame]:
    air = Air()
    _, client = back_ends(await air.device("box"))
    strap = Strap(await air.device("strap"))
    await strap.advertise()
    sensor = HeartRateStrap(str(strap.device.random_address), "strap", backend=client)
    await sensor.open()
    frames: list[SensorFrame] = []
    stream = sensor.frames()
    for intervals, flags in notices:
        await strap.notify(*intervals, flags=flags)
    async with asyncio.timeout(5.0):
        while len(frames) < frames_wanted:
            frames.append(await anext(stream))
    await stream.aclose()
    await sensor.close()
    await sensor.close()
    await _until(lambda: not strap.is_connected)
    return frames


def test_intervals_arrive_none_one_or_four_at_a_time() -> None:
    notices = [((1024,), 0x16), ((), 0x06), ((512, 1024, 1024, 512), 0x16)]
    frames = asyncio.run(_connected(2, notices))
    assert [frame.values.tolist() for frame in frames] == [[1000.0], [500.0, 1000.0, 1000.0, 500.0]]
    assert all(frame.channel is Channel.RR and frame.unit == "ms" for frame in frames)
    assert not any(frame.is_simulated for frame in frames)
    assert frames[0].has_contact is True


def test_a_strap_off_the_skin_says_so() -> None:
    (frame,) = asyncio.run(_connected(1, [((1024,), 0x14)]))
    assert frame.has_contact is False


def test_a_strap_that_is_not_there_is_lost_and_not_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.sensors.ble.CONNECT_S", 0.2)

    async def absent() -> None:
        _, client = back_ends(await Air().device("box"))
        await HeartRateStrap("AA:AA:AA:AA:AA:AA", backend=client).open()

    with pytest.raises(SensorLost, match="AA:AA") as caught:
        asyncio.run(absent())
    assert caught.value.remedy


def test_a_device_without_the_heart_rate_service_is_refused() -> None:
    async def other() -> None:
        air = Air()
        _, client = back_ends(await air.device("box"))
        thing = Strap(await air.device("lamp"), UUID("00001235-0000-1000-8000-00805f9b34fb"))
        await thing.advertise()
        sensor = HeartRateStrap(str(thing.device.random_address), "lamp", backend=client)
        try:
            await sensor.open()
        finally:
            await sensor.close()

    with pytest.raises(SensorRefused, match="no heart rate strap"):
        asyncio.run(other())


def test_a_strap_that_falls_silent_is_lost() -> None:
    async def silent() -> None:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        await strap.advertise()
        sensor = HeartRateStrap(str(strap.device.random_address), backend=client, silence_s=0.2)
        await sensor.open()
        try:
            await anext(sensor.frames())
        finally:
            await sensor.close()

    with pytest.raises(SensorLost, match="silent"):
        asyncio.run(silent())


def test_a_strap_without_intervals_is_refused_with_advice() -> None:
    async def plain() -> None:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        await strap.advertise()
        sensor = HeartRateStrap(str(strap.device.random_address), backend=client, no_intervals_s=0.0)
        await sensor.open()
        await strap.notify(flags=0x06)
        try:
            await anext(sensor.frames())
        finally:
            await sensor.close()

    with pytest.raises(SensorRefused, match="no intervals"):
        asyncio.run(plain())


def test_the_hub_connects_again_after_the_link_broke() -> None:
    told: list[SensorStatus] = []
    frames: list[SensorFrame] = []

    async def broken() -> None:
        air = Air()
        _, client = back_ends(await air.device("box"))
        strap = Strap(await air.device("strap"))
        sensor = HeartRateStrap(str(strap.device.random_address), "strap", backend=client)
        running = asyncio.create_task(Hub(Settings(), frames.append, told.append, [sensor]).run())
        try:
            for _ in range(3):
                await strap.advertise()
                await _until(lambda: strap.is_connected)
                before = len(frames)
                await _until(lambda: len(frames) > before + 2, lambda: strap.notify(1024))  # noqa: B023
                await strap.drop()
                await _until(lambda: told[-1].state is SensorState.LOST)
        finally:
            running.cancel()
            await asyncio.wait((running,))

    asyncio.run(broken())
    states = [status.state for status in told]
    assert states.count(SensorState.CONNECTED) == 3
    assert [frame.sequence for frame in frames] == sorted({frame.sequence for frame in frames})


def _machine(folder: Path, has_adapter: bool, is_off: bool, has_service: bool) -> tuple[Path, Path]:
    if has_adapter:
        (folder / "bluetooth" / "hci0").mkdir(parents=True)
    switch = folder / "rfkill" / "rfkill0"
    switch.mkdir(parents=True)
    (switch / "type").write_text("bluetooth\n", encoding="ascii")
    (switch / "soft").write_text("1\n" if is_off else "0\n", encoding="ascii")
    (switch / "hard").write_text("0\n", encoding="ascii")
    bus = folder / "bus"
    if has_service:
        bus.touch()
    return folder, bus


@pytest.mark.parametrize(
    ("has_adapter", "is_off", "has_service", "says"),
    [
        (False, False, True, "no Bluetooth adapter"),
        (True, True, True, "switched off"),
        (True, False, False, "not running"),
    ],
)
def test_bluetooth_that_cannot_work_is_a_state_with_a_remedy(
    tmp_path: Path, has_adapter: bool, is_off: bool, has_service: bool, says: str
) -> None:
    finding = obstacle(*_machine(tmp_path, has_adapter, is_off, has_service))
    assert finding is not None
    assert says in finding.reason
    assert finding.remedy
    assert not finding.is_available


def test_bluetooth_that_can_work_is_no_obstacle(tmp_path: Path) -> None:
    assert obstacle(*_machine(tmp_path, True, False, True)) is None


def test_a_radio_that_does_not_answer_is_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel shows an adapter, but nothing answers on the message bus."""
    monkeypatch.setattr(bluetooth, "obstacle", lambda: None)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    finding = asyncio.run(bluetooth.find(Settings(), True))
    assert not finding.sensors
    assert "does not answer" in finding.reason
    assert finding.remedy
