"""The journal's own thread: takes what is handed over, commits it in batches, and survives a full disk.

Jobs flow in from any thread without waiting; commits flow out, at most 200 ms later, at once for heads and
events. When the disk is full, raw samples are given up (and counted) before anything else, and the reserve
makes room for the rest. Nothing that was committed is ever touched.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from appliance.errors import EchoelError, StorageFull
from appliance.journal.reserve import Reserve
from appliance.journal.storage import Storage, is_broken, is_busy, trouble_of

_log = logging.getLogger(__name__)

BATCH_S = 0.2
RETRY_S = 1.0
TICK_S = 1.0
_WAITING_LIMIT_BYTES = 64 * 1024 * 1024

Work = Callable[[sqlite3.Connection], None]


class Rank(IntEnum):
    """How dearly a job is held when there is no room."""

    RAW = 0
    ROWS = 1
    HEAD = 2


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Something to write. weight_bytes: what it holds in memory until then."""

    rank: Rank
    work: Work
    weight_bytes: int = 200


class _PoisonError(Exception):
    """One job that can never be written."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


class Writer:
    """Commits jobs on its own thread.

    each_commit: runs in every transaction after the jobs (it reports what is due).
    on_replaced: runs first on a new file when the old one broke while in use.
    """

    def __init__(self, storage: Storage, reserve: Reserve, each_commit: Work, on_replaced: Work) -> None:
        self._storage = storage
        self._reserve = reserve
        self._each_commit = each_commit
        self._on_replaced = on_replaced
        self._connection = storage.open()
        self._news = threading.Condition()
        self._jobs: list[Job] = []
        self._weight_bytes = 0
        self._is_urgent = False
        self._is_closing = False
        self._handed = 0  # jobs ever handed over
        self._settled = 0  # jobs committed or given up
        self._held: list[Job] = []  # taken, but not committed because of a trouble
        self.trouble: EchoelError | None = None
        self.lost_jobs = 0
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def add(self, job: Job) -> bool:
        """Hand over one job without waiting; False when too much waits already (the job is then lost)."""
        with self._news:
            if self._weight_bytes > _WAITING_LIMIT_BYTES and job.rank is not Rank.HEAD:
                self.lost_jobs += 1
                return False
            self._jobs.append(job)
            self._weight_bytes += job.weight_bytes
            self._handed += 1
            if job.rank is Rank.HEAD or len(self._jobs) == 1:
                self._is_urgent = self._is_urgent or job.rank is Rank.HEAD
                self._news.notify_all()
        return True

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything handed over so far is on the disk; False when it is not."""
        with self._news:
            wanted = self._handed
            lost = self.lost_jobs
            self._is_urgent = True
            self._news.notify_all()
            is_settled = self._news.wait_for(lambda: self._settled >= wanted, timeout_s)
            return is_settled and self.trouble is None and self.lost_jobs == lost

    def close(self, timeout_s: float = 10.0) -> None:
        """Commit what is left and close the file."""
        with self._news:
            self._is_closing = True
            self._news.notify_all()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            batch = self._take()
            with self._news:
                is_last = self._is_closing and not self._jobs
            if batch or self._held or not is_last:
                self._commit(batch)
            if is_last:
                break
        try:
            self._connection.execute("pragma wal_checkpoint(truncate)")
        except sqlite3.Error as error:
            _log.warning("the journal's last checkpoint failed (%s); the next start does it", error)
        self._connection.close()
        if self._held:
            _log.error("%d journal entries were lost: %s", len(self._held), self.trouble)

    def _take(self) -> list[Job]:
        """Wait for jobs, let a batch gather, and take it."""
        with self._news:
            pause_s = RETRY_S if self._held or self.trouble else TICK_S
            self._news.wait_for(lambda: self._jobs or self._is_closing, pause_s)
            if self._jobs and not self._is_closing:
                self._news.wait_for(lambda: self._is_urgent or self._is_closing, BATCH_S)
            batch, self._jobs = self._jobs, []
            self._weight_bytes = sum(job.weight_bytes for job in self._held)
            self._is_urgent = False
            return batch

    def _commit(self, batch: list[Job]) -> None:
        jobs = self._held + batch
        self._held = []
        if self._reserve.is_spent:
            jobs = self._without_raw(jobs)  # what the reserve gave is not for them
        try:
            self._write(jobs)
        except (sqlite3.Error, OSError) as error:
            self._suffer(jobs, error)
        else:
            self._recover()
            if jobs and not self._reserve.was_tried:
                self._reserve.fill(self._connection)
        with self._news:
            self._settled = self._handed - len(self._jobs) - len(self._held)
            self._news.notify_all()

    def _write(self, jobs: list[Job]) -> None:
        while True:
            try:
                self._write_once(jobs)
            except _PoisonError as poison:
                # One job that cannot be stored must not hold up the rest of the session.
                jobs.remove(poison.job)
                self.lost_jobs += 1
                _log.error("the journal gave up one entry: %r", poison.__cause__)
            else:
                return

    def _write_once(self, jobs: list[Job]) -> None:
        connection = self._connection
        connection.execute("begin immediate")
        try:
            for job in jobs:
                try:
                    job.work(connection)
                except (sqlite3.OperationalError, sqlite3.InternalError, OSError):
                    raise
                except sqlite3.DatabaseError as error:
                    if is_broken(error):
                        raise
                    raise _PoisonError(job) from error
                except Exception as error:
                    raise _PoisonError(job) from error
            self._report(connection)
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise

    def _report(self, connection: sqlite3.Connection) -> None:
        connection.execute("savepoint reports")
        try:
            self._each_commit(connection)
        except (sqlite3.Error, OSError):
            raise
        except Exception:
            # What happened is worth more than the report of it: the rows are kept all the same.
            _log.exception("the journal could not report; it will try again")
            connection.execute("rollback to reports")
        connection.execute("release reports")

    def _suffer(self, jobs: list[Job], error: Exception) -> None:
        """Keep what can be kept after a failed commit."""
        if is_busy(error):
            self._held = jobs
            return
        if is_broken(error):
            self._begin_anew(jobs)
            return
        trouble = trouble_of(error, self._storage.path)
        if self.trouble is None:
            _log.error("%s; %s", trouble, trouble.remedy)
        self.trouble = trouble
        kept = self._without_raw(jobs)
        if not isinstance(trouble, StorageFull):
            self._held = self._within_limit(kept)
            return
        self._reserve.spend(self._connection)
        try:
            self._write(kept)
        except (sqlite3.Error, OSError):
            self._held = self._within_limit(kept)

    def _begin_anew(self, jobs: list[Job]) -> None:
        """Set the broken file aside and go on in a new one."""
        self._connection.close()
        try:
            self._storage.set_aside()
            self._connection = self._storage.open()
            self._write([Job(Rank.HEAD, self._on_replaced), *jobs])
        except (sqlite3.Error, OSError, EchoelError) as error:
            self.trouble = error if isinstance(error, EchoelError) else trouble_of(error, self._storage.path)
            self._held = self._within_limit(jobs)

    def _recover(self) -> None:
        """Leave a trouble behind once there is room again, and put the reserve back."""
        if self.trouble is None and not self._reserve.is_spent:
            return
        if self._reserve.is_spent and not self._reserve.fill(self._connection):
            return
        _log.warning("the journal records again")
        self.trouble = None

    def _without_raw(self, jobs: list[Job]) -> list[Job]:
        kept = [job for job in jobs if job.rank is not Rank.RAW]
        self.lost_jobs += len(jobs) - len(kept)
        return kept

    def _within_limit(self, jobs: list[Job]) -> list[Job]:
        """Keep the newest heads and rows that fit into memory; the oldest rows go first."""
        total_bytes = sum(job.weight_bytes for job in jobs)
        kept = []
        for job in jobs:
            if total_bytes > _WAITING_LIMIT_BYTES and job.rank is not Rank.HEAD:
                total_bytes -= job.weight_bytes
                self.lost_jobs += 1
            else:
                kept.append(job)
        return kept
