"""Sensors on the network: datagrams and topics, JSON and our frames, and what nobody can use."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from appliance.bus.local import LocalBus
from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors import mqtt_link, udp
from appliance.sensors.decoders.json_messages import JsonMessages
from appliance.sensors.mqtt_link import MqttSensor
from appliance.sensors.senders import MOST_SENDERS, Senders
from appliance.sensors.udp import UdpSensor
from firmware import wire
from tests.broker import local_bus, until

PAYLOAD = wire.Samples("ecg", 250.0, 1.0, [1, 2, 3]).pack()


def message(sequence: int = 0, **more: object) -> bytes:
    return json.dumps(
        {"channel": "breath", "rate_hz": 25, "values": [1, None, 3], "sequence": sequence, **more}
    ).encode()


async def received(sensor: UdpSensor, sent: Iterable[bytes], count: int) -> list[SensorFrame]:
    await sensor.open()
    frames = sensor.frames()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            for data in sent:
                end.sendto(data, ("127.0.0.1", sensor.port))
        async with asyncio.timeout(5.0):
            return [await anext(frames) for _ in range(count)]
    finally:
        await frames.aclose()
        await sensor.close()


def test_json_and_frames_arrive_in_datagrams_through_noise() -> None:
    encoder = wire.Encoder()
    sent = [
        b"\xff" * 40,
        message(0),
        encoder.frame(wire.SAMPLES, 0, PAYLOAD),
        b"{",
        encoder.line(wire.SAMPLES, 12, PAYLOAD),
        message(2),
    ]
    frames = asyncio.run(received(UdpSensor(0), sent, 4))
    assert [frame.channel for frame in frames] == [Channel.BREATH, Channel.ECG, Channel.ECG, Channel.BREATH]
    assert [frame.sequence for frame in frames] == [0, 0, 1, 2]
    assert {frame.sensor_id for frame in frames} == {"udp:127.0.0.1"}
    assert np.isnan(frames[0].values).tolist() == [False, True, False]


def test_with_keys_an_unkeyed_and_a_replayed_frame_are_refused_with_a_reason() -> None:
    senders = Senders("udp", {3: b"k" * 32})
    keyed = wire.Encoder(b"k" * 32, 3).frame(wire.SAMPLES, 0, PAYLOAD)
    assert len(senders.read("a", keyed, 1.0)) == 1
    for data in (
        keyed,
        wire.Encoder().frame(wire.SAMPLES, 0, PAYLOAD),
        wire.Encoder(b"x" * 32, 3).frame(wire.SAMPLES, 0, PAYLOAD),
    ):
        assert senders.read("a", data, 2.0) == []
    assert senders.dropped["a"] == {"replayed": 1, "key": 1, "tag": 1}


def test_a_port_in_use_is_refused_with_a_remedy() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SensorRefused, match="another program") as caught:
            asyncio.run(UdpSensor(taken.getsockname()[1]).open())
    assert "udp_port" in caught.value.remedy


def test_a_port_where_nobody_speaks_is_a_lost_sensor() -> None:
    with pytest.raises(SensorLost, match="nothing that is understood"):
        asyncio.run(received(UdpSensor(0, silence_s=0.05), [b"noise"], 1))


def test_no_flood_of_names_or_messages_takes_the_memory() -> None:
    senders = Senders("udp")
    for number in range(3 * MOST_SENDERS):
        senders.read(f"10.0.0.{number}", message(), 0.0)
    assert len(senders.dropped) == MOST_SENDERS
    for _ in range(5_000):
        senders.take("a", message())
    assert senders.refused > 3_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[1]", "json"),
        (b"{" * 5_000, "json"),
        (b'{"channel": "aura", "rate_hz": 25, "values": [1]}', "fields"),
        (b'{"channel": "ecg", "rate_hz": NaN, "values": [1]}', "fields"),
        (b'{"channel": "ecg", "rate_hz": -1, "values": [1]}', "fields"),
        (b'{"channel": "ecg", "rate_hz": 25, "values": [Infinity]}', "values"),
        (b'{"channel": "ecg", "rate_hz": 25, "values": [true]}', "values"),
        (b'{"channel": "ecg", "rate_hz": 25, "values": []}', "values"),
        (b'{"channel": ["ecg"], "rate_hz": 25, "values": [1]}', "fields"),
        (b"x" * 70_000, "long"),
    ],
)
def test_json_that_makes_no_sense_is_counted_by_its_reason(data: bytes, reason: str) -> None:
    decoder = JsonMessages("a")
    assert decoder.feed(data, 0.0) == []
    assert decoder.dropped == {reason: 1}


def test_json_numbers_show_what_was_lost_and_what_came_twice() -> None:
    decoder = JsonMessages("a")
    numbers = [f.sequence for n in (5, 6, 6, 9, 7, 10) for f in decoder.feed(message(n), 0.0)]
    assert numbers == [0, 1, 4, 5]
    assert (decoder.lost, decoder.dropped) == (2, {"replayed": 2})


def test_json_times_are_mapped_to_the_clock_of_the_box() -> None:
    decoder = JsonMessages("a")
    (first,) = decoder.feed(message(0, time_s=50.0), 100.0)
    (late,) = decoder.feed(message(1, time_s=50.12), 100.5)
    assert first.sensor_time_s == pytest.approx(100.0 - 0.08)
    assert late.sensor_time_s - first.sensor_time_s == pytest.approx(0.12, abs=1e-3)


def test_without_settings_no_port_and_no_topic_is_open() -> None:
    for module in (udp, mqtt_link):
        finding = asyncio.run(module.find(Settings(), False))
        assert not finding.sensors
        assert finding.reason
        assert finding.remedy


def test_every_topic_under_the_filter_is_a_sensor_of_its_own(tmp_path: Path) -> None:
    with local_bus(tmp_path) as broker:
        publisher = LocalBus(broker.host, broker.port, "sender")
        publisher.start()
        until(lambda: publisher.is_connected, "the sender's connection")

        async def heard() -> list[SensorFrame]:
            sensor = MqttSensor(lambda: LocalBus(broker.host, broker.port, "box"), "body/+")
            await sensor.open()
            frames = sensor.frames()
            try:
                taken: list[SensorFrame] = []
                async with asyncio.timeout(8.0):
                    while len({frame.sensor_id for frame in taken}) < 2:
                        publisher.publish("body/belt", message(len(taken)))
                        publisher.publish("body/strap", wire.Encoder().frame(wire.SAMPLES, 0, PAYLOAD))
                        taken.append(await anext(frames))
                return taken
            finally:
                await frames.aclose()
                await sensor.close()

        try:
            assert {f.sensor_id for f in asyncio.run(heard())} == {"mqtt:body-belt", "mqtt:body-strap"}
        finally:
            publisher.stop()
