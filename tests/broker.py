"""Real message brokers for tests: started on a free loopback port, killed at will, gone afterwards.

`with mosquitto(folder) as broker:` gives a `Broker` whose `port` answers; `local_bus(folder)` gives the
built-in bus with the same face. `broker.kill()` is kill -9, `broker.start()` brings it back on the same
port, `broker.freeze()` and `broker.thaw()` make it hang.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a TCP port that nobody on this machine listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def until(is_so: Callable[[], object], what: str = "it", deadline_s: float = 10.0) -> None:
    """Wait until something becomes true; fail with its name when it does not."""
    last = time.monotonic() + deadline_s
    while not is_so():
        if time.monotonic() > last:
            raise AssertionError(f"waited {deadline_s:g} s in vain for {what}")
        time.sleep(0.005)


class Broker:
    """One broker process on a fixed port, with its output in a file."""

    def __init__(self, arguments: Sequence[str], port: int, log: Path) -> None:
        self.host = LOOPBACK
        self.port = port
        self.log = log
        self._arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return the process id of the running broker."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    def start(self) -> None:
        """Start the process and wait until the port answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until(self._answers, f"the broker on port {self.port} (see {self.log})")

    def kill(self) -> None:
        """Kill -9: no good-byes, no flushing."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it hang: its connections stay open and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after a freeze."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(with_signal)
        if with_signal is not signal.SIGKILL:
            self._process.send_signal(signal.SIGCONT)  # a frozen one could not end by itself
        self._process.wait(timeout=10)
        self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the broker ended at once: {self.log.read_text(errors='replace')}")
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0


@contextmanager
def mosquitto(folder: Path, *lines: str) -> Iterator[Broker]:
    """Run a real mosquitto without persistence; `lines` replace `allow_anonymous true` (passwords, ACLs)."""
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert program, "mosquitto is missing; install it: apt-get install mosquitto"
    port = free_port()
    text = [f"listener {port} {LOOPBACK}", "persistence false", "set_tcp_nodelay true"]
    text += list(lines or ("allow_anonymous true",))
    if os.geteuid() == 0:
        text.append("user root")  # else it drops to a user that may not read the test's folder
    configuration = folder / f"mosquitto-{port}.conf"
    configuration.write_text("\n".join(text) + "\n")
    broker = Broker([program, "-c", str(configuration)], port, folder / f"mosquitto-{port}.log")
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


@contextmanager
def local_bus(folder: Path) -> Iterator[Broker]:
    """Run the built-in bus as its own process, as `echoel bus` does."""
    port = free_port()
    program = f"from appliance.bus.local import command; command(['--port', '{port}'])"
    broker = Broker([sys.executable, "-c", program], port, folder / f"bus-{port}.log")
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
