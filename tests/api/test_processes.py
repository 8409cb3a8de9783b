"""The API's processes as a person starts them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import requests

from appliance.bus.mqtt import MqttBus
from appliance.contracts import topics
from tests.broker import LOOPBACK, free_port, mosquitto, until

pytestmark = pytest.mark.slow
# As `echoel` runs a verb: errors become two lines.
PROGRAM = """
import sys
from api.command import command
from provisioning.command import report
try:
    command(standalone_mode=False)
except Exception as error:
    sys.exit(report(error))
"""


@contextmanager
def running(*flags: str, host: str = LOOPBACK) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-c", PROGRAM, *flags]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        process.wait(10)


def line_of(pipe: IO[str] | None) -> str:
    assert pipe is not None
    return pipe.readline().strip()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_one_line_answers_alone_and_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with running("serve", "--port", str(port), "--data", str(tmp_path)) as process:
        assert line_of(process.stdout) == f"echoel: panel and API on http://127.0.0.1:{port}/"
        assert requests.get(f"http://127.0.0.1:{port}/api/body-sessions", timeout=5).json()["ok"] is True
        command = requests.post(f"http://127.0.0.1:{port}/api/commands", json={"kind": "start"}, timeout=5)
        assert command.status_code == 503
        assert "echoel up" in command.json()["remedy"]
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert is_free(port)


def test_a_killed_api_leaves_nobody_on_its_port(tmp_path: Path) -> None:
    port = free_port()
    with running("serve", "--port", str(port), "--data", str(tmp_path)) as process:
        assert line_of(process.stdout)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        until(lambda: is_free(port), "the port to be free")


@pytest.mark.parametrize("verb", ["serve", "live"])
def test_a_port_in_use_is_one_clear_line_and_exit_1(tmp_path: Path, verb: str) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(verb, "--port", str(port), "--data", str(tmp_path)) as process:
            _, said = process.communicate(timeout=20)
            assert process.returncode == 1
            assert said.startswith(f"echoel: port {port} on 127.0.0.1 is in use by another program; ")
            assert "--port" in said
            assert len(said.splitlines()) == 1


def test_a_damaged_database_is_two_clear_lines_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "api.db").write_bytes(b"these are my holiday pictures" * 100)
    with running("serve", "--port", str(free_port()), "--data", str(tmp_path)) as process:
        _, said = process.communicate(timeout=20)
        assert process.returncode == 1
        assert "damaged or not ours" in said
        assert "Traceback" not in said


def test_twenty_viewers_see_every_message_while_other_requests_are_answered(tmp_path: Path) -> None:
    port = free_port()
    with (
        mosquitto(tmp_path) as broker,
        running(
            "serve", "--port", str(port), "--data", str(tmp_path), "--broker-port", str(broker.port)
        ) as serve,
        running(
            "live", "--panel-port", str(port), "--data", str(tmp_path), "--broker-port", str(broker.port)
        ) as live,
    ):
        assert line_of(serve.stdout)
        assert "live stream" in line_of(live.stdout)
        bus = MqttBus(broker.host, broker.port, "box-1")
        bus.start()
        until(lambda: bus.is_connected, "the box to connect")

        def watch(_: int) -> list[int]:
            origin = {"Origin": f"http://127.0.0.1:{port}"}
            with requests.get(
                f"http://127.0.0.1:{port}/api/live", headers=origin, stream=True, timeout=20
            ) as stream:
                seen: list[int] = []
                for line in stream.iter_lines():
                    if line.startswith(b"data: "):
                        seen.append(json.loads(line[6:])["n"])
                        if seen[-1] >= 60:
                            return seen
            return seen

        with ThreadPoolExecutor(20) as pool:
            watching = [pool.submit(watch, number) for number in range(20)]
            sent = 0

            def feed() -> bool:
                nonlocal sent
                sent += 1
                bus.publish(topics.live("box-1"), b'{"n": %d}' % sent, qos=0)
                assert requests.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200
                return all(one.done() for one in watching)

            until(feed, "all viewers to see the end", 30)
            for one in watching:
                seen = one.result()
                assert seen == list(range(seen[0], seen[-1] + 1))
        bus.stop()
        live.send_signal(signal.SIGTERM)
        assert live.wait(10) == 0
        assert not (tmp_path / "run" / "live.port").exists()


def test_a_worker_waits_for_a_broker_that_is_down_and_stops_cleanly(tmp_path: Path) -> None:
    with running("worker", "--data", str(tmp_path), "--broker-port", str(free_port())) as process:
        assert "taking reports" in line_of(process.stdout)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
