"""A serial sensor over a real pseudo-terminal: garbage, half frames, unplugged and plugged in again."""

from __future__ import annotations

import asyncio
import errno
import os
import pty
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors import serial_port
from appliance.sensors.decoders.text_lines import TextLines
from appliance.sensors.decoders.wearable import WearableDecoder
from appliance.sensors.hub import Hub
from appliance.sensors.serial_port import SerialSensor, find
from appliance.sensors.status import SensorState, SensorStatus
from firmware import wire


class Cable:
    """One end of a pseudo-terminal, with a name that stays when it is pulled and put back."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ttyECHOEL"
        self.end = -1
        self.plug()

    def plug(self) -> None:
        self.end, other = pty.openpty()
        tty.setraw(self.end)
        self.path.symlink_to(os.ttyname(other))
        os.close(other)

    def pull(self) -> None:
        self.path.unlink()
        os.close(self.end)
        self.end = -1

    def send(self, data: bytes) -> None:
        os.write(self.end, data)


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    made = Cable(tmp_path)
    yield made
    if made.end >= 0:
        os.close(made.end)


def _line(encoder: wire.Encoder, first: int) -> bytes:
    counts = list(range(first, first + 10))
    return encoder.line(wire.SAMPLES, first * 4, wire.Samples("ecg", 250.0, 1.0, counts).pack())


async def _take(sensor: SerialSensor, send: Callable[[], None], count: int) -> list[SensorFrame]:
    """Open, let the device send, and take so many frames."""
    await sensor.open()
    try:
        send()
        frames = sensor.frames()
        async with asyncio.timeout(10.0):
            taken = [await anext(frames) for _ in range(count)]
        await frames.aclose()
        return taken
    finally:
        await sensor.close()


def test_frames_arrive_through_garbage_and_half_frames(cable: Cable) -> None:
    encoder = wire.Encoder()
    broken = bytearray(_line(encoder, 0))
    broken[20] ^= 0x10
    good = [_line(encoder, number * 10) for number in range(1, 4)]

    def send() -> None:
        cable.send(bytes(broken) + os.urandom(300).replace(b"\0", b"\1") + b"\0" + good[0])
        cable.send(good[1][:11])
        cable.send(good[1][11:] + good[2])

    decoder = WearableDecoder("serial:a")
    frames = asyncio.run(_take(SerialSensor(str(cable.path), decoder), send, 3))
    assert [frame.values.tolist() for frame in frames] == [
        [float(v) for v in range(n, n + 10)] for n in (10, 20, 30)
    ]
    assert sum(decoder.dropped.values()) == 2


def test_plain_lines_arrive_with_their_declared_rate(cable: Cable) -> None:
    sensor = SerialSensor(str(cable.path), TextLines("serial:a", Channel.PPG, 50.0))
    (frame,) = asyncio.run(_take(sensor, lambda: cable.send(b"cut\n512\n"), 1))
    assert (frame.channel, frame.rate_hz, frame.values.tolist()) == (Channel.PPG, 50.0, [512.0])


def test_a_pulled_cable_is_a_lost_sensor(cable: Cable) -> None:
    encoder = wire.Encoder()

    async def pulled() -> None:
        sensor = SerialSensor(str(cable.path), WearableDecoder("serial:a"))
        await sensor.open()
        try:
            cable.send(_line(encoder, 0))
            frames = sensor.frames()
            await anext(frames)
            cable.pull()
            async with asyncio.timeout(5.0):
                await anext(frames)
        finally:
            await sensor.close()
            await sensor.close()

    with pytest.raises(SensorLost, match="unplugged"):
        asyncio.run(pulled())


@pytest.mark.parametrize(("sent", "says"), [(b"", "says nothing"), (b"x" * 3000, "that is understood")])
def test_a_device_nobody_understands_is_told_apart_from_a_silent_one(
    cable: Cable, sent: bytes, says: str
) -> None:
    sensor = SerialSensor(str(cable.path), WearableDecoder("serial:a"), silence_s=0.3)
    with pytest.raises(SensorLost, match=says) as caught:
        asyncio.run(_take(sensor, lambda: cable.send(sent) if sent else None, 1))
    assert caught.value.remedy


def test_a_port_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SensorLost, match="not plugged in"):
        asyncio.run(SerialSensor(str(tmp_path / "none"), WearableDecoder("a")).open())


def test_a_file_is_no_serial_port(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"hello")
    with pytest.raises(SensorRefused, match="cannot be opened"):
        asyncio.run(SerialSensor(str(path), WearableDecoder("a")).open())


def test_a_port_used_by_another_program_says_so(cable: Cable) -> None:
    async def twice() -> None:
        first = SerialSensor(str(cable.path), WearableDecoder("a"))
        await first.open()
        try:
            await SerialSensor(str(cable.path), WearableDecoder("b")).open()
        finally:
            await first.close()

    with pytest.raises(SensorRefused, match="another program"):
        asyncio.run(twice())


def test_a_port_without_permission_names_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(serial_port.serial, "Serial", refuse)
    with pytest.raises(SensorRefused, match="may not be opened") as caught:
        asyncio.run(SerialSensor("/dev/ttyUSB0", WearableDecoder("a")).open())
    assert "dialout" in caught.value.remedy


def test_the_port_of_the_settings_is_used(cable: Cable) -> None:
    settings = Settings(serial_port=str(cable.path), serial_rate_hz=100.0, serial_channel="ppg")
    (sensor,) = asyncio.run(find(settings, False)).sensors
    assert sensor.identity.kind == "serial"
    assert not sensor.identity.is_simulated


def test_a_port_of_the_settings_that_is_not_there_is_a_finding_with_a_remedy(tmp_path: Path) -> None:
    finding = asyncio.run(find(Settings(serial_port=str(tmp_path / "ttyNONE")), False))
    assert not finding.sensors
    assert "not plugged in" in finding.reason
    assert "serial_port" in finding.remedy


def test_the_hub_attaches_again_when_the_cable_is_put_back(cable: Cable) -> None:
    """Ten times pulled and put back; every sample sent while plugged in after attaching is there."""
    told: list[SensorStatus] = []
    frames: list[SensorFrame] = []
    encoder = wire.Encoder()

    async def cycles() -> None:
        hub = Hub(Settings(serial_port=str(cable.path)), frames.append, told.append)
        running = asyncio.create_task(hub.run())
        sent = 0
        try:
            for cycle in range(10):
                before = len(frames)
                async with asyncio.timeout(8.0):
                    while len(frames) < before + 3:
                        cable.send(_line(encoder, sent))
                        sent += 1
                        await asyncio.sleep(0.01)
                if cycle < 9:
                    cable.pull()
                    async with asyncio.timeout(8.0):
                        while told[-1].state is not SensorState.LOST:
                            await asyncio.sleep(0.01)
                    cable.plug()
        finally:
            running.cancel()
            await asyncio.wait((running,))

    asyncio.run(cycles())
    states = [status.state for status in told]
    assert states.count(SensorState.LOST) == 9
    assert states.count(SensorState.CONNECTED) == 10
    assert all(status.reason and status.remedy for status in told if status.state is SensorState.LOST)
    sequences = [frame.sequence for frame in frames]
    assert sequences == sorted(set(sequences))
    assert not any(frame.is_simulated for frame in frames)


def test_a_board_is_told_to_start_and_to_stop(cable: Cable) -> None:
    settings = Settings(serial_port=str(cable.path), serial_format="cyton")
    (sensor,) = asyncio.run(find(settings, False)).sensors

    async def opened() -> None:
        await sensor.open()
        await sensor.close()

    asyncio.run(opened())
    assert os.read(cable.end, 10) == b"bs"


def test_a_device_of_another_rate_is_refused_with_the_rate_to_set(cable: Cable) -> None:
    class Hurried:
        dropped: dict[str, int] = {}  # noqa: RUF012
        name = ""
        wrong_rate_hz = 500.0

        def restart(self) -> None:
            pass

        def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
            return []

    with pytest.raises(SensorRefused, match="500 samples a second") as caught:
        asyncio.run(_take(SerialSensor(str(cable.path), Hurried()), lambda: cable.send(b"1\n"), 1))
    assert "serial_rate_hz = 500" in caught.value.remedy
