"""Opens the journal's file: one writer at a time, durable commits, and a broken file set aside.

A path flows in, a connection that survives a power cut flows out.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import shutil
import sqlite3
import time
from pathlib import Path

from appliance.errors import StorageBroken, StorageFull
from appliance.journal import schema

_log = logging.getLogger(__name__)

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_CHECK_LIMIT_S = 2.0
_NO_ROOM_BYTES = 256 * 1024
_WAL_LIMIT_BYTES = 4 * 1024 * 1024


def connect(path: Path, *, mode: str = "rwc", check_same_thread: bool = True) -> sqlite3.Connection:
    """Open the file with the promises of the box: WAL, FULL, foreign keys, waiting for the other writer.

    mode: "rwc" makes the file when it is missing, "rw" does not, "ro" only reads. Transactions are begun by
    hand (`begin immediate`). Raises sqlite3.Error.
    """
    source = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(
        source, uri=True, timeout=5.0, isolation_level=None, check_same_thread=check_same_thread
    )
    try:
        if mode != "ro":
            connection.execute("pragma journal_mode = wal")
            # FULL, not NORMAL: NORMAL loses acknowledged rows in a power cut.
            connection.execute("pragma synchronous = full")
            connection.execute("pragma foreign_keys = on")
            connection.execute(f"pragma journal_size_limit = {_WAL_LIMIT_BYTES}")
        connection.execute("pragma schema_version").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


class Storage:
    """The file of one journal, locked against a second writer.

    size_limit_bytes: the file never grows beyond it; 0 means that only the disk limits it.
    Raises StorageBroken when it cannot be opened or another box writes it, StorageFull without room.
    """

    def __init__(self, path: Path, size_limit_bytes: int = 0) -> None:
        self.path = path
        self.replaced: Path | None = None
        self._size_limit_bytes = size_limit_bytes
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = path.with_name(f"{path.name}.lock").open("w")
        except OSError as error:
            raise trouble_of(error, path) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            what = f"another box already writes {path}"
            raise StorageBroken(what, "stop that one, or choose another folder with --data") from error

    def open(self) -> sqlite3.Connection:
        """Open the file; set a broken one aside and begin a new one. Raises StorageFull, StorageBroken."""
        try:
            try:
                return self._open()
            except sqlite3.Error as error:
                if not is_broken(error):
                    raise
                self.set_aside()
                return self._open()
        except (sqlite3.Error, OSError) as error:
            raise trouble_of(error, self.path) from error

    def set_aside(self) -> None:
        """Rename the broken file, so that whoever repairs it finds it, and say so loudly."""
        mark = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        aside = self.path.with_name(f"{self.path.name}.broken-{mark}-{time.monotonic_ns() % 1_000_000:06d}")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
        self.replaced = aside
        _log.error("the journal %s is broken; it was kept as %s and a new one was begun", self.path, aside)

    def close(self) -> None:
        """Let another box write this journal."""
        self._lock.close()

    def limit_pages(self, connection: sqlite3.Connection, extra_bytes: int = 0) -> None:
        """Apply the size limit, moved up by `extra_bytes`."""
        if self._size_limit_bytes:
            page_bytes = connection.execute("pragma page_size").fetchone()[0]
            pages = max(1, (self._size_limit_bytes + extra_bytes) // page_bytes)
            connection.execute(f"pragma max_page_count = {pages}")

    def room_bytes(self, connection: sqlite3.Connection) -> int:
        """Return how much more can be written: room on the disk or below the size limit, the smaller."""
        room = shutil.disk_usage(self.path.parent).free
        if self._size_limit_bytes:
            page_bytes, pages, unused = (
                connection.execute(f"pragma {name}").fetchone()[0]
                for name in ("page_size", "page_count", "freelist_count")
            )
            room = min(room, self._size_limit_bytes - (pages - unused) * page_bytes)
        return room

    def _open(self) -> sqlite3.Connection:
        wal = Path(f"{self.path}-wal")
        was_killed = wal.exists() and wal.stat().st_size > 0
        if self.path.exists() and self.path.stat().st_size > 0:
            # Looked at read-only first: switching to WAL would already change a file that is not ours.
            with contextlib.closing(connect(self.path, mode="ro")) as looking:
                self._refuse_a_stranger(looking)
        # Health-like data: nobody else on this machine reads it. SQLite gives its other files the same mode.
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = connect(self.path, check_same_thread=False)
        try:
            if was_killed:
                _check(connection)
            schema.migrate(connection)
            self.limit_pages(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _refuse_a_stranger(self, connection: sqlite3.Connection) -> None:
        has_tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
        identity = connection.execute("pragma application_id").fetchone()[0]
        if has_tables and identity not in (0, schema.APPLICATION_ID):
            raise StorageBroken(
                f"{self.path} belongs to another program", "choose another folder with --data"
            )


def _check(connection: sqlite3.Connection) -> None:
    """Look for damage after a crash, for two seconds at most: a big journal must not delay the start."""
    last = time.monotonic() + _CHECK_LIMIT_S
    connection.set_progress_handler(lambda: int(time.monotonic() > last), 10_000)
    try:
        answer = connection.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return
        raise
    finally:
        connection.set_progress_handler(None, 0)
    if answer != "ok":
        damage = sqlite3.DatabaseError(f"database disk image is malformed: {answer}")
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage


def is_broken(error: BaseException) -> bool:
    """Tell whether this error means that the file itself is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def is_busy(error: BaseException) -> bool:
    """Tell whether another process held the file for too long; trying again is enough."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def trouble_of(error: BaseException, path: Path) -> StorageFull | StorageBroken:
    """Say in a person's words why the journal cannot be written, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    is_full = code == sqlite3.SQLITE_FULL or getattr(error, "errno", 0) in (errno.ENOSPC, errno.EDQUOT)
    if code == sqlite3.SQLITE_IOERR:  # the shared memory of the WAL says "I/O error" on a full disk
        with contextlib.suppress(OSError):
            is_full = shutil.disk_usage(path.parent).free < _NO_ROOM_BYTES
    if is_full:
        return StorageFull(
            f"there is no room left for the journal {path}",
            "free 20 MB on that disk; what was recorded stays, and recording goes on by itself",
        )
    if not os.access(path.parent, os.W_OK):
        return StorageBroken(
            f"{path.parent} cannot be written", "correct its owner, or choose another --data"
        )
    return StorageBroken(
        f"the journal {path} cannot be written: {error}",
        "check the disk and the file's owner; `echoel doctor`",
    )
