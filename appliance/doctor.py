"""`echoel doctor`: looks at everything a box needs, and says cause and remedy where something is missing."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings

LEAST_ROOM_BYTES = 200_000_000
KERNELS = ("cext.beats", "cext.hrv", "cext.spectra", "cext.graph", "cext.guard", "cext.clockout")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. state: "ok", "note" (works in a smaller way) or "broken"."""

    name: str
    state: str
    what: str
    remedy: str = ""


Check = Callable[["Settings"], Finding]


def _python(settings: Settings) -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", "ok", f"Python {version}")


def _kernels(settings: Settings) -> Finding:
    for name in KERNELS:
        try:
            importlib.import_module(name)
        except ImportError as error:
            return Finding(
                "native build", "broken", f"{name} does not load: {error}", "run ./echoel up once more"
            )
    return Finding("native build", "ok", f"{len(KERNELS)} kernels load")


def _folder(settings: Settings) -> Finding:
    there = settings.data if settings.data.exists() else settings.data.absolute().parent
    if not os.access(there, os.W_OK):
        return Finding("data folder", "broken", f"{there} cannot be written", "choose another with --data")
    room = shutil.disk_usage(there).free
    text = f"{settings.data}, {room / 1e9:.1f} GB free"
    if room < LEAST_ROOM_BYTES:
        return Finding("data folder", "note", text, "free some room; an hour of ECG needs about 4 MB")
    return Finding("data folder", "ok", text)


def _journal(settings: Settings) -> Finding:
    file = settings.data / "journal.db"
    if not file.exists():
        return Finding("journal", "ok", "empty; the first session begins it")
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            answer = database.execute("pragma quick_check").fetchone()[0]
    except sqlite3.Error as error:
        answer = str(error)
    if answer != "ok":
        return Finding(
            "journal", "broken", f"{file}: {answer}", "the next start sets it aside and begins a new one"
        )
    return Finding("journal", "ok", f"{file}, {file.stat().st_size / 1e6:.1f} MB")


def _broker(settings: Settings) -> Finding:
    path = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        remedy = "to have it: sudo apt-get install mosquitto"
        return Finding("broker", "note", "no mosquitto; the built-in local bus is used", remedy)
    return Finding("broker", "ok", path)


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            remedy = "it may be the box itself; otherwise choose another with --port"
            return Finding("panel port", "note", f"{settings.port}: {error.strerror}", remedy)
    return Finding("panel port", "ok", f"{settings.port} is free")


def _sound(settings: Settings) -> Finding:
    cards = Path("/proc/asound/cards")
    text = cards.read_text(encoding="utf-8").strip() if cards.exists() else ""
    if not text or "no soundcards" in text:
        return Finding(
            "sound card", "note", "none; sessions run in time without sound", "plug one in, then restart"
        )
    return Finding("sound card", "ok", text.splitlines()[0].strip())


def _realtime(settings: Settings) -> Finding:
    import resource

    allowed = resource.getrlimit(resource.RLIMIT_RTPRIO)[1]
    if os.geteuid() == 0 or allowed != 0:
        return Finding("real-time priority", "ok", "permitted")
    remedy = "add yourself to the group audio and give it rtprio 70 in /etc/security/limits.d"
    return Finding("real-time priority", "note", "not permitted; a busy machine may click", remedy)


def _serial(settings: Settings) -> Finding:
    from serial.tools.list_ports import comports

    ports = [port.device for port in comports() if not port.device.startswith("/dev/ttyS")]
    closed = [port for port in ports if not os.access(port, os.R_OK | os.W_OK)]
    if closed:
        remedy = "sudo usermod -aG dialout $USER, then log in again"
        return Finding("serial ports", "broken", f"no permission for {', '.join(closed)}", remedy)
    return Finding("serial ports", "ok", ", ".join(ports) or "nothing plugged in")


def _bluetooth(settings: Settings) -> Finding:
    folder = Path("/sys/class/bluetooth")
    adapters = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    if not adapters:
        return Finding(
            "bluetooth", "note", "no adapter; straps cannot connect", "switch Bluetooth on or plug one in"
        )
    return Finding("bluetooth", "ok", ", ".join(adapters))


CHECKS: tuple[Check, ...] = (
    _python,
    _kernels,
    _folder,
    _journal,
    _broker,
    _port,
    _sound,
    _realtime,
    _serial,
    _bluetooth,
)


def examine(settings: Settings) -> list[Finding]:
    """Run every check, in the order of the table."""
    return [check(settings) for check in CHECKS]


@click.command("doctor")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of everything the box keeps.")
@click.option("--port", type=int, help="Port the panel should have.")
@click.option("--json", "as_json", is_flag=True, help="Print findings for a program.")
def command(data: Path | None, port: int | None, as_json: bool) -> int:
    """Check this machine; exit code 1 when something is broken."""
    from appliance.contracts.settings import load

    findings = examine(load({"data": data, "port": port}))
    if as_json:
        click.echo(json.dumps([asdict(row) for row in findings], indent=2))
    else:
        signs = {"ok": "ok    ", "note": "note  ", "broken": "BROKEN"}
        for row in findings:
            click.echo(f"{signs[row.state]}  {row.name}: {row.what}")
            if row.remedy:
                click.echo(f"        what to do: {row.remedy}")
    return int(any(row.state == "broken" for row in findings))
