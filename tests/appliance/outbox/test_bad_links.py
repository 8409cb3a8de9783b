"""Links that lose, double and reorder; boxes and brokers that are killed: nothing lost, nothing twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance.bus.mqtt import MqttBus
from appliance.journal import Journal
from appliance.outbox import Publisher
from tests.appliance import making
from tests.appliance.outbox.lossy import LossyLink
from tests.appliance.outbox.receiver import Receiver
from tests.broker import mosquitto, until

ROOT = str(Path(__file__).parents[3])
BOX = "box-1"


def numbers_at(receiver: Receiver, name: str) -> list[int]:
    """Return the interval numbers of one session that the API has, in the order it stored them."""
    bodies = [json.loads(body)["body"] for _, body in receiver.rows("intervals")]
    return [row["number"] for body in bodies if body["body_session_id"] == name for row in body["rows"]]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_a_link_that_loses_doubles_and_reorders_everything_arrives_once(
    tmp_path: Path, seed: int
) -> None:
    link = LossyLink(seed)
    receiver = Receiver(tmp_path / "api.db", link.bus(), BOX)
    journal = Journal(tmp_path / "journal.db")
    publisher = Publisher(journal.path, link.bus(), BOX, patience_s=0.05)
    publisher.start()
    journal.open_session(making.head())
    for first in range(0, 60, 2):
        journal.add_intervals("one", making.intervals(2, first), making.BEGAN_S)
        journal.update_session(making.head())
    journal.close_session(making.head(state="finished"))
    assert journal.flush()
    is_drained = publisher.drain(30)
    publisher.stop()
    link.close()
    journal.close()
    assert is_drained
    assert link.lost > 5  # the link was really bad
    assert numbers_at(receiver, "one") == list(range(60))
    assert [sequence for sequence, _ in receiver.rows("sessions")] == list(range(1, 33))


BOX_PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from appliance.bus.mqtt import MqttBus
from appliance.journal import Journal
from appliance.outbox import Publisher
from tests.appliance import making

journal = Journal(Path({path!r}))
journal.recover()
bus = MqttBus("127.0.0.1", {port}, "box")
publisher = Publisher(journal.path, bus, {box!r}, patience_s=0.5)
bus.start()
publisher.start()
name = {name!r}
journal.open_session(making.head(name))
number = 0
while True:
    journal.add_intervals(name, making.intervals(1, number), making.BEGAN_S)
    number += 1
    if number % 5 == 0:
        journal.update_session(making.head(name))
    assert journal.flush()
    print(number, flush=True)
"""


@pytest.mark.slow
def test_box_and_broker_killed_at_random_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(5)
    path = tmp_path / "journal.db"
    told: dict[str, int] = {}
    with mosquitto(tmp_path) as broker:
        api = MqttBus(broker.host, broker.port, "api")
        receiver = Receiver(tmp_path / "api.db", api, BOX)
        api.start()
        for run in range(8):
            name = f"run-{run}"
            text = BOX_PROGRAM.format(root=ROOT, path=str(path), port=broker.port, box=BOX, name=name)
            box = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
            assert box.stdout is not None
            lines = chance.randrange(5, 60)
            broker_dies_at = chance.randrange(lines)
            for line in range(lines):
                told[name] = int(box.stdout.readline())
                if line == broker_dies_at:
                    broker.kill()
                    broker.start()
            box.send_signal(signal.SIGKILL)
            box.communicate()
        journal = Journal(path)
        journal.recover()
        bus = MqttBus(broker.host, broker.port, "box")
        publisher = Publisher(path, bus, BOX, patience_s=0.5)
        bus.start()
        publisher.start()
        until(lambda: api.is_connected and bus.is_connected, "both ends", 20)
        assert publisher.drain(30)
        publisher.stop()
        bus.stop()
        journal.close()
        api.stop()
    for name, count in told.items():
        numbers = numbers_at(receiver, name)
        assert numbers == list(range(len(numbers))), name  # nothing twice, no gap
        assert len(numbers) >= count, name  # nothing acknowledged is lost


def test_a_bus_stops_even_when_its_broker_hangs_with_a_message_under_way(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        bus = MqttBus(broker.host, broker.port, "box-that-stops")
        bus.start()
        until(lambda: bus.is_connected, "the box")
        broker.freeze()
        assert bus.publish("x", b"never acknowledged")
        bus.stop()
        assert "mqtt box-that-stops" not in {thread.name for thread in threading.enumerate()}
