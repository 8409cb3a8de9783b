"""Kill -9 of the process that takes reports: what was receipted is stored, and once."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from appliance.bus import Message
from appliance.bus.mqtt import MqttBus
from appliance.contracts import topics
from appliance.contracts.messages import Receipt
from tests.api.reports import intervals, report
from tests.broker import mosquitto, until

PROMPT = "from api.command import command; command()"
# The control: it answers what it has only heard, and stores it a moment later.
HASTY = """
import time
from api.edge.worker import Worker
from appliance.contracts.messages import Receipt
careful = Worker._work
def hasty(self, batch):
    for arrival in self._read(batch):
        said = {"stream": arrival.stream, "next_sequence": arrival.sequence + 1}
        self._answer([(arrival.box_id, Receipt.model_validate(said))])
    time.sleep(0.2)
    self._answer = lambda receipts: None
    careful(self, batch)
    del self._answer
Worker._work = hasty
from api.command import command; command()
"""


class Outbox:
    """A box that sends rows until each has its receipt, and remembers which were receipted."""

    def __init__(self, bus: MqttBus, rows: int) -> None:
        self._bus = bus
        self._lock = threading.Lock()
        self._left = dict.fromkeys(range(1, rows + 1))
        self._sent_at = 0.0
        self.receipted: set[int] = set()
        bus.subscribe(topics.receipt("box-1"), self._hear)

    @property
    def is_empty(self) -> bool:
        return not self._left

    def turn(self) -> None:
        """Send the oldest few, when there is news or none came for a while."""
        with self._lock:
            if time.monotonic() - self._sent_at < 0.3:
                return
            window = list(self._left)[:20]
            self._sent_at = time.monotonic()
        for number in window:
            body = report("intervals", number, intervals(2 * number - 2, 2))
            self._bus.publish(topics.report("box-1", "intervals"), body)

    def _hear(self, message: Message) -> None:
        receipt = Receipt.model_validate_json(message.body)
        with self._lock:
            for number in [number for number in self._left if number < receipt.next_sequence]:
                del self._left[number]
                self.receipted.add(number)
                self._sent_at = 0.0


def _story(folder: Path, program: str, kills: int, rows: int, seed: int) -> tuple[set[int], list[int], bool]:
    """Returns the rows that were receipted, the interval numbers that are stored, and whether all arrived."""
    chance = random.Random(seed)
    with mosquitto(folder) as broker:
        bus = MqttBus(broker.host, broker.port, "box-1")
        outbox = Outbox(bus, rows)
        bus.start()
        until(lambda: bus.is_connected, "the box to connect")

        def start() -> subprocess.Popen[bytes]:
            flags = ["worker", "--data", str(folder), "--broker-port", str(broker.port)]
            return subprocess.Popen([sys.executable, "-c", program, *flags], stdout=subprocess.DEVNULL)

        def is_past(goal: int) -> bool:
            outbox.turn()
            return len(outbox.receipted) >= goal or outbox.is_empty

        for _ in range(kills):
            worker = start()
            goal = len(outbox.receipted) + chance.randint(5, rows // (kills + 1))
            until(lambda goal=goal: is_past(goal), f"{goal} receipts", 30)  # type: ignore[misc]
            worker.kill()
            worker.wait()
        stuck = not outbox.is_empty and program == HASTY
        if not stuck:
            worker = start()
            until(lambda: is_past(rows), "all receipts", 30)
            worker.terminate()
            assert worker.wait(10) == 0
        bus.stop()
    with closing(sqlite3.connect(folder / "api.db")) as raw:
        found = raw.execute("SELECT number FROM body_intervals ORDER BY number").fetchall()
    return set(outbox.receipted), [row[0] for row in found], outbox.is_empty


@pytest.mark.slow
def test_no_receipted_row_is_lost_or_doubled_when_the_worker_is_killed(tmp_path: Path) -> None:
    receipted, stored, is_empty = _story(tmp_path, PROMPT, kills=4, rows=400, seed=1)
    assert is_empty
    assert receipted == set(range(1, 401))
    assert stored == list(range(800))


@pytest.mark.slow
def test_control_a_worker_that_answers_before_it_stores_is_found_out(tmp_path: Path) -> None:
    receipted, stored, _ = _story(tmp_path, HASTY, kills=1, rows=200, seed=1)
    lost = {number for number in receipted if 2 * number - 2 not in set(stored)}
    assert lost, "this harness would not notice a lost row"
