"""`echoel sensors update`: new code over the cable of a wearable on the desk, and every way it can fail."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial
from click.testing import CliRunner, Result

from appliance.errors import EchoelError, Misused, SensorLost, SensorRefused
from appliance.sensors import updating
from appliance.sensors.command import command
from appliance.sensors.names import Known, Names
from firmware import commands, wire
from firmware.sender import files_of
from tests.firmware.desk.wearable import Wearable

HELLO = wire.pack_hello("e0c40e100001", "Left wrist")


class Played:
    """A port whose wearable is played here.

    reasons: kind of a command -> reason of the reply. silent_after: commands until it is pulled; None never.
    """

    port = "/dev/ttyACM9"

    def __init__(self, reasons: dict[int, int], silent_after: int | None = None) -> None:
        self._reasons = reasons
        self._left = silent_after
        self._encoder = wire.Encoder(boot=1)
        self._decoder = wire.Decoder()
        self._out = b""
        self.status = commands.pack_status(80, 0, 0, 0, 0, 6, "0.9.0")

    def __enter__(self) -> Played:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, _count: int) -> bytes:
        if self._left is not None and self._left <= 0:
            raise serial.SerialException("device reports readiness to read but returned no data")
        told, self._out = self._out, b""
        if told:
            return told
        return self._encoder.line(wire.HELLO, 0, HELLO) + self._encoder.line(wire.STATUS, 0, self.status)

    def write(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            self._left = None if self._left is None else self._left - 1
            offset = 0
            if frame.kind == commands.UPDATE_DATA:
                asked = commands.unpack_data(frame.payload)
                assert asked is not None
                offset = asked[0] + len(asked[1])
            reason = self._reasons.get(frame.kind, commands.OK)
            reply = commands.pack_reply(
                frame.sequence, reason, 7 if frame.kind == commands.ACCEPTED else offset
            )
            self._out += self._encoder.line(wire.REPLY, 0, reply)


def _ran(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["update", *words, "--data", str(folder / "data")])


def _raised(folder: Path, *words: str) -> EchoelError:
    error = _ran(folder, *words).exception
    assert isinstance(error, EchoelError), repr(error)
    assert error.remedy
    return error


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a port that is named in the settings and there."""
    path = tmp_path / "ttyWEARABLE"
    path.touch()
    monkeypatch.setenv("ECHOEL_SERIAL_PORT", str(path))
    return path


def _play(monkeypatch: pytest.MonkeyPatch, played: Played) -> None:
    monkeypatch.setattr(serial, "Serial", lambda *_, **__: played)


def test_a_check_tells_version_and_battery_and_sends_nothing(
    tmp_path: Path, port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _play(monkeypatch, Played({}, silent_after=1))  # the first command would pull the cable
    ran = _ran(tmp_path, "--check")
    assert ran.exit_code == 0, repr(ran.exception)
    assert "Left wrist (e0c40e100001) has version 0.9.0, battery 80 %; the box has 1." in ran.output
    told = json.loads(_ran(tmp_path, "--check", "--json").stdout)
    assert (told["is_needed"], told["is_kept"], told["number"]) == (True, None, 7)


def test_an_update_tells_its_way_in_tenths_and_ends_when_it_is_kept(
    tmp_path: Path, port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.sender._TELL_S", 0.0)
    _play(monkeypatch, Played({}))
    ran = _ran(tmp_path)
    assert ran.exit_code == 0, repr(ran.exception)
    assert "Left wrist keeps version" in ran.stdout
    lines = ran.stderr.splitlines()
    assert lines == sorted(set(lines), key=lines.index)
    assert (len(lines), lines[-1]) == (12, "new code proves itself")
    _play(monkeypatch, Played({}))
    ran = _ran(tmp_path, "--json")
    assert (ran.stderr, json.loads(ran.stdout)["is_kept"]) == ("", True)


@pytest.mark.parametrize(
    ("kind", "reason", "remedy"),
    [
        (commands.UPDATE_BEGIN, commands.LOW_BATTERY, "charge it to 30 %"),
        (commands.UPDATE_BEGIN, commands.ON_TRIAL, "wait"),
        (commands.UPDATE_BEGIN, commands.OLD, "--check"),
        (commands.UPDATE_DATA, commands.FULL, "docs/firmware.md"),
        (commands.UPDATE_DATA, commands.DAMAGED_FILE, "send it again"),
        (commands.UPDATE_BEGIN, 200, "send it again"),
    ],
)
def test_a_refusal_is_told_with_its_reason_and_what_to_do(
    tmp_path: Path, port: Path, monkeypatch: pytest.MonkeyPatch, kind: int, reason: int, remedy: str
) -> None:
    _play(monkeypatch, Played({kind: reason}))
    error = _raised(tmp_path)
    assert isinstance(error, SensorRefused)
    assert (commands.REASONS[reason] if reason < len(commands.REASONS) else "newer reason") in str(error)
    assert remedy in error.remedy


def test_a_cable_that_is_pulled_leaves_the_old_code_and_is_told_so(
    tmp_path: Path, port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _play(monkeypatch, Played({}, silent_after=300))
    error = _raised(tmp_path)
    assert isinstance(error, SensorLost)
    assert "the cable was pulled when" in str(error)
    assert "still runs its old code" in str(error)


def test_code_that_does_not_prove_itself_is_told_so(
    tmp_path: Path, port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "PROOF_S", 0.05)
    _play(monkeypatch, Played({}))
    assert "did not prove itself" in str(_raised(tmp_path))


def test_a_last_reply_that_the_restart_swallows_is_no_failure(
    tmp_path: Path, port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.sender._TELL_S", 0.0)
    _play(monkeypatch, Played({commands.UPDATE_END: commands.INCOMPLETE}))
    assert "keeps version" in _ran(tmp_path).output


def test_what_is_no_wearable_and_what_is_not_there_is_told(
    tmp_path: Path, port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "STATUS_S", 0.0)
    _play(monkeypatch, Played({}))
    assert "does not speak as a wearable" in str(_raised(tmp_path))
    port.unlink()
    assert "not plugged in" in str(_raised(tmp_path))
    monkeypatch.delenv("ECHOEL_SERIAL_PORT")
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    assert "no USB serial device is plugged in" in str(_raised(tmp_path))


def test_a_running_box_and_a_strap_are_left_alone(tmp_path: Path, port: Path) -> None:
    run = tmp_path / "data" / "run"
    run.mkdir(parents=True)
    Names(run.parent).change("ble:anna", lambda _: Known("ble:anna", "ble", "AA:AA", "H10", "Anna", True))
    assert "not on a cable" in str(_raised(tmp_path, "anna"))
    (run / "box.json").write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
    error = _raised(tmp_path)
    assert isinstance(error, Misused)
    assert "the box is running" in str(error)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wearable]:
    """A wearable on the desk that starts again whenever it resets."""
    made = Wearable(tmp_path)
    made.plug()
    monkeypatch.setenv("ECHOEL_SERIAL_PORT", str(made.path))
    done = threading.Event()

    def mind() -> None:
        while not done.wait(0.02):
            made.poll()

    thread = threading.Thread(target=mind)
    thread.start()
    yield made
    done.set()
    thread.join()
    made.pull()


def _files(version: str) -> dict[str, bytes]:
    files = files_of(has_models=True)
    files["firmware/main.py"] = files["firmware/main.py"].replace(b'VERSION = "1.0.0"', version.encode())
    return files


@pytest.mark.slow
def test_a_wearable_on_the_desk_gets_new_code_and_keeps_it(
    tmp_path: Path, desk: Wearable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checked() -> Any:
        return json.loads(_ran(tmp_path, "--check", "--json").stdout)

    monkeypatch.setattr(updating, "files_of", lambda: _files('VERSION = "1.1.0"'))
    with serial.Serial(str(desk.path), 115_200, timeout=0.01) as line:
        line.write(wire.Encoder(boot=9).line(commands.SET, 0, commands.pack_settings({"trial_s": 1})))
        line.read(4096)
    before = checked()
    ran = _ran(tmp_path)
    assert ran.exit_code == 0, repr(ran.exception)
    after = checked()
    assert (before["wearable"]["version"], before["is_needed"]) == ("1.0.0", True)
    assert (after["wearable"]["version"], after["is_needed"]) == ("1.1.0", False)
    assert after["wearable"]["update"] == before["wearable"]["update"] + 1
    assert (desk.resets, desk.falls) == (1, 0)


@pytest.mark.slow
def test_a_port_that_another_program_holds_is_left_alone(tmp_path: Path, desk: Wearable) -> None:
    with serial.Serial(str(desk.path), 115_200, timeout=0.01, exclusive=True):
        assert "is used by another program" in str(_raised(tmp_path))
