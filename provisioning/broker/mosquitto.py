"""Writes what mosquitto needs to start, and knows who may say what on which topic."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# user -> access rows; one row a process, so that a leaked password opens only that process's topics.
ACCESS: dict[str, tuple[str, ...]] = {
    "appliance": (
        "write echoel/+/report/+",
        "read echoel/+/receipt",
        "read echoel/+/command",
        "write echoel/+/ack",
        "write echoel/+/live",
        "write echoel/+/status",
    ),
    "api": ("write echoel/+/command", "read echoel/+/ack", "read echoel/+/status"),
    "worker": ("read echoel/+/report/+", "write echoel/+/receipt", "read echoel/+/status"),
    "live": ("read echoel/+/live", "read echoel/+/status"),
}

CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/access
persistence false
log_dest stdout
log_type error
log_type warning
set_tcp_nodelay true
max_inflight_messages 0
max_queued_messages 2000
max_packet_size 1048576
{user}"""


@dataclass(frozen=True)
class Broker:
    """A prepared broker: how to start it and where each process finds its password."""

    command: list[str]
    port: int
    password_files: dict[str, Path]


def find_mosquitto() -> str | None:
    """Return the path of mosquitto, None when it is not installed."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def prepare(data: Path, port: int, program: str) -> Broker:
    """Write configuration, passwords and access rows under the data folder."""
    folder = (data / "run" / "broker").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kept = (data / "secrets").resolve()
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: dict[str, Path] = {}
    lines: list[str] = []
    for user in ACCESS:
        files[user] = kept / f"mqtt-{user}"
        if not files[user].exists():
            _write_private(files[user], secrets.token_urlsafe(24))
        lines.append(f"{user}:{files[user].read_text(encoding='utf-8').strip()}")
    passwords = folder / "passwords"
    _write_private(passwords, "\n".join(lines) + "\n")
    hasher = shutil.which("mosquitto_passwd") or str(Path(program).parent.parent / "bin" / "mosquitto_passwd")
    subprocess.run([hasher, "-U", str(passwords)], check=True, capture_output=True)
    rows = [f"user {user}\n" + "".join(f"topic {row}\n" for row in rows) for user, rows in ACCESS.items()]
    _write_private(folder / "access", "\n".join(rows))
    # Started as root, mosquitto drops to its own user and then cannot read files that are ours alone.
    user = "user root\n" if os.geteuid() == 0 else ""
    config = folder / "mosquitto.conf"
    _write_private(config, CONFIG.format(port=port, folder=folder, user=user))
    return Broker([program, "-c", str(config)], port, files)


def _write_private(file: Path, text: str) -> None:
    """Write a file that only we may read; never for a moment readable by others."""
    file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8"
    ) as handle:
        handle.write(text)
