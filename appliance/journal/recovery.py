"""Closes the sessions that a crash or a power cut left open, with what is known of them.

Runs in the journal's thread at the start of the box. Nothing is thrown away: an interrupted session keeps
its intervals, states and raw samples, and gets its figures from them.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from appliance.contracts.messages import BodySession, SessionState, Summary
from appliance.journal import reports, rows
from appliance.journal.reading import HEAD, head_of

_TOO_FEW_BEATS = 10
_BEATS = "from intervals where session = ? and kind not in ('gap', 'extra')"


def close_interrupted(connection: sqlite3.Connection, now: datetime) -> list[BodySession]:
    """Mark every open session as interrupted, report it, and return them."""
    found = connection.execute(f"select {HEAD} where state in ('running', 'paused') order by id").fetchall()
    closed = []
    for row in found:
        head = head_of(row)
        key = rows.key_of(connection, head.body_session_id)
        last_s = connection.execute(
            "select max(t) from (select max(time_s) as t from intervals where session = :key"
            " union all select max(time_s) from states where session = :key)",
            {"key": key},
        ).fetchone()[0]
        ended_at = head.started_at + timedelta(seconds=max(0.0, last_s or 0.0))
        head = head.model_copy(
            update={
                "state": SessionState.INTERRUPTED,
                "ended_at": ended_at,
                "summary": _summary(connection, key, head.summary, max(0.0, last_s or 0.0)),
            }
        )
        rows.put_session(connection, head)
        why = "the box stopped without warning"
        rows.put_event(connection, head.body_session_id, now, last_s, "interrupted", why)
        reports.report_rows(connection, head.body_session_id)
        reports.report_session(connection, head)
        closed.append(head)
    return closed


def _summary(connection: sqlite3.Connection, key: int, last_known: Summary, last_s: float) -> Summary:
    """Return the summary kept before the crash, completed from the rows that came after it."""
    beats = connection.execute(f"select count(*), avg(quality) {_BEATS}", (key,)).fetchone()
    if beats[0] + 1 <= last_known.beats or beats[0] < _TOO_FEW_BEATS:
        return last_known
    import numpy as np

    from cext import hrv

    found = connection.execute(f"select rr_ms {_BEATS} order by number", (key,)).fetchall()
    rr_ms = np.array(found, dtype=np.float64).ravel()
    coherence, breath_rate_bpm = connection.execute(
        "select avg(coherence), avg(breath_rate_bpm) from states where session = ? and not is_lost", (key,)
    ).fetchone()
    return Summary(
        beats=beats[0] + 1,
        duration_s=last_s,
        mean_hr_bpm=hrv.mean_hr(rr_ms),
        rmssd_ms=hrv.rmssd(rr_ms),
        sdnn_ms=hrv.sdnn(rr_ms),
        pnn50=hrv.pnn50(rr_ms),
        coherence=coherence,
        breath_rate_bpm=breath_rate_bpm,
        quality=min(1.0, max(0.0, beats[1])),
    )
