"""The broker as `echoel up` configures it: a real mosquitto lets each process say only what it must."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.bus import Message
from appliance.bus.mqtt import MqttBus
from provisioning.broker import Broker, find_mosquitto, prepare
from tests.waiting import until


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    program = find_mosquitto()
    assert program is not None, "the set-up of ./echoel test installs mosquitto"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = prepare(tmp_path, port, program)
    process = subprocess.Popen(made.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield made
    process.kill()
    process.wait()


def _client(broker: Broker, user: str, password: str | None = None) -> MqttBus:
    secret = password or broker.password_files[user].read_text(encoding="utf-8")
    return MqttBus("127.0.0.1", broker.port, f"test-{user}", user=user, password=secret)


def test_a_report_reaches_the_worker_and_not_the_live_stream(broker: Broker) -> None:
    appliance, worker, live = (_client(broker, user) for user in ("appliance", "worker", "live"))
    heard: list[str] = []
    overheard: list[str] = []
    worker.subscribe("echoel/+/report/+", lambda message: heard.append(message.topic))
    live.subscribe("echoel/#", lambda message: overheard.append(message.topic))
    buses = (appliance, worker, live)
    try:
        for bus in buses:
            bus.start()
        assert until(lambda: all(bus.is_connected for bus in buses))
        assert until(lambda: appliance.publish("echoel/b/report/sessions", b"{}") and len(heard) > 0)
        assert until(lambda: appliance.publish("echoel/b/live", b"{}", qos=0) and len(overheard) > 0)
        assert set(overheard) == {"echoel/b/live"}
    finally:
        for bus in buses:
            bus.stop()


def test_a_process_cannot_speak_on_a_topic_of_another(broker: Broker) -> None:
    live, appliance = _client(broker, "live"), _client(broker, "appliance")
    heard: list[Message] = []
    appliance.subscribe("echoel/b/command", heard.append)
    api = _client(broker, "api")
    buses = (live, appliance, api)
    try:
        for bus in buses:
            bus.start()
        assert until(lambda: all(bus.is_connected for bus in buses))
        live.publish("echoel/b/command", b"forged")
        assert until(lambda: api.publish("echoel/b/command", b"real") and len(heard) > 0)
        assert {message.body for message in heard} == {b"real"}
    finally:
        for bus in buses:
            bus.stop()


def test_a_wrong_password_is_not_let_in(broker: Broker) -> None:
    right, wrong = _client(broker, "api"), _client(broker, "worker", password="guess")
    try:
        right.start()
        wrong.start()
        assert until(lambda: right.is_connected)
        assert not until(lambda: wrong.is_connected, within_s=1.0)
    finally:
        right.stop()
        wrong.stop()


def test_secrets_are_for_the_owner_alone_and_stay_the_same(broker: Broker, tmp_path: Path) -> None:
    file = broker.password_files["api"]
    assert file.stat().st_mode & 0o077 == 0
    before = file.read_text(encoding="utf-8")
    again = prepare(tmp_path, broker.port, broker.command[0])
    assert again.password_files["api"].read_text(encoding="utf-8") == before
