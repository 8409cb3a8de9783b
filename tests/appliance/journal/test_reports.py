"""What the journal puts into the outbox: valid messages, numbered without gaps, nothing left out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.contracts import BodyState
from appliance.contracts.messages import STREAM_BODIES, Device
from appliance.journal import Journal
from appliance.journal.reports import PROVISIONAL_FROM
from appliance.journal.storage import connect
from tests.appliance import making


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path)
    yield opened
    opened.close()


def outbox(path: Path, stream: str) -> list[tuple[int, dict[str, object]]]:
    connection = connect(path, mode="ro")
    query = "select sequence, body from outbox where stream = ? order by sequence"
    rows = [(sequence, json.loads(body)) for sequence, body in connection.execute(query, (stream,))]
    connection.close()
    return rows


def test_each_report_is_a_valid_message_and_numbers_have_no_gap(journal: Journal, path: Path) -> None:
    journal.open_session(making.head())
    for second in range(40):
        journal.add_intervals("one", making.intervals(1, second), making.BEGAN_S)
        for quarter in range(4):
            journal.add_state("one", making.state(second + quarter / 4), making.BEGAN_S)
        if second % 10 == 0:
            journal.update_session(making.head(state="paused"))
    journal.add_device(
        Device(
            device_id="virtual:1", kind="virtual", name="x", state="live", seen_at=making.head().started_at
        )
    )
    journal.close_session(making.head(state="finished"))
    assert journal.flush()
    for stream, body in STREAM_BODIES.items():
        rows = outbox(path, stream)
        assert [sequence - PROVISIONAL_FROM for sequence, _ in rows] == list(range(len(rows)))
        assert rows, stream
        for _, values in rows:
            body.model_validate(values)
    beats = [row["number"] for _, body in outbox(path, "intervals") for row in body["rows"]]  # type: ignore[attr-defined]
    assert beats == list(range(40))
    seconds = [row["time_s"] for _, body in outbox(path, "states") for row in body["rows"]]  # type: ignore[attr-defined]
    assert seconds == [float(second) for second in range(40)]  # kept four times a second, reported once


def test_a_recorded_hour_replayed_at_once_is_reported_in_messages_of_a_bounded_size(
    journal: Journal, path: Path
) -> None:
    journal.open_session(making.head())
    journal.add_intervals("one", making.intervals(4321), making.BEGAN_S)
    journal.close_session(making.head(state="finished"))
    assert journal.flush()
    rows = outbox(path, "intervals")
    assert max(len(body["rows"]) for _, body in rows) <= 500  # type: ignore[arg-type]
    assert sum(len(body["rows"]) for _, body in rows) == 4321  # type: ignore[arg-type]


def test_a_state_with_impossible_figures_is_kept_and_reported_without_them(
    journal: Journal, path: Path
) -> None:
    journal.open_session(making.head())
    odd = BodyState(
        making.BEGAN_S, heart_rate_bpm=math.inf, rmssd_ms=math.nan, coherence=1.0000001, quality=2.0
    )
    journal.add_state("one", odd, making.BEGAN_S)
    journal.close_session(making.head(state="finished"))
    assert journal.flush()
    assert journal.losses == 0
    (row,) = outbox(path, "states")[0][1]["rows"]  # type: ignore[misc]
    assert (row["heart_rate_bpm"], row["rmssd_ms"], row["coherence"], row["quality"]) == (
        None,
        None,
        1.0,
        1.0,
    )
