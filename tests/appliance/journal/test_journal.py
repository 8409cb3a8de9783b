"""The journal keeps what it is given, in order, and reports it in the same breath."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import SteppedClock
from appliance.contracts import Interval
from appliance.contracts.messages import Summary
from appliance.errors import StorageBroken
from appliance.journal import Journal
from appliance.journal.storage import connect
from tests.appliance import making
from tests.broker import until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path)
    yield opened
    opened.close()


def test_a_session_comes_back_as_it_was_kept(journal: Journal) -> None:
    journal.open_session(making.head())
    given = making.intervals(20)
    journal.add_intervals("one", given[:7], making.BEGAN_S)
    journal.add_intervals("one", given[7:], making.BEGAN_S)
    journal.add_state("one", making.state(0.25), making.BEGAN_S)
    journal.add_event("one", "paused", "by the panel", 3.0)
    figures = Summary(beats=21, duration_s=20.0, mean_hr_bpm=74.5, quality=0.9)
    done = making.head(state="finished", summary=figures)
    journal.close_session(done)
    assert journal.flush()
    detail = journal.session("one")
    assert detail is not None
    assert detail.head == done
    assert [row.number for row in detail.intervals] == list(range(20))
    assert [row.rr_ms for row in detail.intervals] == [interval.rr_ms for interval in given]
    assert [row.time_s for row in detail.intervals] == [float(second) for second in range(20)]
    assert detail.states[0].time_s == 0.25
    assert [(event.kind, event.detail, event.time_s) for event in detail.events] == [
        ("paused", "by the panel", 3.0)
    ]


def test_sessions_are_listed_newest_first(journal: Journal) -> None:
    for hour in (9, 11, 10):
        began = making.head().started_at.replace(hour=hour)
        journal.open_session(making.head(f"at-{hour}", started_at=began))
    assert journal.flush()
    assert [head.body_session_id for head in journal.sessions()] == ["at-11", "at-10", "at-9"]
    assert [head.body_session_id for head in journal.sessions(limit=1)] == ["at-11"]
    assert journal.session("at-12") is None


def test_raw_samples_come_back_to_the_last_one_with_their_gaps(journal: Journal) -> None:
    journal.open_session(making.head())
    for sequence in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12):
        journal.add_frame("one", making.frame(sequence))
    journal.close_session(making.head(state="finished"))
    assert journal.flush()
    chunks = list(journal.chunks("one"))
    spans = [(chunk.first_sequence, chunk.last_sequence) for chunk in chunks]
    assert spans == [(0, 4), (7, 11), (12, 12)]
    for chunk in chunks:
        begin = chunk.first_sequence * 25
        np.testing.assert_array_equal(chunk.values, np.arange(begin, begin + len(chunk.values)))
        assert chunk.sensor_time_s == begin / 250.0


def test_a_lost_sample_stays_lost_and_contact_is_remembered(journal: Journal) -> None:
    journal.open_session(making.head())
    journal.add_frame("one", making.frame(0, values=np.array([1.0, math.nan, 3.0])))
    journal.add_frame("one", making.frame(1, values=np.array([4.0]), has_contact=False))
    journal.close_session(making.head(state="stopped"))
    assert journal.flush()
    first, second = journal.chunks("one")
    np.testing.assert_array_equal(first.values, [1.0, math.nan, 3.0])
    assert (first.has_contact, second.has_contact) == (None, False)


def test_a_frame_may_be_a_view_into_a_buffer_that_is_filled_again(journal: Journal) -> None:
    buffer = np.ones(25)
    journal.open_session(making.head())
    journal.add_frame("one", making.frame(0, values=buffer))
    buffer[:] = -1.0
    journal.close_session(making.head(state="stopped"))
    assert journal.flush()
    assert set(next(journal.chunks("one")).values) == {1.0}


def test_rows_reach_the_disk_without_asking(journal: Journal, path: Path) -> None:
    journal.open_session(making.head())
    assert journal.flush()
    journal.add_intervals("one", making.intervals(3), making.BEGAN_S)

    def kept() -> bool:
        detail = journal.session("one")
        return detail is not None and len(detail.intervals) == 3

    until(kept, "the batch to be committed", 5)


def test_commits_survive_a_power_cut_because_they_are_synchronous(path: Path, journal: Journal) -> None:
    connection = connect(path)
    names = ("journal_mode", "synchronous", "foreign_keys")
    assert [connection.execute(f"pragma {name}").fetchone()[0] for name in names] == ["wal", 2, 1]
    loose = [row[0] for row in connection.execute("select name from pragma_table_list where strict = 0")]
    connection.close()
    assert {name for name in loose if not name.startswith("sqlite_")} == {"_sqlite_migrations"}


def test_what_is_not_a_number_is_neither_kept_nor_reported(journal: Journal, path: Path) -> None:
    journal.open_session(making.head())
    bad = [Interval(making.BEGAN_S + 1, math.nan, 800.0), Interval(making.BEGAN_S + 2, 800.0, math.inf)]
    journal.add_intervals("one", [*bad, *making.intervals(2)], making.BEGAN_S)
    journal.close_session(making.head(state="finished"))
    assert journal.flush()
    detail = journal.session("one")
    assert detail is not None
    assert [row.number for row in detail.intervals] == [0, 1]


def test_nobody_else_on_the_machine_may_read_the_journal(journal: Journal, path: Path) -> None:
    journal.open_session(making.head())
    assert journal.flush()
    for suffix in ("", "-wal", "-shm"):
        assert Path(f"{path}{suffix}").stat().st_mode & 0o077 == 0


def test_one_entry_that_cannot_be_stored_does_not_hold_up_the_others(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    journal.open_session(making.head())
    journal.add_event("nobody", "stray", "no such session")
    journal.add_intervals("one", making.intervals(5), making.BEGAN_S)
    journal.flush()
    assert journal.flush()
    detail = journal.session("one")
    assert detail is not None
    assert len(detail.intervals) == 5
    assert journal.losses == 1
    assert "gave up one entry" in caplog.text


def test_rows_for_a_session_that_is_not_open_are_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="not open"):
        journal.add_state("ghost", making.state(0), making.BEGAN_S)


def test_opening_twice_applies_the_migrations_once(path: Path) -> None:
    for _ in range(2):
        journal = Journal(path)
        journal.close()
    connection = connect(path, mode="ro")
    applied = connection.execute("select count(*) from _sqlite_migrations").fetchone()[0]
    connection.close()
    assert applied == 1


def test_a_second_box_on_the_same_folder_is_refused_with_a_remedy(path: Path, journal: Journal) -> None:
    with pytest.raises(StorageBroken, match="another box") as refusal:
        Journal(path)
    assert "--data" in refusal.value.remedy


def test_closing_lets_the_next_one_in_and_leaves_no_loose_files(path: Path) -> None:
    for _ in range(2):
        journal = Journal(path)
        journal.open_session(making.head())
        journal.close()
        journal.close()
    assert not Path(f"{path}-wal").exists()


def test_an_empty_or_absent_journal_is_an_empty_list(tmp_path: Path) -> None:
    from appliance.journal import reading

    assert reading.sessions(tmp_path / "absent.db") == []
    (tmp_path / "empty.db").touch()
    assert reading.sessions(tmp_path / "empty.db") == []
    assert reading.session(tmp_path / "absent.db", "x") is None
    assert list(reading.chunks(tmp_path / "absent.db", "x")) == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["empty.db"]


def test_each_session_ties_the_two_clocks_together(path: Path) -> None:
    clock = SteppedClock(making.head().started_at)
    journal = Journal(path, clock=clock)
    for step_s in (0.0, 5.0):
        clock.step(step_s)
        journal.open_session(making.head(f"after-{step_s}"))
        assert journal.flush()
    clock.step(601.0)
    journal.add_event(None, "nothing much")
    assert journal.flush()
    connection = connect(path, mode="ro")
    anchors = connection.execute("select monotonic_s, at, why from anchors order by id").fetchall()
    boots = connection.execute("select count(distinct boot_id) from anchors").fetchone()[0]
    connection.close()
    journal.close()
    assert [row[0] for row in anchors] == [0.0, 5.0, 606.0]
    assert [row[2] for row in anchors] == ["session", "session", "interval"]
    assert anchors[1][1].startswith("2026-11-20T12:00:05")
    assert boots == 1


def test_reading_does_not_wait_for_the_one_who_writes(journal: Journal, path: Path) -> None:
    journal.open_session(making.head())
    assert journal.flush()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("begin immediate")
    assert len(journal.sessions()) == 1
    writer.execute("rollback")
    writer.close()
