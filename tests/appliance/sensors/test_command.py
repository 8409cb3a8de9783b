"""`echoel sensors`: what is there, in words and as JSON, on any machine."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from appliance.sensors.command import command

KEYS = {"sensor_id", "name", "kind", "state", "reason", "remedy", "is_simulated"}


def test_the_list_is_json_when_asked(tmp_path: Path) -> None:
    ran = CliRunner().invoke(command, ["--json", "--data", str(tmp_path)])
    assert ran.exit_code == 0
    rows = json.loads(ran.output)["sensors"]
    assert all(set(row) == KEYS for row in rows)
    assert {row["kind"] for row in rows} == {"serial", "ble", "virtual"}
    assert [row["is_simulated"] for row in rows if row["kind"] == "virtual"] == [True]
    assert all(row["state"] == "found" or (row["reason"] and row["remedy"]) for row in rows)


def test_the_list_for_people_says_what_is_simulated(tmp_path: Path) -> None:
    ran = CliRunner().invoke(command, ["--data", str(tmp_path)])
    assert ran.exit_code == 0
    assert "Virtual wearer (simulated)" in ran.output


def test_a_scan_on_a_machine_without_a_radio_ends_and_says_why(tmp_path: Path) -> None:
    ran = CliRunner().invoke(command, ["--scan", "--json", "--data", str(tmp_path)])
    assert ran.exit_code == 0
    (row,) = [row for row in json.loads(ran.output)["sensors"] if row["kind"] == "ble"] or [None]
    assert row is None or row["state"] in ("found", "searching", "unavailable")
