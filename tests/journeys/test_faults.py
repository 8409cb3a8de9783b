"""Processes are killed in the middle of a session: nothing is lost, and nothing arrives twice."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.journeys.running import RECORDINGS, Up, up
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def _rows(database: Path, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(database) as connection:
        return connection.execute(question).fetchall()


def lost_and_doubled(data: Path) -> tuple[int, int]:
    """Compare what the journal kept with what the API has: (missing there, there more than once)."""
    kept = [row[0] for row in _rows(data / "journal.db", "select number from intervals")]
    told = [row[0] for row in _rows(data / "api.db", "select number from body_intervals")]
    return len(set(kept) - set(told)), len(told) - len(set(told))


def _states(box: Up) -> list[str]:
    return [row["state"] for row in box.get("/api/body-sessions")["data"]]


def _reported(box: Up) -> int:
    try:
        return len(_rows(box.data / "api.db", "select number from body_intervals"))
    except sqlite3.OperationalError:
        return 0


def test_the_worker_the_api_and_the_broker_killed_in_the_middle_lose_and_double_nothing(
    tmp_path: Path,
) -> None:
    # Long enough for five deaths, each followed by news, also on a machine with much else to do.
    flags = ("--replay", str(RECORDINGS / "paced_ecg.csv.gz"), "--speed", "3", "--once")
    with up(tmp_path, *flags) as box:
        for victim in ("mosquitto", "api worker", "api serve", "mosquitto", "api worker"):
            before = _reported(box)
            assert until(lambda before=before: _reported(box) > before, 40), (
                f"no report before killing {victim}"
            )
            assert box.kill(victim) > 0, f"{victim} was not running"
        assert box.wait(150) == 0, box.said
    assert lost_and_doubled(tmp_path) == (0, 0)
    assert _rows(tmp_path / "journal.db", "select count(*) from outbox") == [(0,)]


def test_the_check_for_loss_sees_a_row_that_is_missing_or_doubled(tmp_path: Path) -> None:
    for name, table, numbers in (("journal", "intervals", (0, 1, 2)), ("api", "body_intervals", (0, 2, 2))):
        with sqlite3.connect(tmp_path / f"{name}.db") as connection:
            connection.execute(f"create table {table} (number integer)")
            connection.executemany(f"insert into {table} values (?)", [(number,) for number in numbers])
    assert lost_and_doubled(tmp_path) == (1, 1)


def test_a_killed_appliance_comes_back_and_its_session_is_kept_as_interrupted(tmp_path: Path) -> None:
    with up(tmp_path, "--simulate") as box:
        assert until(box.is_ready, 30)
        assert until(lambda: box.command("start").ok, 20)
        assert until(lambda: _reported(box) > 0, 40)
        assert box.kill("main() appliance") == 1
        assert until(lambda: _states(box)[:1] == ["interrupted"], 30)
        assert until(lambda: box.command("start").ok, 20)
        assert box.stop() == 0
    assert lost_and_doubled(tmp_path)[0] == 0


def test_without_a_broker_the_local_bus_carries_the_same_reports_through_a_kill(tmp_path: Path) -> None:
    flags = ("--replay", str(RECORDINGS / "rest_ecg.csv"), "--speed", "8", "--once")
    with up(tmp_path, *flags, ECHOEL_BUS="local") as box:
        assert until(lambda: _reported(box) > 0, 40)
        assert box.kill("main() bus") == 1
        assert box.wait(150) == 0, box.said
    assert lost_and_doubled(tmp_path) == (0, 0)
    assert _rows(tmp_path / "journal.db", "select count(*) from outbox") == [(0,)]
