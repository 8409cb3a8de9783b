"""A little room kept back, so that a session can be closed properly even on a full disk.

While there is room, a ballast file holds 8 MB of it. When the disk is full the ballast goes, and the
journal's heads, intervals and states fit into what it leaves: 8 MB are many hours of them.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from appliance.journal.storage import Storage

BALLAST_BYTES = 8 * 1024 * 1024


class Reserve:
    """The room kept back beside one journal."""

    def __init__(self, storage: Storage, ballast_bytes: int = BALLAST_BYTES) -> None:
        self._storage = storage
        self._bytes = ballast_bytes
        self._file: Path = storage.path.parent / "ballast"
        self._had_ballast = self._file.exists()
        self.is_spent = False
        self.was_tried = False

    def fill(self, connection: sqlite3.Connection) -> bool:
        """Put the ballast in place when there is room for it and more; tells whether all is well now.

        A disk too small for a ballast from the start does without.
        """
        self.was_tried = True
        room_bytes = self._storage.room_bytes(connection)
        missing = 0 if self._file.exists() else self._bytes
        if room_bytes < missing + self._bytes // 2:
            if self._had_ballast or room_bytes < self._bytes // 8:
                return False
            missing = 0
        self._storage.limit_pages(connection)
        if missing:
            try:
                self._write()
            except OSError:
                self._file.unlink(missing_ok=True)
                return False
            self._had_ballast = True
        self.is_spent = False
        return True

    def spend(self, connection: sqlite3.Connection) -> None:
        """Give the room away."""
        self.is_spent = True
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
        with contextlib.suppress(sqlite3.Error):
            self._storage.limit_pages(connection, self._bytes)

    def _write(self) -> None:
        handle = os.open(self._file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            os.posix_fallocate(handle, 0, self._bytes)
        finally:
            os.close(handle)
