"""The face of the journal: plain verbs that never wait, and a thread behind them that writes."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from appliance.clock import Clock, SystemClock
from appliance.contracts import BodyState, Interval, SensorFrame
from appliance.contracts.messages import BodySession, Device, IntervalRow
from appliance.errors import EchoelError
from appliance.journal import reading, recovery, reports, rows
from appliance.journal.chunks import Gatherer
from appliance.journal.reserve import BALLAST_BYTES, Reserve
from appliance.journal.storage import Storage
from appliance.journal.writer import Job, Rank, Writer

REPORT_EVERY_S = 2.0
_ANCHOR_EVERY_S = 600.0
_HEADS_KEPT = 100  # in memory, to begin a new file with when the old one breaks


class _Session:
    """What the journal remembers of a session that is open."""

    def __init__(self, head: BodySession) -> None:
        self.head = head
        self.gatherer = Gatherer()
        self.intervals = 0
        self.states = 0
        self.next_report_s = 0.0


class Journal:
    """Everything that happened, kept in one file; only one journal writes it at a time.

    path: the SQLite file; its folder is made when missing. ballast_bytes: room kept back for the day the disk
    is full. size_limit_bytes: the file's largest size, 0 for as large as the disk.
    Raises StorageFull or StorageBroken when it cannot be opened; afterwards a trouble is a state, `trouble`.
    Verbs return at once and may be called from any thread; `flush` waits for the disk.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        ballast_bytes: int = BALLAST_BYTES,
        size_limit_bytes: int = 0,
    ) -> None:
        self.path = path
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._open: dict[str, _Session] = {}
        self._heads: dict[str, BodySession] = {}
        self._told_losses = 0
        self._next_anchor_s = 0.0
        self._unanchored = False
        self._storage = Storage(path, size_limit_bytes)
        try:
            reserve = Reserve(self._storage, ballast_bytes)
            self._writer = Writer(self._storage, reserve, self._each_commit, self._begin_anew)
            self._writer.start()
        except BaseException:
            self._storage.close()
            raise
        if self._storage.replaced is not None:
            self._add(Rank.HEAD, self._begin_anew)

    @property
    def trouble(self) -> EchoelError | None:
        """What keeps the journal from recording everything now, with its remedy; None when all is well."""
        return self._writer.trouble

    @property
    def replaced(self) -> Path | None:
        """Where a broken journal was kept, None when it never happened since the start."""
        return self._storage.replaced

    @property
    def losses(self) -> int:
        """How many entries were given up because there was no room; zero is the promise otherwise."""
        return self._writer.lost_jobs

    def open_session(self, head: BodySession) -> None:
        """Begin a body session: store and report its head."""
        with self._lock:
            self._open[head.body_session_id] = _Session(head)
            self._unanchored = True
        self._put_head(head)

    def update_session(self, head: BodySession) -> None:
        """Store and report a session's head after a change of state or with newer figures."""
        with self._lock:
            self._opened(head.body_session_id).head = head
        self._put_head(head)

    def close_session(self, head: BodySession) -> None:
        """Store the rest of a session, then report all of it with its final head."""
        with self._lock:
            session = self._opened(head.body_session_id)
            session.head = head
            chunks = session.gatherer.finish()
            self._open.pop(head.body_session_id)
        for chunk in chunks:
            self._add_chunk(head.body_session_id, chunk)
        self._put_head(head)

    def add_intervals(self, body_session_id: str, intervals: Sequence[Interval], started_s: float) -> None:
        """Keep RR intervals; started_s: when the session began, on the clock of `Interval.time_s`."""
        numbered = []
        with self._lock:
            session = self._opened(body_session_id)
            for interval in intervals:
                if not all(map(math.isfinite, (interval.time_s, interval.raw_ms, interval.rr_ms))):
                    continue  # not a number is not an interval; the gap before it has a row of its own
                row = IntervalRow(
                    number=session.intervals,
                    time_s=round(interval.time_s - started_s, 4),
                    raw_ms=round(interval.raw_ms, 3),
                    rr_ms=round(interval.rr_ms, 3),
                    kind=interval.kind,
                )
                session.intervals += 1
                numbered.append((row, interval.quality))
            self._add(
                Rank.ROWS,
                lambda connection: rows.put_intervals(connection, body_session_id, numbered),
                200 * len(numbered),
            )

    def add_state(self, body_session_id: str, state: BodyState, started_s: float) -> None:
        """Keep one body state; started_s: when the session began, on the clock of `BodyState.time_s`."""
        time_s = round(state.time_s - started_s, 3)
        with self._lock:
            session = self._opened(body_session_id)
            number = session.states
            session.states += 1
            self._add(
                Rank.ROWS,
                lambda connection: rows.put_state(connection, body_session_id, number, time_s, state),
            )

    def add_event(
        self, body_session_id: str | None, kind: str, detail: str = "", time_s: float | None = None
    ) -> None:
        """Keep one event: of a session, or of the box when there is none."""
        at = self._clock.wall()
        self._add(
            Rank.HEAD,
            lambda connection: rows.put_event(connection, body_session_id, at, time_s, kind, detail),
        )

    def add_frame(self, body_session_id: str, frame: SensorFrame) -> None:
        """Keep raw samples as they came."""
        with self._lock:
            for chunk in self._opened(body_session_id).gatherer.add(frame):
                self._add_chunk(body_session_id, chunk)

    def add_device(self, device: Device) -> None:
        """Report a sensor or the box itself, as it is now."""
        self._add(Rank.HEAD, lambda connection: reports.report_device(connection, device))

    def recover(self) -> list[BodySession]:
        """Close what a crash left open; returns the interrupted sessions. To be called once, at the start."""
        interrupted: list[BodySession] = []
        now = self._clock.wall()

        def _recover(connection: sqlite3.Connection) -> None:
            interrupted[:] = recovery.close_interrupted(connection, now)

        self._add(Rank.HEAD, _recover)
        self.flush()
        return interrupted

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything handed over so far is on the disk; False when it is not."""
        return self._writer.flush(timeout_s)

    def close(self) -> None:
        """Write what is left and close the file; sessions still open stay open for `recover`."""
        self._writer.close()
        self._storage.close()

    def sessions(self, limit: int | None = None) -> list[BodySession]:
        """Return the committed body sessions, newest first."""
        return reading.sessions(self.path, limit)

    def session(self, body_session_id: str) -> reading.Detail | None:
        """Return one committed body session with its rows, None when there is none of that name."""
        return reading.session(self.path, body_session_id)

    def chunks(self, body_session_id: str) -> Iterator[reading.Chunk]:
        """Yield the raw samples of one session."""
        return reading.chunks(self.path, body_session_id)

    def _opened(self, body_session_id: str) -> _Session:
        session = self._open.get(body_session_id)
        if session is None:
            raise ValueError(f"the body session {body_session_id} is not open")
        return session

    def _add(self, rank: Rank, work: reports.Work, weight_bytes: int = 200) -> None:
        self._writer.add(Job(rank, work, weight_bytes))

    def _add_chunk(self, body_session_id: str, chunk: rows.RawChunk) -> None:
        self._add(
            Rank.RAW,
            lambda connection: rows.put_chunk(connection, body_session_id, chunk),
            200 + len(chunk.samples),
        )

    def _put_head(self, head: BodySession) -> None:
        with self._lock:
            self._heads.pop(head.body_session_id, None)
            self._heads[head.body_session_id] = head
            if len(self._heads) > _HEADS_KEPT:
                self._heads.pop(next(iter(self._heads)))

        def _write(connection: sqlite3.Connection) -> None:
            rows.put_session(connection, head)
            reports.report_rows(connection, head.body_session_id)  # so that the head is not ahead of its rows
            reports.report_session(connection, head)

        self._add(Rank.HEAD, _write)

    def _anchor(self, connection: sqlite3.Connection) -> None:
        """Tie the two clocks together at the start of each session and every ten minutes of it."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            opened = self._unanchored
            is_due = opened or (self._open and now_s >= self._next_anchor_s)
            self._unanchored = False
        if is_due:
            self._next_anchor_s = now_s + _ANCHOR_EVERY_S
            why = "session" if opened else "interval"
            rows.put_anchor(connection, _boot_id(), now_s, self._clock.wall(), why)

    def _each_commit(self, connection: sqlite3.Connection) -> None:
        """Report what is due; runs in the journal's thread, inside each transaction."""
        self._anchor(connection)
        now_s = time.monotonic()
        with self._lock:
            due = [session for session in self._open.values() if now_s >= session.next_report_s]
            for session in due:
                session.next_report_s = now_s + REPORT_EVERY_S
        for session in due:
            reports.report_rows(connection, session.head.body_session_id)
        losses = self._writer.lost_jobs
        if losses > self._told_losses and self._writer.trouble is None:
            detail = f"{losses - self._told_losses} entries were lost for want of room"
            self._told_losses = losses
            rows.put_event(connection, None, self._clock.wall(), None, "gap", detail)

    def _begin_anew(self, connection: sqlite3.Connection) -> None:
        """Fill a file that replaces a broken one with what must be in it; runs in the journal's thread."""
        kept = f"the broken journal was kept as {self._storage.replaced}"
        rows.put_event(connection, None, self._clock.wall(), None, "journal_replaced", kept)
        with self._lock:
            heads = list(self._heads.values())
        for head in heads:
            rows.put_session(connection, head)


def _boot_id() -> str:
    """Name this boot of the machine; monotonic times of two boots cannot be compared."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return f"process-{_PROCESS}"


_PROCESS = uuid.uuid4().hex
