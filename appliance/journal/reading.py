"""Reads a journal without disturbing whoever writes it.

A path flows in, sessions flow out; the file is opened read-only, and one that is not there is empty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.contracts.messages import BodySession, IntervalRow, StateRow, Summary
from appliance.errors import StorageBroken
from appliance.journal.storage import connect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEAD = (
    "body_session_id, protocol, sensor_id, is_simulated, state, started_at, ended_at, summary"
    " from body_sessions"
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a session. time_s: since the session began, where known."""

    at: datetime
    time_s: float | None
    kind: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Raw samples as they came; times on the sensor's and on the box's clock, of the first sample."""

    sensor_id: str
    channel: str
    unit: str
    rate_hz: float
    first_sequence: int
    last_sequence: int
    sensor_time_s: float
    arrival_s: float
    has_contact: bool | None
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detail:
    """One body session with everything but its raw samples.

    unreported: rows of the outbox, of all sessions, that the API has not confirmed yet.
    """

    head: BodySession
    intervals: tuple[IntervalRow, ...]
    states: tuple[StateRow, ...]
    events: tuple[Event, ...]
    chunks: int
    unreported: int


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open a journal for reading; None when there is none yet. Raises StorageBroken."""
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        yield None
        return
    try:
        connection = connect(path, mode="ro")
        try:
            query = "select count(*) from sqlite_master where name = 'streams'"
            has_tables = connection.execute(query).fetchone()[0]
            yield connection if has_tables else None
        finally:
            connection.close()
    except sqlite3.Error as error:
        what = f"the journal {path} cannot be read: {error}"
        raise StorageBroken(what, "the next start of the box keeps it aside and begins a new one") from error


def sessions(path: Path, limit: int | None = None) -> list[BodySession]:
    """Return the body sessions, newest first."""
    with reading(path) as connection:
        if connection is None:
            return []
        query = f"select {HEAD} order by started_at desc, id desc limit ?"
        return [head_of(row) for row in connection.execute(query, (-1 if limit is None else limit,))]


def session(path: Path, body_session_id: str) -> Detail | None:
    """Return one body session, None when there is none of that name."""
    with reading(path) as connection:
        if connection is None:
            return None
        row = connection.execute(f"select {HEAD} where body_session_id = ?", (body_session_id,)).fetchone()
        if row is None:
            return None
        query = "select id from body_sessions where body_session_id = ?"
        key = connection.execute(query, (body_session_id,)).fetchone()
        return Detail(
            head=head_of(row),
            intervals=tuple(_intervals(connection, key)),
            states=tuple(_states(connection, key)),
            events=tuple(_events(connection, key)),
            chunks=connection.execute("select count(*) from chunks where session = ?", key).fetchone()[0],
            unreported=connection.execute("select count(*) from outbox").fetchone()[0],
        )


def chunks(path: Path, body_session_id: str) -> Iterator[Chunk]:
    """Yield the raw samples of one session in the order they were kept."""
    import numpy as np

    with reading(path) as connection:
        if connection is None:
            return
        query = (
            "select c.sensor_id, channel, unit, rate_hz, first_sequence, last_sequence, sensor_time_s,"
            " arrival_s, has_contact, samples from chunks c join body_sessions s on s.id = session"
            " where body_session_id = ? order by c.id"
        )
        for *row, has_contact, samples in connection.execute(query, (body_session_id,)):
            values = np.frombuffer(samples, dtype="<f4").astype(np.float64)
            sensor_id, channel, unit, rate_hz, first_sequence, last_sequence, sensor_time_s, arrival_s = row
            yield Chunk(
                sensor_id=sensor_id,
                channel=channel,
                unit=unit,
                rate_hz=rate_hz,
                first_sequence=first_sequence,
                last_sequence=last_sequence,
                sensor_time_s=sensor_time_s,
                arrival_s=arrival_s,
                has_contact=None if has_contact is None else bool(has_contact),
                values=values,
            )


def head_of(row: tuple[str, ...]) -> BodySession:
    """Turn the columns of `HEAD` into the head of a session."""
    name, protocol, sensor_id, is_simulated, state, started_at, ended_at, summary = row
    return BodySession.model_validate(
        {
            "body_session_id": name,
            "protocol": protocol,
            "sensor_id": sensor_id,
            "is_simulated": bool(is_simulated),
            "state": state,
            "started_at": started_at,
            "ended_at": ended_at,
            "summary": Summary.model_validate_json(summary),
        }
    )


def _intervals(connection: sqlite3.Connection, key: tuple[int]) -> Iterator[IntervalRow]:
    query = "select number, time_s, raw_ms, rr_ms, kind from intervals where session = ? order by number"
    for number, time_s, raw_ms, rr_ms, kind in connection.execute(query, key):
        yield IntervalRow(number=number, time_s=time_s, raw_ms=raw_ms, rr_ms=rr_ms, kind=kind)


def _states(connection: sqlite3.Connection, key: tuple[int]) -> Iterator[StateRow]:
    query = (
        "select number, time_s, heart_rate_bpm, rmssd_ms, coherence, breath_rate_bpm, quality"
        " from states where session = ? order by number"
    )
    names = ("number", "time_s", "heart_rate_bpm", "rmssd_ms", "coherence", "breath_rate_bpm", "quality")
    for row in connection.execute(query, key):
        yield StateRow.model_validate(dict(zip(names, row, strict=True)))


def _events(connection: sqlite3.Connection, key: tuple[int]) -> Iterator[Event]:
    query = "select at, time_s, kind, detail from events where session = ? order by id"
    for at, time_s, kind, detail in connection.execute(query, key):
        yield Event(datetime.fromisoformat(at), time_s, kind, detail or "")
