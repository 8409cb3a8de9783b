"""`echoel sessions`, as a person and as a script calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.errors import Misused, StorageBroken
from appliance.journal import Journal
from appliance.journal.command import command
from tests.appliance import making


@pytest.fixture
def data(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / "journal.db")
    for number in (1, 2):
        name = f"20261120T12000{number}Z-abcd{number}"
        journal.open_session(making.head(name, started_at=making.head().started_at.replace(second=number)))
        journal.add_intervals(name, making.intervals(5), making.BEGAN_S)
        journal.add_event(name, "paused")
    journal.close()
    return tmp_path


def run(*words: str) -> str:
    result = CliRunner().invoke(command, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_an_absent_journal_is_an_empty_list_and_no_error(tmp_path: Path) -> None:
    assert json.loads(run("--data", str(tmp_path / "none"), "--json")) == []
    assert "yet" in run("--data", str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_the_list_names_state_and_simulation_and_leaves_unknown_figures_open(data: Path) -> None:
    text = run("--data", str(data))
    assert "20261120T120002Z-abcd2" in text
    assert "(simulated)" in text
    assert "–" in text
    assert "nan" not in text


def test_json_holds_every_session_newest_first(data: Path) -> None:
    rows = json.loads(run("--data", str(data), "--json"))
    assert [row["body_session_id"][-1] for row in rows] == ["2", "1"]
    assert rows[0]["summary"]["mean_hr_bpm"] is None
    assert len(json.loads(run("--data", str(data), "--json", "--limit", "1"))) == 1


def test_one_session_is_shown_by_the_beginning_of_its_name(data: Path) -> None:
    detail = json.loads(run("20261120T120001", "--data", str(data), "--json"))
    assert detail["body_session_id"] == "20261120T120001Z-abcd1"
    assert len(detail["intervals"]) == 5
    assert [event["kind"] for event in detail["events"]] == ["paused"]
    assert "5 intervals" in run("20261120T120001", "--data", str(data))


def test_an_unknown_or_ambiguous_name_is_misuse_and_names_the_nearest(data: Path) -> None:
    with pytest.raises(Misused) as unknown:
        run("20261120T120001Z-abcx1", "--data", str(data))
    assert "20261120T120001Z-abcd1" in unknown.value.remedy
    with pytest.raises(Misused, match="begins 2 sessions"):
        run("2026", "--data", str(data))


def test_a_broken_journal_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"garbage " * 1000)
    with pytest.raises(StorageBroken) as refusal:
        run("--data", str(tmp_path))
    assert refusal.value.remedy
