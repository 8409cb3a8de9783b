"""A real JACK server without a sound card, and a second client that hears what is played."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from cext.graph import Graph
from cext.jackout import JackSink
from tests.waiting import until

SOURCE = Path(__file__).with_name("listener.c")


class Server:
    """`jackd` on its dummy driver. `wait_for_clients`: it never drops what a client makes late."""

    def __init__(self, rate_hz: int = 48_000, frames: int = 256, wait_for_clients: bool = True) -> None:
        self.name = f"echoel-{uuid4().hex[:8]}"
        self.knock = JackSink(Graph(rate_hz), server=self.name, name="knock")
        waits = ["-S", "-t", "5000"] if wait_for_clients else []
        device = ["-d", "dummy", "-r", str(rate_hz), "-p", str(frames), "-C", "0", "-P", "0"]
        self.process = subprocess.Popen(
            ["jackd", "-R", "-P", "60", "-n", self.name, *waits, *device],
            env={**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert until(self.serves, 20), "the JACK server does not start"

    def serves(self) -> bool:
        """Whether a client may join."""
        with suppress(OSError):
            self.knock.look()
            return True
        return False

    def end(self) -> None:
        """Ask it to end, and see that it does."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


@contextmanager
def serving(rate_hz: int = 48_000, frames: int = 256, wait_for_clients: bool = True) -> Iterator[Server]:
    """A server for the length of a `with` block."""
    server = Server(rate_hz, frames, wait_for_clients)
    try:
        yield server
    finally:
        server.end()


class Listener:
    """Hears ports of a server until so many frames are kept; a program in C, never late for Python."""

    def __init__(self, server: Server, frames: int, ports: list[str], folder: Path) -> None:
        program = folder / "listener"
        if not program.exists():
            subprocess.run(["cc", "-O2", "-o", str(program), str(SOURCE), "-ldl"], check=True)
        self.file = folder / f"heard-{uuid4().hex[:8]}.f32"
        self.ports = ports
        self.process = subprocess.Popen(
            [str(program), server.name, str(frames), str(self.file), *ports],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    @property
    def is_done(self) -> bool:
        """Whether everything was heard."""
        return self.process.poll() is not None

    def heard(self) -> NDArray[np.float32]:
        """What was heard, shape (ports, frames)."""
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0, f"the listener ended with {self.process.returncode}"
        return np.fromfile(self.file, np.float32).reshape(-1, len(self.ports)).T
