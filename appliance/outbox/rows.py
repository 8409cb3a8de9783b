"""The outbox's rows in the journal's file: reading the oldest, deleting, burying, renumbering.

Every writing function runs inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from appliance.contracts.messages import Rejection


def oldest(connection: sqlite3.Connection, stream: str, since: int, limit: int) -> list[tuple[int, str]]:
    """Return sequence and body of the oldest rows of a stream from `since` on."""
    return connection.execute(
        "select sequence, body from outbox where stream = ? and sequence >= ? order by sequence limit ?",
        (stream, since, limit),
    ).fetchall()


def first_sequence(connection: sqlite3.Connection, stream: str) -> int | None:
    """Return the number of the oldest row that waits, None when none does."""
    found = connection.execute("select min(sequence) from outbox where stream = ?", (stream,)).fetchone()[0]
    return None if found is None else int(found)


def next_sequence(connection: sqlite3.Connection, stream: str) -> int:
    """Return the number the next row of the stream will get."""
    found = connection.execute("select next_sequence from streams where stream = ?", (stream,)).fetchone()
    return 1 if found is None else int(found[0])


def streams(connection: sqlite3.Connection) -> list[str]:
    """Return the streams that ever had a row."""
    return [row[0] for row in connection.execute("select stream from streams order by rowid")]


def delete_below(connection: sqlite3.Connection, stream: str, sequence: int) -> None:
    """Forget the rows that the API has committed."""
    connection.execute("delete from outbox where stream = ? and sequence < ?", (stream, sequence))


def bury(connection: sqlite3.Connection, stream: str, rejected: Sequence[Rejection]) -> int:
    """Move rows that can never be stored to the dead letters; returns how many were still here."""
    moved = 0
    for rejection in rejected:
        moved += connection.execute(
            "insert into dead_letters (stream, sequence, body, reason, at)"
            " select stream, sequence, body, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') from outbox"
            " where stream = ? and sequence = ?",
            (rejection.reason, stream, rejection.sequence),
        ).rowcount
        connection.execute(
            "delete from outbox where stream = ? and sequence = ?", (stream, rejection.sequence)
        )
    return moved


def renumber(connection: sqlite3.Connection, stream: str, first: int) -> None:
    """Give the waiting rows new numbers from `first` on, in their order."""
    begin = first_sequence(connection, stream)
    shift = first - (next_sequence(connection, stream) if begin is None else begin)
    # In two steps by way of negative numbers: no number may be there twice, not even for a moment.
    connection.execute("update outbox set sequence = -(sequence + ?) where stream = ?", (shift, stream))
    connection.execute("update outbox set sequence = -sequence where stream = ?", (stream,))
    connection.execute(
        "update streams set next_sequence = next_sequence + ? where stream = ?", (shift, stream)
    )
