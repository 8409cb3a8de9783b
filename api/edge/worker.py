"""The process behind `echoel api worker`: messages in, batches into the database, receipts out.

The bus's thread only puts messages into a queue; one thread takes them out in batches, so that a full
sync to the disk is paid once for many rows.
"""

from __future__ import annotations

import logging
import queue
import signal
import threading
import time
from types import FrameType

from api.edge.ingest import Arrival, Ingest, read
from appliance.bus import Bus, Message
from appliance.contracts import topics
from appliance.contracts.messages import Receipt
from appliance.errors import EchoelError

_log = logging.getLogger(__name__)

BATCH_ROWS = 1_000
BATCH_S = 0.05
_WAITING_ROWS = 10_000


class Worker:
    """Takes reports from the bus until it is told to stop."""

    def __init__(self, bus: Bus, ingest: Ingest) -> None:
        self._bus = bus
        self._ingest = ingest
        self._waiting: queue.Queue[Message | None] = queue.Queue(_WAITING_ROWS)
        self._is_greeting = threading.Event()
        self._is_stopping = threading.Event()
        self._trouble = ""
        self.unreadable = 0
        bus.subscribe(topics.ALL_REPORTS, self._hear)
        bus.on_connect(self._greet)

    def run(self) -> None:
        """Work until `stop`; what was heard by then is still stored and answered."""
        self._bus.start()
        try:
            while (batch := self._next_batch()) is not None:
                self._work(batch)
        finally:
            self._bus.stop()

    def stop(self) -> None:
        """Finish what was heard, then let `run` return; safe from a signal handler."""
        self._is_stopping.set()
        threading.Thread(target=self._waiting.put, args=(None,), daemon=True).start()

    def _hear(self, message: Message) -> None:
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            # Dropped on purpose: the box keeps the row and sends it again when no receipt comes.
            _log.warning("more reports arrive than the disk takes; the boxes will send them again")

    def _greet(self) -> None:
        self._is_greeting.set()
        if self._waiting.empty():
            self._hear(Message("", b""))

    def _next_batch(self) -> list[Message] | None:
        first = self._waiting.get()
        batch: list[Message] = []
        deadline_s = time.monotonic() + BATCH_S
        while first is not None:
            batch.append(first)
            left_s = 0.0 if self._is_stopping.is_set() else deadline_s - time.monotonic()
            if len(batch) >= BATCH_ROWS:
                return batch
            try:
                first = self._waiting.get(timeout=left_s) if left_s > 0 else self._waiting.get_nowait()
            except queue.Empty:
                return batch
        if batch:
            self._waiting.put(None)
            return batch
        return None

    def _work(self, batch: list[Message]) -> None:
        try:
            if self._is_greeting.is_set():
                self._is_greeting.clear()
                self._answer(self._ingest.standing())
            if arrivals := self._read(batch):
                self._answer(self._ingest.take(arrivals))
            self._trouble = ""
        except EchoelError as error:
            # Said once, not with every batch; the boxes keep their rows until there is a receipt.
            if str(error) != self._trouble:
                _log.error("reports cannot be stored: %s (%s)", error, error.remedy)
            self._trouble = str(error)

    def _read(self, batch: list[Message]) -> list[Arrival]:
        arrivals = []
        for message in batch:
            if not message.topic:
                continue
            arrival = read(topics.box_of(message.topic), topics.stream_of(message.topic), message.body)
            if arrival is None:
                self.unreadable += 1
                _log.warning("a message on %s is no report (%d so far)", message.topic[:120], self.unreadable)
            else:
                arrivals.append(arrival)
        return arrivals

    def _answer(self, receipts: list[tuple[str, Receipt]]) -> None:
        for box_id, receipt in receipts:
            self._bus.publish(topics.receipt(box_id), receipt.model_dump_json().encode())


def run_until_told(worker: Worker, greeting: str) -> None:
    """Run in the main thread, saying so once it can be told to stop; SIGTERM and SIGINT end it in order."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    print(greeting, flush=True)
    worker.run()
