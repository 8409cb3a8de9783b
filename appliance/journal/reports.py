"""Puts into the outbox what the API must learn, in the transaction that stores it.

Marks in the session's row say up to where intervals and states are reported, so that nothing is reported
twice or forgotten, whatever moment the power goes. Each stream counts its rows without gaps.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from appliance.contracts.messages import (
    BodySession,
    Device,
    IntervalRow,
    Intervals,
    StateRow,
    States,
)

Work = Callable[[sqlite3.Connection], None]

_ROWS_A_REPORT = 500

# A new journal cannot know which number the API expects: it may have heard of this box before. So it counts
# from here until the first receipt tells, and the publisher then moves the waiting rows to that number.
PROVISIONAL_FROM = 1_000_000_001


def report(connection: sqlite3.Connection, stream: str, body: str) -> int:
    """Append one row to a stream of the outbox; returns its sequence number."""
    found = connection.execute(
        "insert into streams (stream, next_sequence) values (?, ?)"
        " on conflict (stream) do update set next_sequence = next_sequence + 1 returning next_sequence",
        (stream, PROVISIONAL_FROM + 1),
    ).fetchone()
    sequence = int(found[0]) - 1
    row = (stream, sequence, body)
    connection.execute("insert into outbox (stream, sequence, body) values (?, ?, ?)", row)
    return sequence


def report_session(connection: sqlite3.Connection, head: BodySession) -> None:
    """Report a session's head."""
    report(connection, "sessions", head.model_dump_json())


def report_device(connection: sqlite3.Connection, device: Device) -> None:
    """Report a sensor or the box itself."""
    report(connection, "devices", device.model_dump_json())


def report_rows(connection: sqlite3.Connection, body_session_id: str) -> None:
    """Report the intervals and states of one session that no report has told yet."""
    while _report_intervals(connection, body_session_id):
        pass
    while _report_states(connection, body_session_id):
        pass


def _report_intervals(connection: sqlite3.Connection, body_session_id: str) -> bool:
    found = connection.execute(
        "select s.id, number, time_s, raw_ms, rr_ms, kind from intervals"
        " join body_sessions s on s.id = session where body_session_id = ? and number >= intervals_mark"
        " order by number limit ?",
        (body_session_id, _ROWS_A_REPORT),
    ).fetchall()
    if not found:
        return False
    rows = [
        IntervalRow(number=number, time_s=time_s, raw_ms=raw_ms, rr_ms=rr_ms, kind=kind)
        for _, number, time_s, raw_ms, rr_ms, kind in found
    ]
    body = Intervals(body_session_id=body_session_id, rows=rows)
    report(connection, "intervals", body.model_dump_json())
    connection.execute(
        "update body_sessions set intervals_mark = ? where id = ?", (rows[-1].number + 1, found[0][0])
    )
    return len(rows) == _ROWS_A_REPORT


def _report_states(connection: sqlite3.Connection, body_session_id: str) -> bool:
    found = connection.execute(
        "select s.id, states_mark_s, number, time_s, heart_rate_bpm, rmssd_ms, coherence, breath_rate_bpm,"
        " quality from states join body_sessions s on s.id = session"
        " where body_session_id = ? and number >= states_mark order by number limit ?",
        (body_session_id, _ROWS_A_REPORT),
    ).fetchall()
    if not found:
        return False
    rows: list[StateRow] = []
    second = int(found[0][1])
    for _, _, number, time_s, heart_rate_bpm, rmssd_ms, coherence, breath_rate_bpm, quality in found:
        if int(time_s) > second:  # kept four times a second, reported once
            second = int(time_s)
            rows.append(
                StateRow(
                    number=number,
                    time_s=time_s,
                    heart_rate_bpm=heart_rate_bpm,
                    rmssd_ms=rmssd_ms,
                    coherence=coherence,
                    breath_rate_bpm=breath_rate_bpm,
                    quality=quality,
                )
            )
    if rows:
        report(connection, "states", States(body_session_id=body_session_id, rows=rows).model_dump_json())
    connection.execute(
        "update body_sessions set states_mark = ?, states_mark_s = ? where id = ?",
        (found[-1][2] + 1, second, found[0][0]),
    )
    return len(found) == _ROWS_A_REPORT
