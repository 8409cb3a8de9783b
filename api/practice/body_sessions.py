"""Body sessions: what happened between Start and Stop, in figures and as a series for a chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.kernel.columns import Flag, Key, Moment, Real, Text, Whole, table
from api.kernel.database import insert_missing, upsert_on
from api.kernel.kernel import kernel
from api.kernel.paging import PageQuery, cursor_of, keys_of, moment, whole
from api.kernel.problems import Refused, not_found
from api.kernel.series import thin
from api.kernel.shapes import PROBLEMS, ProblemShape, Reply, Shape, reply, reply_page
from appliance.contracts.messages import Body, BodySession, Intervals, SessionState, States, Summary

# ---- Tables ----------------------------------------------------------------------------------------

SESSIONS = table(
    "body_sessions",
    sa.Column("key", Key, primary_key=True),
    sa.Column("body_session_id", Text, nullable=False, unique=True),
    sa.Column("box_id", Text, nullable=False),
    sa.Column("protocol", Text),
    sa.Column("sensor_id", Text),
    sa.Column("is_simulated", Flag),
    sa.Column("state", Text),
    sa.Column("started_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("beats", Whole),
    sa.Column("duration_s", Real),
    sa.Column("mean_hr_bpm", Real),
    sa.Column("rmssd_ms", Real),
    sa.Column("sdnn_ms", Real),
    sa.Column("pnn50", Real),
    sa.Column("coherence", Real),
    sa.Column("breath_rate_bpm", Real),
    sa.Column("quality", Real),
    sa.Index(None, "started_at", "key"),
)


def _of_session() -> sa.Column[Any]:
    return sa.Column(
        "session_key", Key, sa.ForeignKey("body_sessions.key", ondelete="CASCADE"), primary_key=True
    )


INTERVALS = table(
    "body_intervals",
    _of_session(),
    sa.Column("number", Whole, primary_key=True),
    sa.Column("time_s", Real, nullable=False),
    sa.Column("raw_ms", Real, nullable=False),
    sa.Column("rr_ms", Real, nullable=False),
    sa.Column("kind", Text, nullable=False),
    has_rowid=False,
)
STATES = table(
    "body_states",
    _of_session(),
    sa.Column("number", Whole, primary_key=True),
    sa.Column("time_s", Real, nullable=False),
    sa.Column("heart_rate_bpm", Real),
    sa.Column("rmssd_ms", Real),
    sa.Column("coherence", Real),
    sa.Column("breath_rate_bpm", Real),
    sa.Column("quality", Real, nullable=False),
    has_rowid=False,
)

# ---- Shapes ----------------------------------------------------------------------------------------


class BodySessionShape(Shape):
    """One body session and its figures."""

    body_session_id: str
    box_id: str
    protocol: str
    sensor_id: str
    is_simulated: bool = Field(description="True when no person wore the sensor: a model or a replay")
    state: SessionState
    started_at: datetime
    ended_at: datetime | None
    summary: Summary


class SeriesShape(Shape):
    """A body session as columns for a chart; each list of a group is as long as the others."""

    interval_time_s: list[float] = Field(description="End of each RR interval, seconds since the start")
    rr_ms: list[float]
    kind: list[str]
    state_time_s: list[float] = Field(description="Moment of each state, seconds since the start")
    heart_rate_bpm: list[float | None]
    rmssd_ms: list[float | None]
    coherence: list[float | None]
    breath_rate_bpm: list[float | None]
    quality: list[float]
    intervals: int = Field(description="How many intervals the session has; more than are shown when thinned")


class BodySessionReply(Reply):
    """One body session."""

    data: BodySessionShape


class BodySessionPage(Reply):
    """Body sessions, newest first."""

    data: list[BodySessionShape]
    next: str | None = Field(description="Give it as `after` to get the next page; null on the last")


class SeriesReply(Reply):
    """The series of one body session."""

    data: SeriesShape


class SessionPath(Shape):
    """Which body session."""

    body_session_id: str = Field(min_length=1, max_length=64)


class SeriesQuery(Shape):
    """How finely to draw."""

    points: int = Field(1200, ge=20, le=20_000, description="At most this many points a curve")


# ---- Rules -----------------------------------------------------------------------------------------


def page(connection: sa.Connection, query: PageQuery) -> tuple[list[BodySessionShape], str | None]:
    """Give one page of sessions, newest first, and the cursor of the next."""
    choose = sa.select(SESSIONS).where(SESSIONS.c.started_at.is_not(None))
    if query.after is not None:
        before, key = keys_of(query.after, moment, whole)
        choose = choose.where(sa.tuple_(SESSIONS.c.started_at, SESSIONS.c.key) < sa.tuple_(before, key))
    newest_first = choose.order_by(SESSIONS.c.started_at.desc(), SESSIONS.c.key.desc()).limit(query.limit + 1)
    rows = connection.execute(newest_first).mappings().all()
    shown = rows[: query.limit]
    is_last = len(rows) <= query.limit
    cursor = None if is_last else cursor_of(shown[-1]["started_at"].isoformat(), shown[-1]["key"])
    return [_shape(row) for row in shown], cursor


def one(connection: sa.Connection, body_session_id: str) -> BodySessionShape:
    """Give one session; raises Problem when there is none."""
    return _shape(_row(connection, body_session_id))


def series(connection: sa.Connection, body_session_id: str, points: int) -> SeriesShape:
    """Give the curves of one session; long ones keep the lowest and highest beat of every stretch."""
    key = _row(connection, body_session_id)["key"]
    beats = connection.execute(
        sa.select(INTERVALS.c.time_s, INTERVALS.c.rr_ms, INTERVALS.c.kind)
        .where(INTERVALS.c.session_key == key)
        .order_by(INTERVALS.c.number)
    ).all()
    states = connection.execute(
        sa.select(
            STATES.c.time_s,
            STATES.c.heart_rate_bpm,
            STATES.c.rmssd_ms,
            STATES.c.coherence,
            STATES.c.breath_rate_bpm,
            STATES.c.quality,
        )
        .where(STATES.c.session_key == key)
        .order_by(STATES.c.number)
    ).all()
    kept = [beats[index] for index in thin([row.rr_ms for row in beats], points)]
    stride = -(-len(states) // points) or 1
    columns = list(zip(*states[::stride], strict=True)) or [()] * 6
    return SeriesShape(
        interval_time_s=[row.time_s for row in kept],
        rr_ms=[row.rr_ms for row in kept],
        kind=[row.kind for row in kept],
        state_time_s=list(columns[0]),
        heart_rate_bpm=list(columns[1]),
        rmssd_ms=list(columns[2]),
        coherence=list(columns[3]),
        breath_rate_bpm=list(columns[4]),
        quality=list(columns[5]),
        intervals=len(beats),
    )


def accept_session(connection: sa.Connection, box_id: str, body: Body) -> None:
    """Store the head of a session as its box tells it now; raises Refused for another box's session."""
    assert isinstance(body, BodySession)
    _own(connection, box_id, body.body_session_id)
    values = body.model_dump(exclude={"summary"}) | body.summary.model_dump() | {"box_id": box_id}
    upsert_on(connection, SESSIONS, values, ["body_session_id"])


def accept_intervals(connection: sa.Connection, box_id: str, body: Body) -> None:
    """Store a few seconds of RR intervals; raises Refused for another box's session."""
    assert isinstance(body, Intervals)
    _store(connection, INTERVALS, _own(connection, box_id, body.body_session_id), body.rows)


def accept_states(connection: sa.Connection, box_id: str, body: Body) -> None:
    """Store a few seconds of body states; raises Refused for another box's session."""
    assert isinstance(body, States)
    _store(connection, STATES, _own(connection, box_id, body.body_session_id), body.rows)


STREAMS = {"sessions": accept_session, "intervals": accept_intervals, "states": accept_states}


def _own(connection: sa.Connection, box_id: str, body_session_id: str) -> int:
    # Intervals may overtake the head of their session: each stream counts for itself. A bare row then
    # keeps their place, unseen in lists until the head fills it.
    find = sa.select(SESSIONS.c.key, SESSIONS.c.box_id).where(SESSIONS.c.body_session_id == body_session_id)
    row = connection.execute(find).first()
    if row is None:
        insert_missing(connection, SESSIONS, [{"body_session_id": body_session_id, "box_id": box_id}])
        row = connection.execute(find).one()
    if row.box_id != box_id:
        raise Refused(f"the body session {body_session_id} belongs to another box")
    return int(row.key)


def _store(connection: sa.Connection, into: sa.Table, key: int, rows: Sequence[Body]) -> None:
    insert_missing(connection, into, [row.model_dump() | {"session_key": key} for row in rows])


def _row(connection: sa.Connection, body_session_id: str) -> sa.RowMapping:
    find = sa.select(SESSIONS).where(
        SESSIONS.c.body_session_id == body_session_id, SESSIONS.c.started_at.is_not(None)
    )
    row = connection.execute(find).mappings().first()
    if row is None:
        raise not_found("body session", body_session_id)
    return row


def _shape(row: sa.RowMapping) -> BodySessionShape:
    summary = Summary(**{name: row[name] for name in Summary.model_fields})
    head = {name: row[name] for name in BodySessionShape.model_fields if name != "summary"}
    return BodySessionShape(**head, summary=summary)


# ---- Routes ----------------------------------------------------------------------------------------

routes = APIBlueprint(
    "body_sessions",
    __name__,
    url_prefix="/api/body-sessions",
    abp_tags=[Tag(name="Body sessions", description="What happened between Start and Stop")],
    abp_responses={**PROBLEMS, 404: ProblemShape},
)


@routes.get(
    "", operation_id="listBodySessions", summary="List body sessions", responses={200: BodySessionPage}
)
def list_sessions(query: PageQuery) -> Response:
    """Newest first; ask for the next page with `after`."""
    with kernel().database.read() as connection:
        return reply_page(*page(connection, query))


@routes.get(
    "/<string:body_session_id>",
    operation_id="getBodySession",
    summary="One body session",
    responses={200: BodySessionReply},
)
def get_session(path: SessionPath) -> Response:
    """Its head and its figures."""
    with kernel().database.read() as connection:
        return reply(one(connection, path.body_session_id))


@routes.get(
    "/<string:body_session_id>/series",
    operation_id="getBodySessionSeries",
    summary="One body session as curves",
    responses={200: SeriesReply},
)
def get_series(path: SessionPath, query: SeriesQuery) -> Response:
    """RR intervals and states as columns, thinned so that a chart stays quick."""
    with kernel().database.read() as connection:
        return reply(series(connection, path.body_session_id, query.points))
