"""Sends the outbox: oldest first, a few at a time, again until the API says that it has them.

Invariant: a row is deleted only on a receipt, and the API sends a receipt only after its commit. A broker's
acknowledgement is no receipt: a broker that dies forgets what it acknowledged.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from pathlib import Path

from pydantic import ValidationError

from appliance.bus import Bus, Message
from appliance.contracts import topics
from appliance.contracts.messages import Receipt
from appliance.journal.reading import reading
from appliance.journal.reports import PROVISIONAL_FROM
from appliance.journal.storage import connect
from appliance.outbox import rows
from appliance.outbox.window import PATIENCE_S, Window

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.25
_DELETE_EVERY_S = 0.2
_SETTLE_S = 2.0


class Publisher:
    """Brings what the journal reports to the API, on a thread of its own.

    journal_path: the journal's file; it may come later, or be replaced while we run. bus: started and stopped
    by its owner. patience_s: how long to wait for a receipt before sending again.
    """

    def __init__(
        self,
        journal_path: Path,
        bus: Bus,
        box_id: str,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._path = journal_path
        self._bus = bus
        self._box_id = box_id
        self._news = threading.Condition()
        self._receipts: list[Receipt] = []
        self._must_rewind = False
        self._is_stopping = False
        self._is_awake = False
        self._windows: dict[str, Window] = {}
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._deleted_s = 0.0
        self._patience_s = patience_s
        self._settled_s = 0.0
        self._is_trouble_logged = False
        self._thread: threading.Thread | None = None
        self.sent = 0
        self.buried = 0
        bus.subscribe(topics.receipt(box_id), self._on_receipt)
        bus.on_connect(self._on_connect)

    @property
    def pending(self) -> int:
        """How many rows the API has not confirmed yet."""
        with reading(self._path) as connection:
            if connection is None:
                return 0
            return int(connection.execute("select count(*) from outbox").fetchone()[0])

    def start(self) -> None:
        """Begin to send; rows wait quietly while the bus is not connected."""
        if self._thread is None:
            self._is_stopping = False
            self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop sending; what is not confirmed stays for the next start. Safe to call twice."""
        thread, self._thread = self._thread, None
        with self._news:
            self._is_stopping = True
            self._news.notify_all()
        if thread is not None:
            thread.join(10.0)

    def wake(self) -> None:
        """Look at once for new rows, rather than a quarter of a second later."""
        with self._news:
            self._is_awake = True
            self._news.notify_all()

    def drain(self, timeout_s: float) -> bool:
        """Wait until the API has confirmed every row; False when it has not in time."""
        last_s = time.monotonic() + timeout_s
        self.wake()
        while self.pending:
            left_s = last_s - time.monotonic()
            if left_s <= 0:
                return False
            with self._news:
                self._news.wait(min(left_s, _LOOK_EVERY_S))
        return True

    def _on_receipt(self, message: Message) -> None:
        try:
            receipt = Receipt.model_validate_json(message.body)
        except ValidationError:
            _log.warning("a receipt that is none was ignored: %r", message.body[:200])
            return
        with self._news:
            self._receipts.append(receipt)
            self._news.notify_all()

    def _on_connect(self) -> None:
        with self._news:
            self._must_rewind = True
            self._news.notify_all()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(self._has_news, _LOOK_EVERY_S)
                receipts, self._receipts = self._receipts, []
                must_rewind, self._must_rewind = self._must_rewind, False
                self._is_awake = False
                is_last = self._is_stopping
            try:
                self._turn(receipts, must_rewind, is_last)
            except (sqlite3.Error, OSError) as error:
                self._close()
                self._say_trouble(error)
            if is_last:
                self._close()
                return

    def _say_trouble(self, error: Exception) -> None:
        if not self._is_trouble_logged:  # once, not four times a second
            self._is_trouble_logged = True
            _log.warning("the outbox in %s cannot be kept (%s); trying again", self._path, error)

    def _has_news(self) -> bool:
        return bool(self._receipts) or self._must_rewind or self._is_awake or self._is_stopping

    def _turn(self, receipts: list[Receipt], must_rewind: bool, is_last: bool) -> None:
        connection = self._opened()
        if connection is None:
            return
        now_s = time.monotonic()
        if now_s < self._settled_s:
            return  # receipts for rows of the replaced journal may still be on their way
        for receipt in receipts:
            self._receive(connection, receipt, now_s)
        if is_last or now_s - self._deleted_s >= _DELETE_EVERY_S:
            self._deleted_s = now_s
            try:
                self._delete(connection)
                self._is_trouble_logged = False
            except sqlite3.Error as error:
                self._say_trouble(error)  # on a full disk reports still leave; what is confirmed goes later
        if is_last or not self._bus.is_connected:
            return
        for stream in rows.streams(connection):
            window = self._window(connection, stream)
            if must_rewind or window.wait_is_over(now_s):
                window.rewind()
            self._send(connection, window, now_s)

    def _send(self, connection: sqlite3.Connection, window: Window, now_s: float) -> None:
        for sequence, body in rows.oldest(connection, window.stream, window.next_to_send, window.room()):
            # The body was checked when it was written; it is not parsed again for every sending.
            report = f'{{"stream":"{window.stream}","sequence":{sequence},"body":{body}}}'
            if not self._bus.publish(topics.report(self._box_id, window.stream), report.encode()):
                return
            window.sent(sequence, now_s)
            self.sent += 1

    def _receive(self, connection: sqlite3.Connection, receipt: Receipt, now_s: float) -> None:
        window = self._window(connection, receipt.stream)
        ours = rows.next_sequence(connection, receipt.stream)
        if ours >= PROVISIONAL_FROM or receipt.next_sequence > ours:
            # A new journal learns where the API stands; or an old copy of a journal was put back.
            self._renumber(connection, window, receipt.next_sequence)
            return
        window.receive(receipt.next_sequence, receipt.rejected, now_s)
        first = rows.first_sequence(connection, receipt.stream)
        if window.is_stalled and first is not None and first > receipt.next_sequence:
            # The API asks for rows it confirmed long ago: its database was replaced or restored.
            self._renumber(connection, window, receipt.next_sequence)

    def _renumber(self, connection: sqlite3.Connection, window: Window, first: int) -> None:
        _log.info("the API expects row %d of %s; the outbox goes on from there", first, window.stream)
        self._delete(connection)
        connection.execute("begin immediate")
        try:
            rows.renumber(connection, window.stream, first)
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:  # a full disk has ended it already
                connection.execute("rollback")
            raise
        self._windows[window.stream] = Window(
            window.stream, first, first, shortest_patience_s=self._patience_s
        )

    def _delete(self, connection: sqlite3.Connection) -> None:
        dirty = [window for window in self._windows.values() if window.is_dirty or window.rejected]
        if not dirty:
            return
        connection.execute("begin immediate")
        try:
            for window in dirty:
                buried = rows.bury(connection, window.stream, window.rejected)
                rows.delete_below(connection, window.stream, window.confirmed)
                if buried:
                    self.buried += buried
                    _log.error("the API refused %d rows of %s for good", buried, window.stream)
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
        for window in dirty:
            window.is_dirty = False
            window.rejected = []
        with self._news:
            self._news.notify_all()

    def _window(self, connection: sqlite3.Connection, stream: str) -> Window:
        window = self._windows.get(stream)
        if window is None:
            first = rows.first_sequence(connection, stream)
            begin = rows.next_sequence(connection, stream) if first is None else first
            window = Window(stream, begin, begin, shortest_patience_s=self._patience_s)
            self._windows[stream] = window
        return window

    def _opened(self) -> sqlite3.Connection | None:
        """Return the connection to the file that is there now; a broken journal may have been replaced."""
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            self._close()
            return None
        if self._inode and inode != self._inode:
            self._close()
            self._settled_s = time.monotonic() + _SETTLE_S
        if self._connection is None:
            connection = connect(self._path, mode="rw")
            if not connection.execute("select 1 from sqlite_master where name = 'outbox'").fetchone():
                connection.close()
                return None
            if inode != self._inode:
                self._windows = {}  # another file, other rows
            self._connection, self._inode = connection, inode
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
