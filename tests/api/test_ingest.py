from __future__ import annotations

import json
import random
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from api import modules
from api.edge.ingest import Arrival, Ingest, read
from api.kernel.database import Database
from api.kernel.migrate import migrate
from appliance.contracts.settings import Settings
from appliance.errors import StorageFull
from tests.api.reports import arrival, device, head, intervals, report, states


def numbers(database: Database) -> list[int]:
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT number FROM body_intervals ORDER BY number").all()
    return [row.number for row in rows]


def test_a_row_is_stored_and_receipted_with_the_next_number(ingest: Ingest, database: Database) -> None:
    [(box, receipt)] = ingest.take([arrival("intervals", 1, intervals(0))])
    assert (box, receipt.stream, receipt.next_sequence, receipt.rejected) == ("box-1", "intervals", 2, [])
    assert numbers(database) == [0, 1, 2]


def test_a_row_that_comes_again_changes_nothing(ingest: Ingest, database: Database) -> None:
    row = arrival("intervals", 1, intervals(0))
    ingest.take([row, row])
    [(_, receipt)] = ingest.take([row])
    assert receipt.next_sequence == 2
    assert numbers(database) == [0, 1, 2]


def test_a_number_used_again_with_another_content_changes_nothing(ingest: Ingest, database: Database) -> None:
    ingest.take([arrival("intervals", 1, intervals(0))])
    ingest.take([arrival("intervals", 1, intervals(50))])
    assert numbers(database) == [0, 1, 2]


def test_a_row_that_comes_too_early_is_answered_with_what_is_expected(
    ingest: Ingest, database: Database
) -> None:
    [(_, receipt)] = ingest.take([arrival("intervals", 2, intervals(3))])
    assert receipt.next_sequence == 1
    assert numbers(database) == []


def test_rows_out_of_order_in_one_batch_are_all_taken(ingest: Ingest, database: Database) -> None:
    rows = [arrival("intervals", n, intervals(3 * n - 3)) for n in (3, 1, 2)]
    [(_, receipt)] = ingest.take(rows)
    assert receipt.next_sequence == 4
    assert numbers(database) == list(range(9))


def test_each_box_and_each_stream_counts_for_itself(ingest: Ingest) -> None:
    receipts = ingest.take(
        [
            arrival("devices", 1, device(), "box-1"),
            arrival("devices", 1, device(), "box-2"),
            arrival("sessions", 1, head(), "box-1"),
        ]
    )
    assert [(box, receipt.stream, receipt.next_sequence) for box, receipt in receipts] == [
        ("box-1", "devices", 2),
        ("box-1", "sessions", 2),
        ("box-2", "devices", 2),
    ]
    assert {(box, receipt.stream) for box, receipt in ingest.standing()} == {
        ("box-1", "devices"),
        ("box-1", "sessions"),
        ("box-2", "devices"),
    }


def test_intervals_may_overtake_the_head_of_their_session(ingest: Ingest, database: Database) -> None:
    ingest.take([arrival("intervals", 1, intervals(0)), arrival("states", 1, states(0))])
    ingest.take([arrival("sessions", 1, head(state="finished", beats=4))])
    assert numbers(database) == [0, 1, 2]
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT state, beats FROM body_sessions").all()
    assert [tuple(row) for row in rows] == [("finished", 4)]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"body_session_id": "s-1"}, "rows"),
        ({"body_session_id": "s 1", "rows": []}, "body_session_id"),
        ({"body_session_id": "s-1", "rows": [], "more": 1}, "more"),
        (
            {
                "body_session_id": "s-1",
                "rows": [{"number": 2**70, "time_s": 1, "raw_ms": 1, "rr_ms": 1, "kind": "x"}],
            },
            "database",
        ),
    ],
)
def test_a_row_that_can_never_be_stored_is_rejected_and_the_stream_goes_on(
    ingest: Ingest, database: Database, body: dict[str, object], word: str
) -> None:
    bad = arrival("intervals", 1, body)
    [(_, receipt)] = ingest.take([bad, arrival("intervals", 2, intervals(0))])
    assert receipt.next_sequence == 3
    assert [row.sequence for row in receipt.rejected] == [1]
    assert word in receipt.rejected[0].reason
    assert numbers(database) == [0, 1, 2]
    [(_, again)] = ingest.take([bad])
    assert again.rejected == receipt.rejected, "a receipt that was lost is made again with its rejections"
    [(_, standing)] = ingest.standing()
    assert standing.rejected == receipt.rejected


def test_a_box_cannot_write_into_another_boxs_session(ingest: Ingest, database: Database) -> None:
    ingest.take([arrival("sessions", 1, head(), "box-1")])
    receipts = dict(
        ingest.take(
            [
                arrival("sessions", 1, head(state="stopped"), "box-2"),
                arrival("intervals", 1, intervals(0), "box-1"),
            ]
        )
    )
    assert "another box" in receipts["box-2"].rejected[0].reason
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT state, box_id FROM body_sessions").one() == (
            "running",
            "box-1",
        )


def test_older_news_of_a_device_do_not_replace_newer(ingest: Ingest, database: Database) -> None:
    ingest.take(
        [
            arrival("devices", 1, device(minute=5, state="connected")),
            arrival("devices", 2, device(minute=1, state="absent")),
        ]
    )
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT state FROM devices").scalar() == "connected"


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        ("intervals", b""),
        ("intervals", b"\xff\xfe{"),
        ("intervals", b"[1, 2]"),
        ("intervals", b'{"sequence": "1"}'),
        ("intervals", b'{"sequence": true}'),
        ("intervals", b'{"sequence": 0}'),
        ("intervals", b'{"sequence": 1e400}'),
        ("intervals", b'{"sequence": 99999999999999999999999}'),
        ("intervals", b"[" * 100_000),
        ("weather", report("intervals", 1, intervals(0))),
    ],
)
def test_a_message_without_a_readable_number_is_nothing(stream: str, message: bytes) -> None:
    assert read("box-1", stream, message) is None


def test_a_report_on_the_topic_of_another_stream_is_rejected_by_its_number() -> None:
    found = read("box-1", "states", report("intervals", 4, intervals(0)))
    assert found is not None
    assert (found.stream, found.sequence, found.body) == ("states", 4, None)


@given(st.binary(max_size=300))
def test_reading_any_bytes_never_fails(message: bytes) -> None:
    read("box-1", "sessions", message)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    )
)
def test_reading_any_json_body_never_fails(body: object) -> None:
    message = json.dumps({"stream": "sessions", "sequence": 1, "body": body}).encode()
    found = read("box-1", "sessions", message)
    assert found is not None
    assert found.body is not None or found.reason


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30))
def test_whatever_is_lost_doubled_and_shuffled_each_row_is_stored_once(seed: int, rows: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        migrate(Settings(data=Path(folder)))
        database = Database(f"sqlite:///{folder}/api.db")
        ingest = Ingest(database, modules.streams("edge"))
        outbox = {n: arrival("intervals", n, intervals(2 * n - 2, 2)) for n in range(1, rows + 1)}
        while outbox:
            window = [row for _, row in sorted(outbox.items())[:8]]
            on_the_way = [row for row in window * 2 if chance.random() < 0.6]
            chance.shuffle(on_the_way)
            for _, receipt in ingest.take(on_the_way):
                if chance.random() < 0.7:
                    outbox = {n: row for n, row in outbox.items() if n >= receipt.next_sequence}
        assert numbers(database) == list(range(2 * rows))
        database.close()


def test_a_full_disk_stores_nothing_of_the_batch_and_answers_nobody(
    ingest: Ingest, database: Database, settings: Settings
) -> None:
    ingest.take([arrival("intervals", 1, intervals(0))])
    with database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    # The limit belongs to a connection, so there must be just the one that the pool hands out.
    with database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    big: list[Arrival] = [arrival("intervals", n, intervals(n * 2000, 2000)) for n in range(2, 12)]
    with pytest.raises(StorageFull) as caught:
        ingest.take(big)
    assert "safe" in caught.value.remedy
    assert numbers(database) == [0, 1, 2]
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    [(_, receipt)] = ingest.take(big)
    assert receipt.next_sequence == 12
    with sqlite3.connect(settings.data / "api.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
