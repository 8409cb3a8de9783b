"""The outbox against a real mosquitto, with an API that commits before it sends receipts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.bus.mqtt import MqttBus
from appliance.contracts import topics
from appliance.contracts.messages import Receipt
from appliance.journal import Journal
from appliance.outbox import Publisher
from appliance.outbox.window import IN_FLIGHT
from tests.appliance import making
from tests.appliance.outbox.receiver import Receiver
from tests.broker import Broker, mosquitto, until

BOX = "box-1"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def connect(broker: Broker) -> Iterator[Callable[[str], MqttBus]]:
    """Make buses; whoever asks starts them after subscribing, and they are stopped at the end."""
    made: list[MqttBus] = []

    def make(name: str) -> MqttBus:
        bus = MqttBus(broker.host, broker.port, name)
        made.append(bus)
        return bus

    yield make
    for bus in made:
        bus.stop()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.db")
    yield opened
    opened.close()


@pytest.fixture
def receiver(tmp_path: Path, connect: Callable[[str], MqttBus]) -> Receiver:
    bus = connect("api")
    made = Receiver(tmp_path / "api.db", bus, BOX)
    bus.start()
    until(lambda: bus.is_connected, "the API to connect")
    return made


@pytest.fixture
def publisher(journal: Journal, connect: Callable[[str], MqttBus]) -> Iterator[Publisher]:
    bus = connect("box")
    made = Publisher(journal.path, bus, BOX, patience_s=0.5)
    bus.start()
    until(lambda: bus.is_connected, "the box to connect")
    made.start()
    yield made
    made.stop()
    made.stop()


def session(journal: Journal, name: str = "one", beats: int = 30) -> None:
    journal.open_session(making.head(name))
    for second in range(beats):
        journal.add_intervals(name, making.intervals(1, second), making.BEGAN_S)
        journal.add_state(name, making.state(second), making.BEGAN_S)
    journal.close_session(making.head(name, state="finished"))
    assert journal.flush()


def beats_at(receiver: Receiver) -> list[int]:
    """Return the numbers of all intervals the API has, in the order they were stored."""
    reports = [json.loads(body) for _, body in receiver.rows("intervals")]
    return [row["number"] for report in reports for row in report["body"]["rows"]]


def test_a_session_reaches_the_api_whole_and_the_outbox_is_empty_then(
    journal: Journal, receiver: Receiver, publisher: Publisher
) -> None:
    session(journal)
    assert publisher.drain(10)
    heads = [json.loads(body)["body"]["state"] for _, body in receiver.rows("sessions")]
    assert heads == ["running", "finished"]
    assert beats_at(receiver) == list(range(30))
    assert publisher.pending == 0


def test_nothing_is_deleted_without_a_receipt(
    journal: Journal, receiver: Receiver, publisher: Publisher
) -> None:
    receiver.is_deaf = True
    session(journal)
    until(lambda: publisher.sent >= 4, "the rows to be sent")
    waiting = publisher.pending
    assert waiting == 4
    assert not publisher.drain(0.3)
    assert publisher.pending == waiting
    receiver.is_deaf = False
    assert publisher.drain(15)  # sent again without being asked
    assert beats_at(receiver) == list(range(30))


def test_the_window_is_never_wider_than_agreed(
    journal: Journal, receiver: Receiver, publisher: Publisher
) -> None:
    receiver.is_deaf = True
    for number in range(IN_FLIGHT + 20):
        journal.open_session(making.head(f"s{number}"))
    assert journal.flush()
    until(lambda: publisher.sent >= IN_FLIGHT, "the window to fill")
    assert not publisher.drain(0.6)
    assert publisher.sent % IN_FLIGHT == 0  # the same rows again, and no others
    receiver.is_deaf = False
    assert publisher.drain(15)
    assert len(receiver.rows("sessions")) == IN_FLIGHT + 20


def test_a_broker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    journal: Journal, receiver: Receiver, publisher: Publisher, broker: Broker
) -> None:
    journal.open_session(making.head())
    for first in range(0, 100, 25):
        journal.add_intervals("one", making.intervals(25, first), making.BEGAN_S)
        journal.update_session(making.head())
        assert journal.flush()
        before = publisher.sent
        until(lambda before=before: publisher.sent > before or not publisher.pending, "rows to be sent")
        broker.kill()
        broker.start()
    assert publisher.drain(30)
    assert beats_at(receiver) == list(range(100))
    assert [sequence for sequence, _ in receiver.rows("sessions")] == [1, 2, 3, 4, 5]


def test_control_an_outbox_that_trusts_the_broker_would_lose_rows(
    journal: Journal, connect: Callable[[str], MqttBus], tmp_path: Path, broker: Broker
) -> None:
    """The planted fault: delete as soon as the bus took the message. The harness must see the loss."""
    bus = connect("box")
    bus.start()
    until(lambda: bus.is_connected, "the box to connect")
    session(journal)
    database = sqlite3.connect(journal.path, isolation_level=None)
    for stream, sequence, body in database.execute("select stream, sequence, body from outbox").fetchall():
        report = f'{{"stream":"{stream}","sequence":{sequence},"body":{body}}}'
        if bus.publish(topics.report(BOX, stream), report.encode()):
            database.execute("delete from outbox where stream = ? and sequence = ?", (stream, sequence))
    database.close()
    broker.kill()
    broker.start()
    api = connect("api")
    late = Receiver(tmp_path / "api.db", api, BOX)
    api.start()
    publisher = Publisher(journal.path, connect("box2"), BOX)
    assert publisher.pending == 0
    assert beats_at(late) != list(range(30))


def test_a_refused_row_goes_to_the_dead_letters_and_the_stream_goes_on(
    journal: Journal, receiver: Receiver, publisher: Publisher
) -> None:
    receiver.refused = {("sessions", 1)}
    session(journal)
    assert publisher.drain(10)
    assert publisher.buried == 1
    with sqlite3.connect(journal.path) as database:
        letters = database.execute("select stream, sequence, reason from dead_letters").fetchall()
    database.close()
    assert letters == [("sessions", 1, "a planted refusal")]
    assert [sequence for sequence, body in receiver.rows("sessions") if body] == [2]


def test_an_api_that_forgot_everything_gets_what_is_new_from_row_one_on(
    journal: Journal, receiver: Receiver, publisher: Publisher
) -> None:
    session(journal, "one")
    assert publisher.drain(10)
    receiver.forget()
    session(journal, "two")
    assert publisher.drain(20)
    names = [json.loads(body)["body"]["body_session_id"] for _, body in receiver.rows("sessions")]
    assert names == ["two", "two"]
    assert [sequence for sequence, _ in receiver.rows("sessions")] == [1, 2]


def test_a_journal_that_begins_again_is_not_taken_for_the_old_one(
    tmp_path: Path, receiver: Receiver, connect: Callable[[str], MqttBus]
) -> None:
    """The user deletes the journal; the API still has its marks, and would take new rows for old ones."""
    bus = connect("box")
    bus.start()
    for folder, name in (("first", "one"), ("second", "two")):
        journal = Journal(tmp_path / folder / "journal.db")
        publisher = Publisher(journal.path, bus, BOX)
        publisher.start()
        session(journal, name, beats=5)
        assert publisher.drain(20)
        publisher.stop()
        journal.close()
    names = [json.loads(body)["body"]["body_session_id"] for _, body in receiver.rows("sessions")]
    assert names == ["one", "one", "two", "two"]


def test_where_nothing_can_be_deleted_reports_still_leave_and_not_twice(
    journal: Journal, receiver: Receiver, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    """What a full disk does to the outbox, played by a trigger."""
    janitor = sqlite3.connect(journal.path, isolation_level=None)
    janitor.execute("create trigger stuck before delete on outbox begin select raise(abort, 'no room'); end")
    session(journal)
    until(lambda: len(receiver.rows("sessions")) == 2, "the reports to arrive")
    assert not publisher.drain(1.0)
    assert publisher.pending >= 4  # two heads, and intervals and states in one report each or more
    arrived = receiver.arrivals
    assert not publisher.drain(0.7)
    assert receiver.arrivals == arrived
    assert caplog.text.count("no room") == 1
    janitor.execute("drop trigger stuck")
    janitor.close()
    assert publisher.drain(10)


def test_a_journal_replaced_while_the_outbox_runs_is_followed(
    tmp_path: Path, receiver: Receiver, connect: Callable[[str], MqttBus]
) -> None:
    path = tmp_path / "journal.db"
    bus = connect("box")
    publisher = Publisher(path, bus, BOX, patience_s=0.5)
    bus.start()
    publisher.start()
    for name in ("one", "two"):
        journal = Journal(path)
        session(journal, name, beats=5)
        assert publisher.drain(15)
        journal.close()
        path.rename(tmp_path / f"{name}.broken")
    publisher.stop()
    names = [json.loads(body)["body"]["body_session_id"] for _, body in receiver.rows("sessions")]
    assert names == ["one", "one", "two", "two"]


def test_a_receipt_that_is_none_is_ignored(
    journal: Journal, receiver: Receiver, publisher: Publisher, connect: Callable[[str], MqttBus]
) -> None:
    stranger = connect("stranger")
    stranger.start()
    until(lambda: stranger.is_connected, "the stranger to connect")
    for body in (b"", b"\xff\x00", b"[]", b'{"stream":"sessions"}', b'{"stream":"x","next_sequence":1}'):
        stranger.publish(topics.receipt(BOX), body)
    session(journal)
    assert publisher.drain(10)


def test_receipts_that_come_twice_or_late_do_no_harm(
    journal: Journal, receiver: Receiver, publisher: Publisher, connect: Callable[[str], MqttBus]
) -> None:
    stranger = connect("stranger")
    stranger.start()
    until(lambda: stranger.is_connected, "the stranger to connect")
    session(journal, "one")
    assert publisher.drain(10)
    late = Receipt(stream="sessions", next_sequence=1).model_dump_json().encode()
    for _ in range(5):
        stranger.publish(topics.receipt(BOX), late)
    session(journal, "two")
    assert publisher.drain(20)
    assert [sequence for sequence, _ in receiver.rows("sessions")] == [1, 2, 3, 4]


def test_rows_wait_while_no_journal_and_no_broker_is_there(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path / "none.db", MqttBus("127.0.0.1", 1, "box"), BOX)
    publisher.start()
    assert publisher.pending == 0
    assert publisher.drain(0.1)
    publisher.stop()
    assert not (tmp_path / "none.db").exists()
