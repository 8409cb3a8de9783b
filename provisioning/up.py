"""`echoel up`: the whole box on this machine, and one Ctrl-C that stops it.

Starts broker, guard, appliance, API, live stream and worker by their verbs, tells the person where
the panel is, restarts what dies. With `--once` it ends when the recording has been reported.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

import click

from provisioning.parts import Ports, plan
from provisioning.supervisor import Supervisor

PANEL_WITHIN_S = 30.0


class UpError(Exception):
    """`up` cannot go on; says why and what to do."""

    exit_code = 1

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


def _data_option(value: str | None) -> Path:
    return Path(value or os.environ.get("ECHOEL_DATA") or "data").absolute()


@click.command("up")
@click.option("--data", metavar="DIR", help="Folder of everything the box keeps.  [default: data]")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=None, help="Port of the panel.  [default: 8080]"
)
@click.option("--host", default=None, help="Address to listen on; 0.0.0.0 lets other devices in.")
@click.option("--replay", metavar="FILE", help="Play a recording instead of a sensor.")
@click.option("--rate", type=float, help="Samples a second of the recording, when its file does not say.")
@click.option("--column", help="Column of the recording, when there are several.")
@click.option("--kind", type=click.Choice(["ecg", "ppg", "rr"]), help="What the recording measures.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="How much faster than real time.")
@click.option("--simulate", is_flag=True, help="Use the virtual wearer even when a sensor is there.")
@click.option("--headless", is_flag=True, help="No sound card: for servers and scripts.")
@click.option("--once", is_flag=True, help="End when one session has been played and reported.")
@click.option("--wav", metavar="FILE", help="Also record the sound of the session to this file.")
def command(
    data: str | None,
    port: int | None,
    host: str | None,
    replay: str | None,
    rate: float | None,
    column: str | None,
    kind: str | None,
    speed: float,
    simulate: bool,
    headless: bool,
    once: bool,
    wav: str | None,
) -> None:
    """Run the whole box on this machine; Ctrl-C stops it."""
    flags: list[str] = []
    given = {"--replay": replay, "--rate": rate, "--column": column, "--kind": kind, "--wav": wav}
    for name, value in given.items():
        if value is not None:
            flags += [name, str(value)]
    flags += ["--speed", str(speed)] if replay else []
    flags += [
        word
        for word, wanted in (("--simulate", simulate), ("--headless", headless), ("--once", once))
        if wanted
    ]
    sys.exit(
        run(_data_option(data), port or _number("ECHOEL_PORT", 8080), host or _text("ECHOEL_HOST"), flags)
    )


def run(data: Path, port: int, host: str, flags: list[str]) -> int:
    """Start everything, watch it, stop it; returns the exit code."""
    started_s = time.monotonic()
    folder = data / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder / "up.lock")
    except OSError as error:
        raise UpError(
            f"cannot write to {data}: {error.strerror}", "choose another folder with --data"
        ) from error
    _check_port(host, port)
    supervisor = Supervisor(data / "logs", tell=say)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.request_stop())
    try:
        ports = Ports(host, port, _free_port(port + 1), _free_port(_number("ECHOEL_BROKER_PORT", 18830)))
        parts = plan(data, ports, flags, say)
        for part in parts.first:
            supervisor.add(part)
        (folder / "up.json").write_text(json.dumps({"pid": os.getpid(), "port": port, "host": host}))
        code = _wait_for_panel(supervisor, host, port, started_s)
        if code is not None or supervisor.is_stopping:
            return code or 0
        for part in parts.then:
            supervisor.add(part)
        return supervisor.watch()
    finally:
        say("Stopping ...")
        supervisor.stop()
        (folder / "up.json").unlink(missing_ok=True)
        lock.close()
        say("Stopped; everything that was recorded is kept.")


def _wait_for_panel(supervisor: Supervisor, host: str, port: int, started_s: float) -> int | None:
    """Say where the panel is once it answers; the exit code when the box ended before that."""
    address = f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '::') else host}:{port}/"
    while not supervisor.is_stopping and time.monotonic() - started_s < PANEL_WITHIN_S:
        code = supervisor.turn()
        if code is not None:
            return code
        try:
            with urllib.request.urlopen(address + "health", timeout=1):
                took_s = time.monotonic() - started_s
                say(f"The panel is at {address}  (ready after {took_s:.1f} s; Ctrl-C stops)")
                return None
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    if not supervisor.is_stopping:
        say("The panel does not answer yet; the box goes on. See the file api.log in the logs folder.")
    return None


def _lock(file: Path) -> IO[str]:
    """Hold the data folder for this process alone. Raises UpError when another one has it."""
    handle = file.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise UpError(
            f"a box already runs on {file.parent.parent}",
            "stop it with Ctrl-C where it runs, or give this one its own folder with --data",
        ) from error
    return handle


def _check_port(host: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            what = f"port {port} is in use by another program"
            raise UpError(what, f"choose another one, for example: --port {_free_port(port + 1)}") from error
        raise UpError(
            f"cannot listen on {host}:{port}: {error}", "choose another --host or --port"
        ) from error


def _free_port(wanted: int) -> int:
    """Return the wanted port when it is free, else any that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port if port <= 65535 else 0))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UpError("no free port on this machine", "close some programs and start again")


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else default


def _text(name: str) -> str:
    return os.environ.get(name) or "127.0.0.1"


def say(text: str) -> None:
    """Tell the person what happens, at once."""
    click.echo(text, err=True)
