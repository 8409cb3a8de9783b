"""Passwords, a broker that hangs, and which bus the settings build."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from appliance import bus as buses
from appliance.bus import Message
from appliance.bus.local import LocalBus
from appliance.bus.mqtt import MqttBus
from appliance.bus.subscriptions import Backoff
from appliance.contracts.settings import Settings
from appliance.errors import BadSetting
from tests.broker import mosquitto, until


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    return file


def test_a_client_with_the_right_password_gets_in_and_one_with_a_wrong_one_is_told(
    tmp_path: Path, secret: Path, caplog: pytest.LogCaptureFixture
) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "box", "correct horse"], check=True)
    with mosquitto(tmp_path, f"password_file {passwords}") as broker:
        settings = Settings(broker_port=broker.port, mqtt_user="box", mqtt_password_file=secret)
        good = MqttBus.from_settings(settings, "good")
        good.start()
        until(lambda: good.is_connected, "the good client")
        wrong = MqttBus(broker.host, broker.port, "wrong", user="box", password="wrong")
        wrong.start()
        until(lambda: "refused" in caplog.text, "the refusal")
        assert not wrong.is_connected
        assert "mqtt_password_file" in caplog.text
        wrong.stop()
        good.stop()


def test_a_password_is_never_shown(secret: Path) -> None:
    settings = Settings(mqtt_user="box", mqtt_password_file=secret)
    assert "horse" not in repr(MqttBus.from_settings(settings, "x"))


def test_a_password_file_that_is_not_there_is_said_with_a_remedy(tmp_path: Path) -> None:
    settings = Settings(mqtt_user="box", mqtt_password_file=tmp_path / "none")
    with pytest.raises(BadSetting, match="cannot be read"):
        MqttBus.from_settings(settings, "x")


def test_a_message_under_way_when_the_broker_dies_is_not_delivered_late(tmp_path: Path) -> None:
    """A Start that arrives after the wait for its answer is over would surprise the wearer."""
    with mosquitto(tmp_path) as broker:
        heard: list[Message] = []
        reader = MqttBus(broker.host, broker.port, "reader")
        reader.subscribe("#", heard.append)
        writer = MqttBus(broker.host, broker.port, "writer")
        for bus in (reader, writer):
            bus.start()
        until(lambda: reader.is_connected and writer.is_connected, "both")
        broker.freeze()
        assert writer.publish("command", b"start")  # it left, but nobody acknowledges it
        broker.kill()
        until(lambda: not writer.is_connected, "the loss to be noticed")
        broker.start()
        until(lambda: writer.publish("later", b"1"), "the writer to be back")
        until(lambda: writer.publish("later", b"2") and heard, "the reader to be back")
        reader.stop()
        writer.stop()
    assert {message.topic for message in heard} == {"later"}


def test_the_settings_choose_the_bus() -> None:
    assert isinstance(buses.make(Settings(bus="local"), "x"), LocalBus)
    assert isinstance(buses.make(Settings(bus="mqtt"), "x"), MqttBus)


def test_pauses_grow_with_chance_and_begin_again_only_after_a_good_connection() -> None:
    backoff = Backoff()
    pauses = [backoff.wait_s() for _ in range(8)]
    for number, pause_s in enumerate(pauses):
        longest_s = min(10.0, 0.2 * 2**number)
        assert longest_s / 2 <= pause_s <= longest_s
    backoff.lasted(0.1)
    assert backoff.wait_s() >= 5.0
    backoff.lasted(60.0)
    assert backoff.wait_s() <= 0.2
