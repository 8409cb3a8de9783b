"""The wearable on the desk through what befalls wearables: pulled, reset, updated, badly updated, noise."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import serial

from appliance.sensors.decoders.wearable import WearableDecoder
from firmware import commands, wire
from firmware.sender import Cable, Sender, UpdateRefused, files_of
from tests.firmware.desk.tools import compiled
from tests.firmware.desk.wearable import Wearable

# The command's number, the place of the reason, a number and a text.
Reply = tuple[int, int, int, str]


@contextmanager
def _line(wearable: Wearable) -> Iterator[serial.Serial]:
    with serial.Serial(str(wearable.path), 115_200, timeout=0.01) as line:
        yield line


def _until(cable: Cable, is_enough: Callable[[int, Reply], bool], span_s: float = 10.0) -> Reply:
    """Wait for a reply; the time is a limit for a test that hangs, not a thing that is measured."""
    ends_s = time.monotonic() + span_s
    while time.monotonic() < ends_s:
        for kind, payload in cable.replies():
            reply = commands.unpack_reply(payload)
            if reply is not None and is_enough(kind, reply):
                return reply
    raise AssertionError("no such reply came")


def _asked(cable: Cable, kind: int, payload: bytes = b"") -> Reply:
    cable.ask(kind, payload)
    return _until(cable, lambda found, _: found == kind)


@contextmanager
def _kept_alive(wearable: Wearable) -> Iterator[None]:
    """Start the board again whenever it resets, meanwhile."""
    done = threading.Event()

    def mind() -> None:
        while not done.wait(0.02):
            wearable.poll()

    thread = threading.Thread(target=mind)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _boots(cable: Cable, line: serial.Serial, count: int) -> list[int]:
    """The boot numbers of the next HELLO frames."""
    found: list[int] = []
    decoder = wire.Decoder()
    ends_s = time.monotonic() + 15.0
    while len(found) < count and time.monotonic() < ends_s:
        found += [frame.boot for frame in decoder.feed(line.read(4096)) if frame.kind == wire.HELLO]
    return found


def test_commands_are_answered_and_settings_outlive_a_pulled_cable(wearable: Wearable) -> None:
    with _line(wearable) as line:
        cable = Cable(line)
        assert _asked(cable, commands.IDENTIFY)[1] == commands.OK
        assert _asked(cable, commands.VIBRATE, commands.pack_vibrate(0.5, 100))[1] == commands.OK
        assert _asked(cable, commands.SELF_TEST)[1] == commands.OK
        assert _asked(cable, 0xBF)[1] == commands.UNKNOWN
        assert _asked(cable, commands.SET, commands.pack_settings({"packet_ms": 99}))[3]
        assert _asked(cable, commands.SET, commands.pack_settings({"name": "Left wrist"}))[1] == commands.OK
        (boot,) = _boots(cable, line, 1)
    wearable.pull()
    wearable.plug()
    with _line(wearable) as line:
        decoder = wire.Decoder()
        hello = None
        ends_s = time.monotonic() + 10.0
        while hello is None and time.monotonic() < ends_s:
            hello = next((frame for frame in decoder.feed(line.read(4096)) if frame.kind == wire.HELLO), None)
        assert hello is not None
        assert wire.unpack_hello(hello.payload) == ("e0c40e100001", "Left wrist")
        assert hello.boot == boot + 1


def test_noise_and_damaged_commands_are_not_obeyed_and_do_not_stop_the_stream(wearable: Wearable) -> None:
    chance = random.Random(7)
    with _line(wearable) as line:
        cable = Cable(line)
        _asked(cable, commands.IDENTIFY)
        for _ in range(30):
            damaged = bytearray(
                wire.Encoder(boot=9).line(commands.SET, 0, commands.pack_settings({"name": "Eve"}))
            )
            damaged[chance.randrange(len(damaged) - 1)] ^= 1 << chance.randrange(8)
            line.write(bytes(damaged) + chance.randbytes(200) + b"\0")
        assert _asked(cable, commands.IDENTIFY)[1] == commands.OK
        before = cable.decoder.accepted
        list(cable.replies())
        assert (cable.decoder.dropped, cable.decoder.lost) == ({}, 0)
        assert _asked(cable, commands.SELF_TEST)[1] == commands.OK
        assert cable.decoder.accepted > before
    assert not [file for file in wearable.flash.glob("settings*.json") if b"Eve" in file.read_bytes()]


@pytest.mark.slow
def test_an_update_over_the_cable_is_tried_proved_and_kept(wearable: Wearable, tmp_path: Path) -> None:
    files = files_of(has_models=True)
    files["firmware/main.py"] = files["firmware/main.py"].replace(b'VERSION = "1.0.0"', b'VERSION = "1.1.0"')
    with _line(wearable) as line, _kept_alive(wearable):
        cable = Cable(line)
        quick = commands.pack_settings({"trial_s": 1, "packet_ms": 4})
        assert _asked(cable, commands.SET, quick)[1] == commands.OK
        cable.update(Sender(compiled(files, tmp_path / "compiled"), 7, "1.1.0"))
        assert Cable(line).prove(7, 30.0)
        with pytest.raises(UpdateRefused, match="not newer"):
            Cable(line, boot=3).update(Sender(files, 7, "1.1.0"))
        decoder = wire.Decoder()
        status = None
        ends_s = time.monotonic() + 10.0
        while status is None and time.monotonic() < ends_s:
            status = next(
                (frame for frame in decoder.feed(line.read(4096)) if frame.kind == wire.STATUS), None
            )
        assert status is not None
        told = commands.unpack_status(status.payload)
        assert told is not None
        assert (told[5], told[6]) == (7, "1.1.0")
    assert (wearable.resets, wearable.falls) == (1, 0)


@pytest.mark.slow
def test_an_update_that_does_not_start_is_taken_back_by_itself(wearable: Wearable) -> None:
    broken = {"firmware/main.py": b"raise RuntimeError('a bad day')\n", "firmware/__init__.py": b""}
    with _line(wearable) as line, _kept_alive(wearable):
        Cable(line).update(Sender(broken, 3, "bad"))
        ends_s = time.monotonic() + 15.0
        while wearable.resets < 4 and time.monotonic() < ends_s:
            line.read(4096)
        cable = Cable(line, boot=2)
        assert _asked(cable, commands.SELF_TEST)[1] == commands.OK
        assert not Cable(line, boot=4).prove(3, 1.5)
    assert wearable.falls == 3


@pytest.mark.slow
def test_a_reset_goes_past_the_box_as_a_gap_and_a_new_start(wearable: Wearable) -> None:
    decoder = WearableDecoder("serial:a")
    with _line(wearable) as line, _kept_alive(wearable):
        box = wire.Encoder(boot=1)
        sequences: list[int] = []
        ends_s = time.monotonic() + 12.0
        while time.monotonic() < ends_s and (wearable.resets == 0 or len(sequences) < 200):
            if len(sequences) == 50:
                line.write(box.line(commands.RESET, 0, b""))
            frames = decoder.feed(line.read(64), time.monotonic())
            sequences += [frame.sequence for frame in frames if frame.channel == "ecg"]
    assert wearable.resets >= 1
    assert dict(decoder.dropped).keys() <= {"crc", "stuffing"}  # the line that the reset cut in two
    assert np.all(np.diff(sequences) >= 1)
    assert np.max(np.diff(sequences)) > 1


def test_what_the_line_damages_is_dropped_and_the_rest_is_the_hearts(wearable: Wearable) -> None:
    chance = random.Random(3)
    clean, shaken = WearableDecoder("serial:a"), WearableDecoder("serial:b")
    believed: list[bytes] = []
    told: set[bytes] = set()
    with _line(wearable) as line:
        while len(told) < 150:
            data = line.read(512)
            damaged = bytearray(data)
            if data and chance.random() < 0.5:
                damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
            told |= {frame.values.tobytes() for frame in clean.feed(data, time.monotonic())}
            believed += [frame.values.tobytes() for frame in shaken.feed(bytes(damaged), time.monotonic())]
    assert sum(shaken.dropped.values()) > 5
    assert len(believed) > 10
    assert set(believed) <= told


@pytest.mark.slow
def test_power_lost_in_the_middle_of_an_update_leaves_the_old_code_running(
    wearable: Wearable, tmp_path: Path
) -> None:
    files = compiled(files_of(has_models=True), tmp_path / "compiled")
    for part in (0.05, 0.5, 0.97):
        sender = Sender(files, 9, "2.0.0")
        with _line(wearable) as line:
            cable = Cable(line)
            while sender.confirmed < part * sender.size:
                for kind, payload in sender.due(time.monotonic()):
                    cable.ask(kind, payload)
                for kind, payload in cable.replies():
                    sender.heard(payload, kind, time.monotonic())
            wearable.pull()
        wearable.plug()
        with _line(wearable) as line:
            assert _asked(Cable(line), commands.SELF_TEST)[1] == commands.OK
    # And the whole one then goes through as if nothing had been.
    with _line(wearable) as line, _kept_alive(wearable):
        Cable(line).update(Sender(files, 9, "2.0.0"))
        while wearable.resets == 0:
            line.read(512)
        assert _asked(Cable(line, boot=2), commands.ACCEPTED, commands.pack_accepted(0, 0))[3] == "on trial"
