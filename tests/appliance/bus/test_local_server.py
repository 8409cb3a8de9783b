"""What strangers, hung clients and wrong ports do to the built-in bus."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.bus import Message
from appliance.bus.frames import Frame, Kind, Unpacker
from appliance.bus.local import LocalBus, command
from appliance.bus.local_server import Server
from appliance.errors import Misused, PortInUse
from tests.broker import Broker, local_bus, until


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with local_bus(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /x HTTP/1.1\r\n\r\nEB1",
        bytes(1000),
        Frame(Kind.MESSAGE, "echoel/x/command", b"no hello before it").pack(),
        Frame(Kind.HELLO, "").pack(),
        Frame(Kind.HELLO, "x").pack() + Frame(Kind.SUBSCRIBE, "a/#/b").pack(),
        Frame(Kind.HELLO, "x").pack() + Frame(Kind.MESSAGE, "a/+", b"").pack(),
    ],
)
def test_a_stranger_is_hung_up_on_and_nobody_else_notices(broker: Broker, words: bytes) -> None:
    heard: list[Message] = []
    bus = LocalBus(broker.host, broker.port, "box")
    bus.subscribe("#", heard.append)
    bus.start()
    until(lambda: bus.is_connected, "the client")
    with socket.create_connection((broker.host, broker.port), timeout=5) as stranger:
        stranger.sendall(words)
        received = b""
        try:
            while data := stranger.recv(1000):
                received += data
        except ConnectionResetError:
            pass
    assert all(frame.kind is Kind.WELCOME for frame in Unpacker().feed(received))
    until(lambda: bus.publish("still/here", b"1"), "the bus to go on")
    until(lambda: heard, "the message")
    bus.stop()
    assert [message.topic for message in heard] == ["still/here"]


def test_the_will_of_a_client_that_hangs_is_published_after_the_silence() -> None:
    async def story() -> list[Frame]:
        server = Server(silence_s=0.3)
        port = await server.start("127.0.0.1", 0)
        watching, watcher = await asyncio.open_connection("127.0.0.1", port)
        watcher.write(Frame(Kind.HELLO, "watcher").pack() + Frame(Kind.SUBSCRIBE, "status").pack())
        _, hung = await asyncio.open_connection("127.0.0.1", port)
        hung.write(Frame(Kind.HELLO, "hung").pack() + Frame(Kind.WILL, "status", b"gone").pack())
        unpacker = Unpacker()
        seen: list[Frame] = []
        while not any(frame.kind is Kind.MESSAGE for frame in seen):
            watcher.write(Frame(Kind.PING).pack())
            seen += unpacker.feed(await asyncio.wait_for(watching.read(1000), 5))
            await asyncio.sleep(0.02)
        hung.close()
        watcher.close()
        await server.close()
        return [frame for frame in seen if frame.kind is Kind.MESSAGE]

    assert asyncio.run(story()) == [Frame(Kind.MESSAGE, "status", b"gone")]


def test_a_port_in_use_is_said_with_a_remedy(broker: Broker) -> None:
    with pytest.raises(PortInUse) as refusal:
        CliRunner().invoke(command, ["--port", str(broker.port)], catch_exceptions=False)
    assert "--port" in refusal.value.remedy


def test_an_address_that_is_not_ours_is_said_with_a_remedy() -> None:
    with pytest.raises(Misused):
        CliRunner().invoke(command, ["--port", "0", "--host", "192.0.2.1"], catch_exceptions=False)


def test_the_verb_says_its_port_and_ends_on_request() -> None:
    program = "from appliance.bus.local import command; command(['--port', '0'])"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    bus = LocalBus("127.0.0.1", int(said.rsplit(":", 1)[1]), "x")
    bus.start()
    until(lambda: bus.is_connected, "the client")
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()
    until(lambda: not bus.is_connected, "the client to notice")
    bus.stop()
