"""What a crash left open is closed at the next start, with its figures, and reported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from appliance.contracts.messages import BodySession, Summary
from appliance.journal import Journal
from appliance.journal.storage import connect
from tests.appliance import making


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


def test_sessions_a_crash_left_open_are_closed_with_their_figures(path: Path) -> None:
    crashed = Journal(path)
    crashed.open_session(making.head())
    crashed.add_intervals("one", making.intervals(60), making.BEGAN_S)
    crashed.add_state("one", making.state(61.5), making.BEGAN_S)
    crashed.open_session(making.head("two", state="paused"))
    crashed.open_session(making.head("done"))
    crashed.close_session(making.head("done", state="finished"))
    crashed.close()
    journal = Journal(path)
    interrupted = journal.recover()
    assert [(head.body_session_id, str(head.state)) for head in interrupted] == [
        ("one", "interrupted"),
        ("two", "interrupted"),
    ]
    detail = journal.session("one")
    assert detail is not None
    assert detail.head == interrupted[0]
    assert detail.head.ended_at is not None
    assert (detail.head.ended_at - detail.head.started_at).total_seconds() == 61.5
    assert detail.head.summary.beats == 61
    assert detail.head.summary.mean_hr_bpm == pytest.approx(
        60_000 / np.mean([801.0 + s % 50 for s in range(60)])
    )
    assert [event.kind for event in detail.events] == ["interrupted"]
    connection = connect(path, mode="ro")
    query = "select body from outbox where stream = 'sessions' order by sequence"
    reported = [BodySession.model_validate_json(body) for (body,) in connection.execute(query)]
    connection.close()
    assert reported[-2:] == interrupted
    assert journal.recover() == []
    journal.close()


def test_the_figures_kept_before_a_crash_stay_when_nothing_newer_is_known(path: Path) -> None:
    crashed = Journal(path)
    figures = Summary(beats=100, duration_s=80.0, mean_hr_bpm=75.0, coherence=0.6, quality=0.8)
    crashed.open_session(making.head(summary=figures))
    crashed.close()
    journal = Journal(path)
    assert [head.summary for head in journal.recover()] == [figures]
    journal.close()
