"""One suite for every bus: a real mosquitto and the built-in bus, each as its own process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from appliance.bus import Bus, Message
from appliance.bus.local import LocalBus
from appliance.bus.mqtt import MqttBus
from tests.broker import Broker, free_port, local_bus, mosquitto, until

Make = Callable[..., Bus]
KINDS: dict[str, tuple[Callable[[Path], AbstractContextManager[Broker]], Make]] = {
    "mqtt": (mosquitto, MqttBus),
    "local": (local_bus, LocalBus),
}


@pytest.fixture(params=KINDS, scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def broker(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with KINDS[kind][0](tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def client(kind: str, broker: Broker) -> Iterator[Make]:
    """Make clients that are stopped at the end; each is connected unless told otherwise."""
    made: list[Bus] = []

    def make(name: str, *, will: Message | None = None, port: int = 0, is_started: bool = True) -> Bus:
        bus = KINDS[kind][1](broker.host, port or broker.port, name, will=will)
        made.append(bus)
        if is_started:
            bus.start()
            until(lambda: bus.is_connected, f"{name} to connect")
        return bus

    yield make
    for bus in made:
        bus.stop()


class Inbox:
    """Keeps what a handler got."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def bodies(self) -> list[bytes]:
        return [message.body for message in self.messages]

    def wait(self, count: int) -> None:
        until(lambda: len(self.messages) >= count, f"{count} messages, got {len(self.messages)}")


def listening(bus: Bus, topic_filter: str) -> Inbox:
    """Subscribe, and wait until a message of one's own comes back, so that the subscription stands."""
    probe = Inbox()
    token = f"probe/{time.monotonic_ns()}"
    inbox = Inbox()
    bus.subscribe(topic_filter, inbox)
    bus.subscribe(token, probe)
    until(lambda: bus.publish(token, b"?"), "the probe to leave")
    probe.wait(1)
    return inbox


def test_every_bus_fits_the_protocol(client: Make) -> None:
    bus: Bus = client("fits", is_started=False)
    assert not bus.is_connected


def test_a_message_reaches_the_subscriber_byte_for_byte(client: Make) -> None:
    inbox = listening(client("reader"), "house/+/news")
    body = bytes(range(256)) * 40
    assert client("writer").publish("house/7/news", body)
    inbox.wait(1)
    assert inbox.messages == [Message("house/7/news", body, False)]


def test_messages_keep_their_order_and_none_comes_twice(client: Make) -> None:
    inbox = listening(client("reader"), "count/#")
    writer = client("writer")
    sent = [str(number).encode() for number in range(300)]
    for body in sent:
        assert writer.publish("count/up", body)
    inbox.wait(300)
    assert inbox.bodies == sent


def test_other_topics_stay_away(client: Make) -> None:
    reader = client("reader")
    inbox = listening(reader, "only/this")
    writer = client("writer")
    for topic in ("only", "only/that", "only/this/too", "other/this", "only/this"):
        writer.publish(topic, topic.encode())
    inbox.wait(1)
    assert inbox.bodies == [b"only/this"]


def test_two_handlers_of_one_topic_both_hear_it_once(client: Make) -> None:
    reader = client("reader")
    first, second = listening(reader, "both/x"), listening(reader, "both/x")
    client("writer").publish("both/x", b"!")
    second.wait(1)
    assert (first.bodies, second.bodies) == ([b"!"], [b"!"])


def test_a_handler_may_publish_and_a_failing_one_stops_nobody(
    client: Make, caplog: pytest.LogCaptureFixture
) -> None:
    reader = client("reader")

    def broken(message: Message) -> None:
        raise RuntimeError("a planted fault")

    reader.subscribe("ask", broken)
    reader.subscribe("ask", lambda message: bool(reader.publish("answer", message.body * 2)))
    answers = listening(reader, "answer")
    client("writer").publish("ask", b"ab")
    answers.wait(1)
    assert answers.bodies == [b"abab"]
    assert "a planted fault" in caplog.text


def test_a_retained_message_waits_for_the_late_subscriber(client: Make) -> None:
    writer = client("writer")
    live = listening(writer, "kept/+")
    writer.publish("kept/a", b"old", retain=True)
    writer.publish("kept/a", b"new", retain=True)
    live.wait(2)
    assert [message.is_retained for message in live.messages] == [False, False]
    late = listening(client("late"), "kept/a")
    late.wait(1)
    assert late.messages == [Message("kept/a", b"new", True)]
    writer.publish("kept/a", b"", retain=True)
    live.wait(3)
    assert listening(client("later"), "kept/a").messages == []


def test_what_is_published_while_alone_is_not_kept_for_later(client: Make) -> None:
    client("writer").publish("gone", b"1")
    inbox = listening(client("late"), "gone")
    client("other").publish("gone", b"2")
    inbox.wait(1)
    assert inbox.bodies == [b"2"]


def test_publishing_without_a_connection_says_false_and_keeps_nothing(client: Make, broker: Broker) -> None:
    bus = client("alone", port=free_port(), is_started=False)
    assert not bus.publish("x", b"1")
    bus.start()
    assert not bus.publish("x", b"1")
    bus.stop()
    bus.stop()


@pytest.mark.parametrize("topic", ["", "a/+", "a/#", "a\0b"])
def test_a_topic_with_wildcards_cannot_be_published(client: Make, topic: str) -> None:
    with pytest.raises(ValueError):
        client("strict").publish(topic, b"1")


@pytest.mark.parametrize("topic_filter", ["", "a/#/b", "a+/b", "a#"])
def test_a_malformed_filter_is_refused(client: Make, topic_filter: str) -> None:
    with pytest.raises(ValueError):
        client("strict").subscribe(topic_filter, Inbox())


def test_after_a_restart_of_the_broker_everything_works_again(client: Make, broker: Broker) -> None:
    reader, writer = client("reader"), client("writer")
    inbox = listening(reader, "again")
    connections = threading.Semaphore(0)
    reader.on_connect(lambda: connections.release())
    broker.kill()
    until(lambda: not reader.is_connected and not writer.is_connected, "both to notice")
    assert not writer.publish("again", b"lost")
    broker.start()
    assert connections.acquire(timeout=15)  # the subscriptions stand from here on
    until(lambda: writer.publish("again", b"back"), "the writer to come back", 15)
    inbox.wait(1)
    assert inbox.bodies == [b"back"]


def test_connecting_calls_back_once_the_subscriptions_stand(client: Make) -> None:
    bus = client("greeter", is_started=False)
    inbox = Inbox()
    bus.subscribe("hello/#", inbox)
    bus.on_connect(lambda: bool(bus.publish("hello/me", b"hi")))
    bus.start()
    inbox.wait(1)
    assert inbox.bodies == [b"hi"]


def test_the_will_is_published_when_a_client_is_thrown_off_and_not_after_a_good_bye(client: Make) -> None:
    watcher = client("watcher")
    inbox = listening(watcher, "status/+")
    will = Message("status/box", b"offline", True)
    client("box", will=will).stop()
    doomed = client("box", will=will)
    doomed.publish("status/box", b"online", retain=True)
    inbox.wait(1)
    usurper = client("box")  # the same name again: the broker throws the first one off
    inbox.wait(2)
    doomed.stop()
    usurper.publish("status/box", b"", retain=True)
    assert inbox.bodies[:2] == [b"online", b"offline"]


def test_a_client_whose_broker_is_down_at_start_connects_when_it_comes(client: Make, broker: Broker) -> None:
    broker.stop()
    bus = client("early", is_started=False)
    bus.start()
    assert not bus.is_connected
    broker.start()
    until(lambda: bus.is_connected, "the early client to connect", 15)
