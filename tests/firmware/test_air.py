"""The whole application on virtual time and a played radio: what apps see, what may be asked, what fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firmware import commands, wire
from firmware.aes import Cipher
from firmware.disk import Disk
from firmware.links import services
from firmware.main import Application
from firmware.settings import BadSetting
from firmware.simulation import desk, machine
from firmware.simulation.world import Recording, world
from tests.peripherals import virtual_time

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
SECRET = bytes(range(32))


class Nobody:
    """A cable without anything at its far end."""

    def read(self, count: int) -> None:
        return None

    def write(self, data: bytes) -> int:
        return len(data)


class Band:
    """One wearable in the world of this interpreter; `live` lets seconds of it pass at once."""

    def __init__(self, folder: Path, **changes: object) -> None:
        world.__init__()  # type: ignore[misc]
        world.uarts[0] = Nobody()
        self.models = desk.wear(*[_recording(name) for name in ("rest_ecg", "finger_ppg")])
        self.disk = Disk(str(folder))
        self.app = Application(desk.board(), self.disk)
        if changes:
            self.app.settings.change(changes)
            self.start_again()
        self.radio = world.radio

    def start_again(self) -> None:
        world.timers.clear()
        self.app = Application(desk.board(), self.disk)
        self.radio = world.radio

    def live(self, span_s: float, meanwhile: Callable[[float], None] | None = None) -> None:
        """Let so many seconds pass; `meanwhile` is told the seconds, fifty times each."""
        began_us = world.now_us()

        async def both() -> None:
            loop = asyncio.get_running_loop()
            tasks = [
                asyncio.create_task(self.app.run()),
                asyncio.create_task(desk.live(lambda: began_us + round(loop.time() * 1e6))),
            ]
            while loop.time() < span_s and not any(task.done() for task in tasks):
                if meanwhile is not None:
                    meanwhile(loop.time())
                await asyncio.sleep(0.02)
            ended = [task for task in tasks if task.done()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for task in ended:
                task.result()

        virtual_time.run(both(), span_s + 10.0)

    def notices(self, name: int | str) -> list[bytes]:
        return [data for _, said, data in self.radio.notified if said == name]


def _recording(name: str) -> Recording:
    table = np.loadtxt(RECORDINGS / f"{name}.csv", delimiter=",", skiprows=1)
    return Recording.of_bytes((table[:, 1] * 1000).astype("<i2").tobytes(), 125.0, 0.001)


def _box(boot: int, secret: bytes = SECRET, key_id: int = 1) -> wire.Encoder:
    mac_key, cipher_key = wire.derived(secret, wire.DOWN)
    return wire.Encoder(mac_key, key_id, boot, Cipher(cipher_key)) if key_id else wire.Encoder(boot=boot)


def _replies(band: Band, keys: tuple[bytes, bytes] | None = None) -> list[tuple[int, int, int, str]]:
    decoder = wire.Decoder({1: keys[0]}, {1: Cipher(keys[1])}) if keys else wire.Decoder()
    frames = [decoder.frame(data) for data in band.notices(services.UP)]
    found = [commands.unpack_reply(f.payload) for f in frames if f is not None and f.kind == wire.REPLY]
    return [reply for reply in found if reply is not None]


@pytest.mark.parametrize("mtu", [23, 185, 247])
def test_frames_arrive_whole_whatever_packets_the_link_carries(tmp_path: Path, mtu: int) -> None:
    band = Band(tmp_path)
    band.radio.connect(1, mtu)
    band.live(5.0)
    pieces = band.notices(services.UP)
    assert max(map(len, pieces)) <= mtu - 3
    decoder = wire.Decoder()
    frames = []
    for piece in pieces:
        if len(piece) <= services.LONGEST_PIECE:
            frames += decoder.feed(piece)
        elif (frame := decoder.frame(piece)) is not None:
            frames.append(frame)
    samples = [wire.Samples.unpack(frame.payload) for frame in frames if frame.kind == wire.SAMPLES]
    ecg = sum(len(found.counts) for found in samples if found is not None and found.channel == "ecg")
    assert (decoder.dropped, decoder.lost) == ({}, 0)
    assert ecg == pytest.approx(1250, abs=15)


def test_any_app_sees_the_heart_rate_the_battery_and_who_made_this(tmp_path: Path) -> None:
    band = Band(tmp_path)
    assert band.radio.is_advertising
    band.radio.connect(1, 185)
    band.live(25.0)
    beats = band.notices(services.HEART_RATE_MEASUREMENT)
    assert len(beats) > 15
    flags, bpm = beats[-1][0], beats[-1][1]
    assert flags == 0x16
    assert bpm == pytest.approx(70, abs=3)
    # Each interval is that of the people who marked this recording; only the very first beats may be missed.
    intervals_ms = np.array([int.from_bytes(beat[2:4], "little") / 1.024 for beat in beats])
    marked_s = json.loads((RECORDINGS / "truth.json").read_text())["rest_ecg.csv"]["beats_s"]
    marked_ms = np.diff(marked_s) * 1000
    errors_ms = [np.abs(intervals_ms - marked_ms[first : first + len(intervals_ms)]) for first in range(6)]
    assert min(np.percentile(error_ms, 95) for error_ms in errors_ms) < 12
    assert band.notices(services.BATTERY_LEVEL)[-1] == bytes([80])
    texts = {band.radio.names[handle]: data for handle, data in band.radio.values.items()}
    assert (texts[services.MAKER], texts[services.SERIAL]) == (b"Echoel", b"e0c40e100001")
    band.radio.disconnect(1)
    assert band.radio.is_advertising


def test_with_light_alone_it_tells_pulse_and_a_questionable_oxygen(tmp_path: Path) -> None:
    band = Band(tmp_path, sensors="max30102")
    band.radio.connect(1, 185)
    band.live(30.0)
    told = band.notices(services.OXIMETER_CONTINUOUS)
    assert len(told) > 10
    assert int.from_bytes(told[-1][5:7], "little") & 0x4000
    assert 40 < int.from_bytes(told[-1][3:5], "little") < 150


def test_a_strangers_commands_are_refused_and_the_boxs_obeyed_once(tmp_path: Path) -> None:
    band = Band(tmp_path, key_id=1, secret=SECRET.hex(), is_sealed=1)
    band.radio.connect(1, 247)
    keys = wire.derived(SECRET, wire.UP)
    buzz = commands.pack_vibrate(0.4, 200)
    ours = _box(5).frame(commands.VIBRATE, 0, buzz)

    def meanwhile(now_s: float) -> None:
        if now_s == pytest.approx(1.0, abs=0.005):
            for stranger in (_box(1, bytes(32)), _box(1, key_id=0)):
                band.radio.write(1, services.DOWN, stranger.frame(commands.VIBRATE, 0, buzz))
        if now_s == pytest.approx(2.0, abs=0.005) or now_s == pytest.approx(3.0, abs=0.005):
            band.radio.write(1, services.DOWN, ours)

    band.live(4.0, meanwhile)
    assert [strength for _, strength in band.models["drv2605l"].felt] == [102, 0]
    assert [reply[1] for reply in _replies(band, keys)] == [commands.OK]
    # And a reset does not make a recording of it fresh again; a new start of the box is.
    band.start_again()
    band.radio.connect(1, 247)

    def later(now_s: float) -> None:
        if now_s == pytest.approx(1.0, abs=0.005):
            band.radio.write(1, services.DOWN, ours)
        if now_s == pytest.approx(2.0, abs=0.005):
            band.radio.write(1, services.DOWN, _box(6).frame(commands.VIBRATE, 0, buzz))

    band.live(3.0, later)
    assert [reply[1] for reply in _replies(band, keys)] == [commands.OK]
    assert len(band.models["drv2605l"].felt) == 4


def test_without_a_pairing_the_air_may_only_ask_who_is_who(tmp_path: Path) -> None:
    band = Band(tmp_path)
    band.radio.connect(1, 247)
    box = _box(1, key_id=0)
    asked = [commands.IDENTIFY, commands.VIBRATE, commands.SET, commands.RESET, commands.UPDATE_BEGIN]
    frames = [box.frame(kind, 0, bytes(8)) for kind in asked]

    def meanwhile(now_s: float) -> None:
        if frames and now_s > 0.5:
            band.radio.write(1, services.DOWN, frames.pop(0))

    band.live(2.0, meanwhile)
    assert [reply[1] for reply in _replies(band)] == [commands.OK] + 4 * [commands.FORBIDDEN]


def test_a_chip_that_goes_away_leaves_the_others_and_comes_back(tmp_path: Path) -> None:
    band = Band(tmp_path)
    band.radio.connect(1, 247)
    finger = band.models["max30102"]

    def meanwhile(now_s: float) -> None:
        if 2.0 < now_s < 6.0:
            world.i2c.pop(finger.address, None)
            finger.registers[0x09] = 0  # without power it forgets how it was set up
        else:
            world.i2c[finger.address] = finger

    band.live(8.0, meanwhile)
    decoder = wire.Decoder()
    frames = [frame for data in band.notices(services.UP) if (frame := decoder.frame(data)) is not None]
    status = [commands.unpack_status(frame.payload) for frame in frames if frame.kind == wire.STATUS]
    assert [bool(found[1] & commands.FAULTY) for found in status if found] == [
        False,
        False,
        True,
        True,
        False,
    ]
    samples = [wire.Samples.unpack(frame.payload) for frame in frames if frame.kind == wire.SAMPLES]
    ecg = sum(len(found.counts) for found in samples if found is not None and found.channel == "ecg")
    ppg = sum(len(found.counts) for found in samples if found is not None and found.channel == "ppg")
    assert ecg == pytest.approx(2000, abs=15)
    assert ppg == pytest.approx(400, abs=15)
    assert world.now_us() - world.fed_us < 1_000_000


def test_half_a_minute_of_six_sensors_loses_no_sample_and_keeps_its_beat(tmp_path: Path) -> None:
    band = Band(tmp_path, sensors="ad8232,max30102,skin,breath,lsm6ds3,ds18b20")
    band.radio.connect(1, 247)
    band.live(30.0)
    decoder = wire.Decoder()
    ends: dict[str, float] = {}
    counted: dict[str, int] = {}
    for data in band.notices(services.UP):
        frame = decoder.frame(data)
        assert frame is not None
        samples = wire.Samples.unpack(frame.payload) if frame.kind == wire.SAMPLES else None
        if samples is None:
            continue
        if samples.channel in ends and samples.channel in ("ecg", "skin", "breath"):
            assert frame.time_ms == pytest.approx(ends[samples.channel], abs=1.01)
        ends[samples.channel] = frame.time_ms + len(samples.counts) * 1000 / samples.rate_hz
        counted[samples.channel] = counted.get(samples.channel, 0) + len(samples.counts)
    rates = {"ecg": 250, "ppg": 100, "skin": 50, "breath": 50, "motion": 104, "temperature": 1}
    assert counted.keys() == rates.keys()
    for channel, rate_hz in rates.items():
        assert counted[channel] == pytest.approx(30 * rate_hz, abs=0.02 * rate_hz + 2)
    assert max(source.worst_jitter_us for source in band.app.sources) == 0


def test_an_empty_battery_puts_it_to_sleep(tmp_path: Path) -> None:
    band = Band(tmp_path)
    band.models["max17048"].percent = 1.0

    class Pressed:
        """A button that somebody presses after twenty seconds of sleep."""

        def value(self) -> int:
            return 0 if world.asleep_ms >= 20_000 else 1

    world.pins[desk.ROW["button"]] = Pressed()
    with pytest.raises(machine.Reset):
        band.live(2.0)
    assert world.asleep_ms == 20_000


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "no secret"},
        {"key_id": 1},
        {"name": "x" * 41},
        {"colour": 3},
        {"packet_ms": True},
        {"packet_ms": 17, "name": "new"},
    ],
)
def test_a_setting_that_would_keep_it_from_starting_is_refused(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    band = Band(tmp_path)
    with pytest.raises(BadSetting):
        band.app.settings.change(changes)
    band.start_again()
    assert band.app.settings.text("name") == "Echoel wearable"


def test_calibrating_finds_the_zero_of_a_belt_and_keeps_it(tmp_path: Path) -> None:
    band = Band(tmp_path, sensors="breath")
    band.models["breath"]._girth = lambda: 0.1
    assert not band.app.gather("skin")
    assert band.app.gather("breath")
    band.live(5.0)
    assert band.app.settings.number("breath_zero") == pytest.approx(0.1 * 32768, abs=2)
