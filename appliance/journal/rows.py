"""Writes the rows of a journal; every function runs inside the caller's transaction.

Shapes of `appliance.contracts` flow in, rows flow out.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.contracts import BodyState
from appliance.contracts.messages import BodySession, IntervalRow

_PUT_SESSION = """
    insert into body_sessions
        (body_session_id, protocol, sensor_id, is_simulated, state, started_at, ended_at, summary)
    values (?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (body_session_id) do update set
        protocol = excluded.protocol, sensor_id = excluded.sensor_id, is_simulated = excluded.is_simulated,
        state = excluded.state, started_at = excluded.started_at, ended_at = excluded.ended_at,
        summary = excluded.summary
"""


@dataclass(frozen=True, slots=True)
class RawChunk:
    """About half a second of one channel's raw samples, ready to be stored."""

    sensor_id: str
    channel: str
    unit: str
    rate_hz: float
    first_sequence: int
    last_sequence: int
    sensor_time_s: float
    arrival_s: float
    has_contact: bool | None
    samples: bytes


def put_session(connection: sqlite3.Connection, head: BodySession) -> None:
    """Store a session's head as it is now."""
    connection.execute(
        _PUT_SESSION,
        (
            head.body_session_id,
            head.protocol,
            head.sensor_id,
            int(head.is_simulated),
            head.state.value,
            head.started_at.isoformat(),
            None if head.ended_at is None else head.ended_at.isoformat(),
            head.summary.model_dump_json(),
        ),
    )


def key_of(connection: sqlite3.Connection, body_session_id: str) -> int:
    """Return the row number of a session; raises LookupError when its head was never stored."""
    query = "select id from body_sessions where body_session_id = ?"
    row = connection.execute(query, (body_session_id,)).fetchone()
    if row is None:
        raise LookupError(f"no body session {body_session_id}")
    return int(row[0])


def put_intervals(
    connection: sqlite3.Connection, body_session_id: str, rows: Sequence[tuple[IntervalRow, float]]
) -> None:
    """Store numbered intervals, each with its quality."""
    key = key_of(connection, body_session_id)
    connection.executemany(
        "insert into intervals (session, number, time_s, raw_ms, rr_ms, kind, quality)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        [(key, row.number, row.time_s, row.raw_ms, row.rr_ms, row.kind, quality) for row, quality in rows],
    )


def put_state(
    connection: sqlite3.Connection, body_session_id: str, number: int, time_s: float, state: BodyState
) -> None:
    """Store one body state."""
    connection.execute(
        "insert into states values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key_of(connection, body_session_id),
            number,
            time_s,
            _finite(state.heart_rate_bpm),
            _finite(state.rmssd_ms),
            _share(state.coherence),
            _finite(state.breath_rate_bpm),
            _share(state.breath_phase),
            _share(state.pacer_phase),
            _share(state.quality) or 0.0,
            int(state.is_lost),
        ),
    )


def _finite(value: float | None) -> float | None:
    """Return the value, or None for what is no number: a report may hold neither NaN nor infinity."""
    return value if value is not None and math.isfinite(value) else None


def _share(value: float | None) -> float | None:
    """Return the value within 0..1: rounding may have carried it a hair beyond, and a report may not be."""
    finite = _finite(value)
    return None if finite is None else min(1.0, max(0.0, finite))


def put_event(
    connection: sqlite3.Connection,
    body_session_id: str | None,
    at: datetime,
    time_s: float | None,
    kind: str,
    detail: str,
) -> None:
    """Store one event; without a session when it concerns the box."""
    key = None if body_session_id is None else key_of(connection, body_session_id)
    connection.execute(
        "insert into events (session, at, time_s, kind, detail) values (?, ?, ?, ?, ?)",
        (key, at.isoformat(), time_s, kind, detail),
    )


def put_chunk(connection: sqlite3.Connection, body_session_id: str, chunk: RawChunk) -> None:
    """Store raw samples."""
    connection.execute(
        "insert into chunks (session, sensor_id, channel, unit, rate_hz, first_sequence, last_sequence,"
        " sensor_time_s, arrival_s, has_contact, samples) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key_of(connection, body_session_id),
            chunk.sensor_id,
            chunk.channel,
            chunk.unit,
            chunk.rate_hz,
            chunk.first_sequence,
            chunk.last_sequence,
            chunk.sensor_time_s,
            chunk.arrival_s,
            None if chunk.has_contact is None else int(chunk.has_contact),
            chunk.samples,
        ),
    )


def put_anchor(
    connection: sqlite3.Connection, boot_id: str, monotonic_s: float, at: datetime, why: str
) -> None:
    """Tie the monotonic clock of this boot to the wall clock."""
    connection.execute(
        "insert into anchors (boot_id, monotonic_s, at, why) values (?, ?, ?, ?)",
        (boot_id, monotonic_s, at.isoformat(), why),
    )
