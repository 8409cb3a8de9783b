"""`echoel sensors`: what is there, in words and as JSON; its verbs over a virtual radio."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from appliance.contracts.settings import Settings
from appliance.errors import EchoelError, Misused
from appliance.sensors import bluetooth
from appliance.sensors.command import command
from appliance.sensors.names import Known, Names
from firmware import wire
from tests.peripherals.room import Room, enter, worn
from tests.peripherals.strap import Strap
from tests.peripherals.wearable import Wearable

KEYS = {
    *("sensor_id", "name", "kind", "state", "reason", "remedy", "is_simulated"),
    *("address", "is_paired", "battery_percent", "quality", "tested_at"),
}


def _ran(tmp_path: Path, *words: str) -> Result:
    return CliRunner().invoke(command, [*words, "--data", str(tmp_path)])


def _json(tmp_path: Path, *words: str) -> Any:
    ran = _ran(tmp_path, *words, "--json")
    assert ran.exit_code == 0, ran.output + repr(ran.exception)
    return json.loads(ran.stdout)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return enter(monkeypatch)


def test_the_list_is_json_when_asked(tmp_path: Path) -> None:
    rows = _json(tmp_path)["sensors"]
    assert all(set(row) == KEYS for row in rows)
    assert {"serial", "ble", "virtual"} <= {row["kind"] for row in rows}
    assert [row["is_simulated"] for row in rows if row["kind"] == "virtual"] == [True]
    assert all(row["state"] == "found" or (row["reason"] and row["remedy"]) for row in rows)


def test_the_list_for_people_says_what_is_simulated(tmp_path: Path) -> None:
    ran = _ran(tmp_path)
    assert ran.exit_code == 0
    assert "Virtual wearer (simulated)" in ran.output


@pytest.mark.parametrize("words", [("--scan",), ("scan",)])
def test_a_scan_on_a_machine_without_a_radio_ends_and_says_why(tmp_path: Path, words: tuple[str]) -> None:
    rows = [row for row in _json(tmp_path, *words)["sensors"] if row["kind"] == "ble"]
    assert rows
    assert all(row["state"] in ("found", "searching", "unavailable") for row in rows)


def test_a_scan_lists_every_strap_around(tmp_path: Path, room: Room) -> None:
    room.devices = {"H10 Anna": worn, "H10 Ben": worn}
    rows = [row for row in _json(tmp_path, "scan")["sensors"] if row["kind"] == "ble"]
    assert sorted((row["name"], row["state"], row["is_paired"]) for row in rows) == [
        ("H10 Anna", "found", False),
        ("H10 Ben", "found", False),
    ]


def test_a_strap_is_paired_tested_named_and_forgotten(tmp_path: Path, room: Room) -> None:
    room.devices = {"H10 Anna": worn, "H10 Ben": worn}
    paired = _json(tmp_path, "pair", "ben", "--name", "Ben's strap")
    assert paired["battery_percent"] == 81
    told = _json(tmp_path, "test", "Ben's strap")
    stream = told["streams"]["rr"]
    assert stream["measured_hz"] == pytest.approx(1 / 0.8, rel=0.02)
    assert (stream["gaps"], stream["contact"], told["battery_percent"]) == (0, 1.0, 81)
    assert stream["jitter_ms"] <= 20.0
    assert told["quality"] > 0.5
    assert _json(tmp_path, "name", "ben", "Strap two")["name"] == "Strap two"
    (row,) = [row for row in _json(tmp_path)["sensors"] if row["kind"] == "ble"]
    assert (row["name"], row["is_paired"], row["battery_percent"]) == ("Strap two", True, 81)
    assert row["quality"] == told["quality"]
    assert "battery 81 %, quality" in _ran(tmp_path).output
    assert _json(tmp_path, "forget", "strap")["sensor_id"] == row["sensor_id"]
    assert Names(tmp_path).all() == []


def test_the_box_takes_no_strap_of_others_once_it_has_its_own(tmp_path: Path, room: Room) -> None:
    settings = Settings(data=tmp_path)
    room.devices = {"H10 Anna": worn, "H10 Ben": worn}
    assert len(room.run(bluetooth.find(settings, True)).sensors) == 2
    _json(tmp_path, "pair", "Anna")
    assert [s.identity.name for s in room.run(bluetooth.find(settings, True)).sensors] == ["H10 Anna"]
    _json(tmp_path, "forget", "Anna")
    Names(tmp_path).change("ble:away", lambda _: Known("ble:away", "ble", "AA:AA", "H10", "Carla", True))
    finding = room.run(bluetooth.find(settings, True))
    assert (finding.sensors, finding.reason) == ((), "none of the paired sensors is near (Carla)")


def test_the_figures_for_people_fit_on_a_few_lines(tmp_path: Path, room: Room) -> None:
    room.devices = {"H10 Anna": worn}
    ran = _ran(tmp_path, "test", "--seconds", "5")
    assert ran.exit_code == 0, ran.output
    assert "H10 Anna (ble:" in ran.stdout
    assert "battery 81 %, quality" in ran.stdout
    assert "rr " in ran.stdout
    assert "5 s  " in ran.stderr or "4 s  " in ran.stderr


def _raised(tmp_path: Path, *words: str) -> EchoelError:
    error = _ran(tmp_path, *words).exception
    assert isinstance(error, EchoelError)
    assert error.remedy
    return error


def test_a_sensor_that_is_not_there_is_named_with_a_remedy(tmp_path: Path, room: Room) -> None:
    room.devices = {"H10 Anna": worn, "H10 Ben": worn}
    assert "did you mean 'H10 Anna'" in _raised(tmp_path, "test", "H10 Anno").remedy
    assert "several sensors fit" in str(_raised(tmp_path, "pair", "h10"))
    for words in (("forget", "x"), ("name", "x", "y"), ("pair", "x"), ("test", "x")):
        assert isinstance(_raised(tmp_path, *words), Misused)
    assert "did you mean 'motion'" in _raised(tmp_path, "pair", "anna", "--streams", "moton").remedy
    assert "needs no pairing" in str(_raised(tmp_path, "pair", "virtual"))


def test_a_strap_that_a_running_box_may_hold_is_left_alone(tmp_path: Path, room: Room) -> None:
    room.devices = {"H10": worn}
    (tmp_path / "run").mkdir()
    for pid, is_running in ((os.getpid(), True), (2**22 + 1, False)):
        (tmp_path / "run" / "box.json").write_text(json.dumps({"pid": pid}), encoding="utf-8")
        if is_running:
            assert "the box is running" in str(_raised(tmp_path, "test", "H10"))
            assert "the box is running" in str(_raised(tmp_path, "pair", "H10"))
        else:
            assert _json(tmp_path, "pair", "H10")["is_paired"]


def test_a_strap_that_leaves_during_the_test_is_told_with_its_figures(tmp_path: Path, room: Room) -> None:
    async def leaving(device: Any) -> None:
        strap = Strap(device)
        await strap.advertise()
        beats = 0
        while beats < 4:
            if strap.is_connected:
                await strap.notify(1024)
                beats += 1
            await asyncio.sleep(1.0)
        await strap.drop()

    room.devices = {"H10": leaving}
    ran = _ran(tmp_path, "test", "--json")
    told = json.loads(ran.stdout)
    assert told["reason"] == "H10 disconnected"
    assert told["streams"]["rr"]["samples"] >= 3
    assert ran.exit_code == 1


def test_a_wearable_is_paired_with_its_key_and_refused_with_another(tmp_path: Path, room: Room) -> None:
    async def wrist(device: Any) -> None:
        worn_here = Wearable(device, secret=bytes(16), key_id=5)
        number = 0
        while True:
            if worn_here.is_connected:
                await worn_here.sample(number * 40, wire.Samples("ecg", 100.0, 0.001, [1, 2, 3, 4], True))
                number += 1
            elif not worn_here.is_calling:
                await worn_here.advertise()
            await asyncio.sleep(0.04)

    room.devices = {"wrist": wrist}
    for name, key in (("right", "00" * 16), ("wrong", "01" * 16), ("broken", "no key")):
        (tmp_path / name).write_text(key, encoding="ascii")
    key_file = tmp_path / "right"
    row = _json(tmp_path, "pair", "wrist", "--key-file", str(key_file), "--key-id", "5")
    assert (row["key_file"], row["key_id"], row["battery_percent"]) == (str(key_file), 5, 88)
    assert "0000" not in (tmp_path / "sensors.json").read_text(encoding="utf-8")
    told = _json(tmp_path, "test", "wrist")
    assert told["streams"]["ecg"]["measured_hz"] == pytest.approx(100.0, rel=0.01)
    assert told["streams"]["ecg"]["gaps"] == 0
    _json(tmp_path, "pair", "wrist", "--key-file", str(tmp_path / "wrong"), "--key-id", "5")
    assert "no key for" in str(_raised(tmp_path, "test", "wrist"))
    assert "cannot be read" in str(_raised(tmp_path, "pair", "wrist", "--key-file", str(tmp_path / "broken")))


def test_the_simulated_wearer_can_be_tested_and_named(tmp_path: Path) -> None:
    told = _json(tmp_path, "test", "virtual", "--seconds", "1")
    assert told["is_simulated"]
    assert told["streams"]["ecg"]["rate_hz"] == 250.0
    _json(tmp_path, "name", "virtual", "Model person")
    (row,) = [row for row in _json(tmp_path)["sensors"] if row["kind"] == "virtual"]
    assert (row["name"], row["is_simulated"]) == ("Model person", True)
