"""The tables of the journal, and every step that led to them.

A step is only ever added. It may add columns and tables, never change the meaning of one: after an
update that is rolled back, the older program must still read what the newer one wrote.
"""

from __future__ import annotations

import sqlite3
from typing import Any

APPLICATION_ID = 0x45434A4C  # "ECJL": tells our file from somebody else's SQLite file
LATEST = 1  # the number of steps in `_steps`


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest tables; a file that is there already costs one read."""
    if connection.execute("pragma user_version").fetchone()[0] >= LATEST:
        return
    # Imported only now: on a small machine it costs more than the rest of the start together.
    import sqlite_utils

    _steps().apply(sqlite_utils.Database(connection))
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.execute(f"pragma user_version = {LATEST}")


def _steps() -> Any:
    from sqlite_utils import Migrations

    steps = Migrations("journal")

    @steps()
    def first_box(db: Any) -> None:
        _create_sessions(db)
        _create_outbox(db)

    return steps


def _create_sessions(db: Any) -> None:
    db["body_sessions"].create(
        {
            "id": int,
            "body_session_id": str,
            "protocol": str,
            "sensor_id": str,
            "is_simulated": int,
            "state": str,
            "started_at": str,
            "ended_at": str,
            "summary": str,  # messages.Summary as JSON
            "intervals_mark": int,  # the first interval that no outbox row reports yet
            "states_mark": int,
            "states_mark_s": int,  # the last whole second a state was reported for
        },
        pk="id",
        not_null={
            "body_session_id",
            "protocol",
            "sensor_id",
            "is_simulated",
            "state",
            "started_at",
            "summary",
        },
        defaults={"intervals_mark": 0, "states_mark": 0, "states_mark_s": -1},
        strict=True,
    )
    db["body_sessions"].create_index(["body_session_id"], unique=True)
    db["body_sessions"].create_index(["started_at"])
    session = [("session", "body_sessions", "id")]
    db["intervals"].create(
        {
            "session": int,
            "number": int,
            "time_s": float,  # since the session began
            "raw_ms": float,
            "rr_ms": float,
            "kind": str,
            "quality": float,
        },
        pk=("session", "number"),
        foreign_keys=session,
        strict=True,
    )
    db["states"].create(
        {
            "session": int,
            "number": int,
            "time_s": float,
            "heart_rate_bpm": float,
            "rmssd_ms": float,
            "coherence": float,
            "breath_rate_bpm": float,
            "breath_phase": float,
            "pacer_phase": float,
            "quality": float,
            "is_lost": int,
        },
        pk=("session", "number"),
        foreign_keys=session,
        strict=True,
    )
    db["events"].create(
        {"id": int, "session": int, "at": str, "time_s": float, "kind": str, "detail": str},
        pk="id",
        not_null={"at", "kind"},
        foreign_keys=session,
        strict=True,
    )
    db["chunks"].create(
        {
            "id": int,
            "session": int,
            "sensor_id": str,
            "channel": str,
            "unit": str,
            "rate_hz": float,
            "first_sequence": int,
            "last_sequence": int,
            "sensor_time_s": float,
            "arrival_s": float,
            "has_contact": int,
            "samples": bytes,  # little-endian float32; NaN is a sample the sensor lost
        },
        pk="id",
        not_null={"sensor_id", "channel", "samples"},
        foreign_keys=session,
        strict=True,
    )
    db["chunks"].create_index(["session"])
    # Ties the monotonic clock of one boot to the wall clock, so that a server may date things again.
    db["anchors"].create(
        {"id": int, "boot_id": str, "monotonic_s": float, "at": str, "why": str}, pk="id", strict=True
    )


def _create_outbox(db: Any) -> None:
    db["streams"].create({"stream": str, "next_sequence": int}, pk="stream", strict=True)
    db["outbox"].create(
        {"id": int, "stream": str, "sequence": int, "body": str},
        pk="id",
        not_null={"stream", "sequence", "body"},
        strict=True,
    )
    db["outbox"].create_index(["stream", "sequence"], unique=True)
    db["dead_letters"].create(
        {"id": int, "stream": str, "sequence": int, "body": str, "reason": str, "at": str},
        pk="id",
        strict=True,
    )
