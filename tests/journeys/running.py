"""A whole box as a person starts it: `echoel up` in a folder of its own, and ways to look at it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from provisioning.supervisor import verb

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def echoel(*words: str, within_s: float = 60.0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one verb to its end."""
    return subprocess.run(
        verb(*words),
        capture_output=True,
        text=True,
        timeout=within_s,
        env={**os.environ, **environment},
    )


@dataclass
class Up:
    """A running box."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    said: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its panel is."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        """Return what the API answers, as JSON."""
        return requests.get(self.address + path, timeout=5).json()

    def is_ready(self) -> bool:
        """Whether the panel answers."""
        try:
            return requests.get(self.address + "/health", timeout=1).ok
        except requests.ConnectionError:
            return False

    def command(self, kind: str, **parameters: str | float) -> requests.Response:
        """Ask the box for something, as the panel does."""
        body = {"kind": kind, "parameters": parameters}
        return requests.post(
            f"{self.address}/api/commands", json=body, headers={"Origin": self.address}, timeout=5
        )

    def live(self) -> Iterator[dict[str, Any]]:
        """Give the live values as they come: one `messages.Live` each tenth of a second."""
        event = ""
        with requests.get(f"{self.address}/api/live", stream=True, timeout=10) as stream:
            for line in stream.iter_lines(decode_unicode=True):
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "live":
                    yield json.loads(value)

    def sees(self, is_wanted: Callable[[dict[str, Any]], object], within_s: float = 20.0) -> dict[str, Any]:
        """Watch as the panel does, connecting again when the stream is not there, until a value is wanted."""
        end_s = time.monotonic() + within_s
        while time.monotonic() < end_s:
            with contextlib.suppress(requests.RequestException):
                for message in self.live():
                    if is_wanted(message):
                        return message
                    if time.monotonic() > end_s:
                        break
            time.sleep(0.05)
        raise AssertionError(f"the live stream did not show it within {within_s} s")

    def pids(self, words: str) -> list[int]:
        """Return the processes of this box whose command line holds these words."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                around = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if words in line and str(self.data) in line + around:
                found.append(int(entry.name))
        return found

    def kill(self, words: str) -> int:
        """Kill these processes as a power cut would; returns how many there were."""
        pids = self.pids(words)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return len(pids)

    def stop(self, within_s: float = 20.0) -> int:
        """Press Ctrl-C and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.wait(within_s)

    def wait(self, within_s: float) -> int:
        """Wait until the box has ended; returns its exit code."""
        out, _ = self.process.communicate(timeout=within_s)
        self.said.append(out)
        return self.process.returncode


@contextmanager
def up(data: Path, *flags: str, **environment: str) -> Iterator[Up]:
    """Start a box; kill whatever is left of it at the end."""
    port = free_port()
    process = subprocess.Popen(
        verb("up", "--data", str(data), "--port", str(port), "--headless", *flags),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )
    box = Up(process, data, port)
    try:
        yield box
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        elif process.stdout is not None:
            process.stdout.close()


def main() -> None:
    """Run one box by hand: `python -m tests.journeys.running DIR [FLAG ...]`."""
    with up(Path(sys.argv[1]), *sys.argv[2:]) as box:
        while box.process.poll() is None:
            time.sleep(1)


if __name__ == "__main__":
    main()
