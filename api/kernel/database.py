"""One database with two verbs: read and write.

SQLite runs in WAL with `synchronous=FULL`: readers never wait for the writer, and what was committed
survives a power cut. Every writing transaction begins with BEGIN IMMEDIATE: a transaction that reads
first and writes later would otherwise fail at once when another writer came between, and no timeout
helps (SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from appliance.contracts.settings import Settings
from appliance.errors import EchoelError, StorageBroken, StorageFull

BUSY_S = 5.0
FILE = "api.db"


def url_of(settings: Settings) -> str:
    """Where the API keeps its tables: the URL asked for, or one SQLite file in the data folder."""
    return settings.database_url or f"sqlite:///{settings.data / FILE}"


class Database:
    """The tables of the API; safe to share between threads, not across a fork."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            _make_room_for(url)
            self._engine = sa.create_engine(
                url, connect_args={"timeout": BUSY_S}, pool_size=8, max_overflow=56
            )
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", _begin)
        else:
            self._engine = sa.create_engine(url, pool_size=8, pool_pre_ping=True)
        self._writing = self._engine.execution_options(is_writing=True)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Look at one moment of the database; nothing done inside is kept."""
        with _plain_errors(self.url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Keep everything done inside, or nothing at all."""
        with _plain_errors(self.url), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    values: dict[str, Any],
    *,
    where: sa.ColumnElement[bool] | None = None,
) -> int:
    """Store one row, or bring the one with the same primary key up to date.

    where: leave the stored row alone unless this holds; `incoming(name)` names a new value in it.
    Returns how many rows were touched: 0 or 1.
    """
    return upsert_on(connection, table, values, [column.name for column in table.primary_key], where=where)


def upsert_on(
    connection: sa.Connection,
    table: sa.Table,
    values: dict[str, Any],
    keys: list[str],
    *,
    where: sa.ColumnElement[bool] | None = None,
) -> int:
    """Like `upsert`, for rows that another unique set of columns tells apart."""
    statement = _insert(connection, table).values(values)
    fresh = {name: statement.excluded[name] for name in values if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=where)
    return connection.execute(statement).rowcount


def incoming(name: str) -> sa.ColumnElement[Any]:
    """The value an `upsert` is about to store, for use in its `where`."""
    return sa.literal_column(f"excluded.{name}")


def insert_missing(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Store the rows that are not there yet; those that are stay as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    # Both have the same ON CONFLICT, but only in their own dialect; the one not in use is not even loaded.
    return import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(table)


def _make_room_for(url: str) -> None:
    file = sa.make_url(url).database
    if file and file != ":memory:":
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageBroken(
                f"the data folder {Path(file).parent} cannot be made: {error.strerror}",
                "name a folder you may write to with --data",
            ) from error


def _prepare(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None  # the driver would otherwise begin transactions of its own, and deferred ones
    for line in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        raw.execute(f"PRAGMA {line}").close()


def _begin(connection: sa.Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def _plain_errors(url: str) -> Iterator[None]:
    try:
        yield
    except sa.exc.DatabaseError as error:
        plain = explain(error.orig, sa.make_url(url).render_as_string())
        if plain is None:
            raise
        raise plain from error


def explain(error: BaseException | None, where: str) -> EchoelError | None:
    """Say in plain words why the database cannot be used; None when the fault is ours."""
    text = str(error).lower()
    if "full" in text or getattr(error, "errno", None) == errno.ENOSPC:
        return StorageFull(f"no room left for {where}", "free some space; what was stored before is safe")
    if "not a database" in text or "malformed" in text:
        return StorageBroken(
            f"{where} is damaged or not ours", "move the file away; the box will report again"
        )
    if "unable to open" in text or "readonly" in text:
        return StorageBroken(f"{where} cannot be opened for writing", "check the folder and who owns it")
    if "locked" in text:
        return StorageBroken(f"{where} is held by another program", "close that program, then try again")
    return None
