"""An API for tests: commits reports to SQLite in order, then sends receipts; as strict as the real one."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from appliance.bus import Bus, Message
from appliance.contracts import topics
from appliance.contracts.messages import Receipt, Rejection, Report


class Receiver:
    """Stores each row once; a row that comes too early is answered with the number that is expected.

    refused: stream and sequence of rows it can never store. is_deaf: neither stores nor answers.
    """

    def __init__(self, path: Path, bus: Bus, box_id: str) -> None:
        self.path = path
        self.refused: set[tuple[str, int]] = set()
        self.is_deaf = False
        self.arrivals = 0
        self._box_id = box_id
        self._bus = bus
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute(
            "create table if not exists got (stream, sequence, body, primary key (stream, sequence))"
        )
        bus.subscribe(f"echoel/{box_id}/report/+", self._on_report)
        bus.on_connect(self._tell_all)

    def rows(self, stream: str) -> list[tuple[int, str]]:
        with self._lock:
            query = "select sequence, body from got where stream = ? order by sequence"
            return self._database.execute(query, (stream,)).fetchall()

    def forget(self) -> None:
        """Lose everything, as an API whose database was wiped."""
        with self._lock:
            self._database.execute("delete from got")

    def _on_report(self, message: Message) -> None:
        if self.is_deaf:
            return
        self.arrivals += 1
        report = Report.model_validate_json(message.body)
        with self._lock:
            expected = self._expected(report.stream)
            rejected = []
            if report.sequence == expected:
                if (report.stream, report.sequence) in self.refused:
                    rejected.append(Rejection(sequence=report.sequence, reason="a planted refusal"))
                body = None if rejected else Report.model_dump_json(report)
                self._database.execute("insert into got values (?, ?, ?)", (report.stream, expected, body))
                expected += 1
        receipt = Receipt(stream=report.stream, next_sequence=expected, rejected=rejected)
        self._bus.publish(topics.receipt(self._box_id), receipt.model_dump_json().encode())

    def _tell_all(self) -> None:
        with self._lock:
            streams = [row[0] for row in self._database.execute("select distinct stream from got")]
            marks = {stream: self._expected(stream) for stream in streams}
        for stream, expected in marks.items():
            receipt = Receipt.model_validate({"stream": stream, "next_sequence": expected})
            self._bus.publish(topics.receipt(self._box_id), receipt.model_dump_json().encode())

    def _expected(self, stream: str) -> int:
        query = "select coalesce(max(sequence), 0) + 1 from got where stream = ?"
        return int(self._database.execute(query, (stream,)).fetchone()[0])
