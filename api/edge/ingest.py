"""Reports become rows, exactly once in effect, and a receipt follows the COMMIT.

Each stream of each box counts its rows from 1 without gaps. The API keeps one mark a stream, the next
number it expects, and moves it in the same transaction as the rows: a row that comes again is known by its
number, a row that comes too early is not taken and answered with the number that is expected.

Invariant: a receipt is made only from what a finished transaction has stored.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import ValidationError

from api.kernel.columns import Key, Moment, Text, table
from api.kernel.database import Database, insert_missing, upsert
from api.kernel.problems import Refused
from appliance.contracts.messages import STREAM_BODIES, Body, Receipt, Rejection, Report

if TYPE_CHECKING:
    from api.modules import Accept

_log = logging.getLogger(__name__)
_REASON_LENGTH = 500
_REJECTIONS_SHOWN = 200

MARKS = table(
    "report_marks",
    sa.Column("box_id", Text, primary_key=True),
    sa.Column("stream", Text, primary_key=True),
    sa.Column("next_sequence", Key, nullable=False),
    sa.Column("reported_at", Moment, nullable=False),
    has_rowid=False,
)
REJECTIONS = table(
    "report_rejections",
    sa.Column("box_id", Text, primary_key=True),
    sa.Column("stream", Text, primary_key=True),
    sa.Column("sequence", Key, primary_key=True),
    sa.Column("reason", Text, nullable=False),
    sa.Column("rejected_at", Moment, nullable=False),
    has_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One report as far as it could be read: a body to store, or the reason why there is none."""

    box_id: str
    stream: str
    sequence: int
    body: Body | None
    reason: str = ""


def read(box_id: str, stream: str, message: bytes) -> Arrival | None:
    """Read one message; None when not even its number can be told, so that nobody can be answered."""
    try:
        outer = json.loads(message)
        sequence = outer["sequence"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if stream not in STREAM_BODIES or type(sequence) is not int or not 1 <= sequence < 2**63:
        return None
    try:
        report = Report.model_validate(outer)
        if report.stream != stream:
            raise Refused(f"a report of the stream {report.stream} came as one of {stream}")
        body = STREAM_BODIES[stream].model_validate(report.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the body"
        return Arrival(box_id, stream, sequence, None, f"{where}: {first['msg']}"[:_REASON_LENGTH])
    except Refused as error:
        return Arrival(box_id, stream, sequence, None, str(error)[:_REASON_LENGTH])
    return Arrival(box_id, stream, sequence, body)


class Ingest:
    """Takes batches of reports into the tables of whichever module owns their stream."""

    def __init__(self, database: Database, accepts: Mapping[str, Accept]) -> None:
        self._database = database
        self._accepts = accepts

    def take(self, arrivals: Iterable[Arrival]) -> list[tuple[str, Receipt]]:
        """Store one batch in one transaction; returns (box, receipt) for each stream in it.

        Raises StorageFull or StorageBroken; then nothing of the batch is stored and nobody is answered.
        """
        which = attrgetter("box_id", "stream")
        ordered = sorted(arrivals, key=attrgetter("box_id", "stream", "sequence"))
        with self._database.write() as connection:
            return [
                (box_id, self._take_stream(connection, box_id, stream, list(rows)))
                for (box_id, stream), rows in groupby(ordered, key=which)
            ]

    def standing(self) -> list[tuple[str, Receipt]]:
        """What has been committed of every known stream: said again whenever the bus comes back."""
        with self._database.read() as connection:
            marks = connection.execute(sa.select(MARKS)).all()
            return [
                (mark.box_id, self._receipt(connection, mark.box_id, mark.stream, mark.next_sequence, 1))
                for mark in marks
            ]

    def _take_stream(
        self, connection: sa.Connection, box_id: str, stream: str, rows: list[Arrival]
    ) -> Receipt:
        found = connection.execute(
            sa.select(MARKS.c.next_sequence).where(MARKS.c.box_id == box_id, MARKS.c.stream == stream)
        ).scalar()
        begun = expected = 1 if found is None else int(found)
        now = datetime.now(UTC)
        for row in rows:
            if row.sequence != expected:
                continue  # one that came before, or one that came too early; the receipt says which
            reason = row.reason or self._store(connection, row)
            if reason:
                rejected = {"box_id": box_id, "stream": stream, "sequence": row.sequence}
                values = rejected | {"reason": reason, "rejected_at": now}
                insert_missing(connection, REJECTIONS, [values])
            expected += 1
        if expected > begun:
            mark = {"box_id": box_id, "stream": stream, "next_sequence": expected, "reported_at": now}
            upsert(connection, MARKS, mark)
        return self._receipt(connection, box_id, stream, expected, rows[0].sequence)

    def _store(self, connection: sa.Connection, row: Arrival) -> str:
        assert row.body is not None
        accept = self._accepts.get(row.stream)
        if accept is None:
            return f"nobody here keeps the stream {row.stream}"
        # By hand, not `begin_nested`: a full disk ends the whole transaction in SQLite, and a savepoint that
        # tries to roll itself back then would hide why.
        connection.exec_driver_sql("SAVEPOINT one_row")
        reason = ""
        try:
            accept(connection, row.box_id, row.body)
        except Refused as error:
            reason = str(error)
        except (sa.exc.IntegrityError, sa.exc.DataError, OverflowError) as error:
            reason = f"the database refuses it: {getattr(error, 'orig', error)}"
        if reason:
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT one_row")
        connection.exec_driver_sql("RELEASE SAVEPOINT one_row")
        return reason[:_REASON_LENGTH]

    def _receipt(
        self, connection: sa.Connection, box_id: str, stream: str, expected: int, since: int
    ) -> Receipt:
        refused = connection.execute(
            sa.select(REJECTIONS.c.sequence, REJECTIONS.c.reason)
            .where(
                REJECTIONS.c.box_id == box_id,
                REJECTIONS.c.stream == stream,
                REJECTIONS.c.sequence >= since,
                REJECTIONS.c.sequence < expected,
            )
            .order_by(REJECTIONS.c.sequence.desc())
            .limit(_REJECTIONS_SHOWN)
        ).all()
        rejections = [Rejection(sequence=row.sequence, reason=row.reason) for row in reversed(refused)]
        return Receipt.model_validate({"stream": stream, "next_sequence": expected, "rejected": rejections})
