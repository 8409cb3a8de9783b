"""Keeps a set of processes alive: starts them, restarts what dies, stops them in order.

Every child is told by the kernel when we die, so that a killed `echoel up` leaves nothing behind.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 4_000_000
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
HEALTHY_AFTER_S = 60.0
STOP_WITHIN_S = 8.0


@dataclass(frozen=True)
class Part:
    """One process of the box.

    words: the whole command line. is_ours_to_end: its end ends the box (the appliance with `--once`).
    is_spoken: its standard output is for the person, not for the log.
    """

    name: str
    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    is_spoken: bool = False
    ends_the_box: bool = False


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Running:
    """One part and its present process."""

    def __init__(self, part: Part, logs: Path) -> None:
        self.part = part
        self.log = logs / f"{part.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self.not_before_s = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._started_s = 0.0

    def start(self) -> None:
        """Start the process, its words into the log or to the person."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.part.words,
                stdin=subprocess.DEVNULL,
                stdout=None if self.part.is_spoken else log,
                stderr=None if self.part.is_spoken else log,
                env={**os.environ, **self.part.environment},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._started_s = time.monotonic()

    def plan_restart(self) -> None:
        """Wait longer after each death in a row; a minute of health forgets them."""
        now_s = time.monotonic()
        if now_s - self._started_s > HEALTHY_AFTER_S:
            self._pause_s = FIRST_PAUSE_S
        self.not_before_s = now_s + self._pause_s
        self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)
        self.restarts += 1
        self.process = None

    def last_words(self) -> str:
        """Return the end of the log, for a person who wants to know why."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-3:])


class Supervisor:
    """Starts parts in order, watches them, stops them in reverse order.

    tell: called with one line whenever something happens that a person should know.
    """

    def __init__(self, logs: Path, tell: Callable[[str], None]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._tell = tell
        self._parts: list[Running] = []
        self._wanted = threading.Event()

    def add(self, part: Part) -> Running:
        """Start one more part."""
        running = Running(part, self._logs)
        running.start()
        self._parts.append(running)
        return running

    def request_stop(self) -> None:
        """Ask `watch` to return; safe in a signal handler."""
        self._wanted.set()

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked to stop."""
        return self._wanted.is_set()

    def pids(self) -> dict[str, int]:
        """Return name -> process id of what runs now."""
        return {row.part.name: row.process.pid for row in self._parts if row.process is not None}

    def turn(self) -> int | None:
        """Look after the parts once; the exit code when the part that ends the box has ended."""
        for row in self._parts:
            if row.process is None:
                if time.monotonic() >= row.not_before_s:
                    row.start()
                continue
            code = row.process.poll()
            if code is None:
                continue
            if row.part.ends_the_box and (code >= 0):
                return code
            row.plan_restart()
            words = row.last_words()
            why = f": {words}" if words and code != -signal.SIGKILL else ""
            self._tell(f"{row.part.name} ended ({_how(code)}); starting it again{why}")
        return None

    def watch(self) -> int:
        """Look after the parts until asked to stop or until the box is done; returns the exit code."""
        while not self._wanted.wait(0.1):
            code = self.turn()
            if code is not None:
                return code
        return 0

    def stop(self) -> None:
        """Stop all parts, the last started first, and wait for each; kill what does not listen."""
        for row in reversed(self._parts):
            if row.process is None or row.process.poll() is not None:
                continue
            row.process.send_signal(signal.SIGTERM)
            try:
                row.process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._tell(f"{row.part.name} does not stop; ending it")
                row.process.kill()
                row.process.wait()
        self._parts.clear()


def verb(*words: str) -> list[str]:
    """Return the command line of one of our own verbs, in this same environment."""
    return [sys.executable, "-c", "from provisioning.command import main; main()", *words]


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
