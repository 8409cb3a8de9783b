"""The processes of a box, as rows: what each is called, how it starts and what it may know."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from provisioning.broker import find_mosquitto, prepare
from provisioning.supervisor import Part, verb

# Small boxes: no memory pools for each thread, no idle threads of a linear-algebra library nobody asks for.
FRUGAL = {"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Ports:
    """Where the box listens."""

    host: str
    panel: int
    live: int
    broker: int


@dataclass(frozen=True)
class Parts:
    """What must run before the panel answers, and what may come when it does.

    On a small machine the start of one process slows that of the next, so the panel goes first.
    """

    first: list[Part]
    then: list[Part]


def plan(data: Path, ports: Ports, flags: list[str], say: Callable[[str], None]) -> Parts:
    """Write the broker's files and name every process, in the order of the data.

    flags: go on to the appliance. Without mosquitto the built-in bus takes the broker's place.
    """
    common = {
        **FRUGAL,
        "ECHOEL_DATA": str(data),
        "ECHOEL_HOST": ports.host,
        "ECHOEL_PORT": str(ports.panel),
        "ECHOEL_BROKER_HOST": "127.0.0.1",
        "ECHOEL_BROKER_PORT": str(ports.broker),
    }
    program = None if os.environ.get("ECHOEL_BUS") == "local" else find_mosquitto()
    passwords: dict[str, Path] = {}
    if program is not None:
        broker = prepare(data, ports.broker, program)
        passwords = broker.password_files
        carrier = Part("broker", broker.command)
    else:
        say("No mosquitto here (or not wanted): the built-in local bus carries the messages.")
        common["ECHOEL_BUS"] = "local"
        carrier = Part("bus", verb("bus", "--port", str(ports.broker)), common)

    def access(user: str) -> dict[str, str]:
        if user not in passwords:
            return common
        return {**common, "ECHOEL_MQTT_USER": user, "ECHOEL_MQTT_PASSWORD_FILE": str(passwords[user])}

    # Not through the command: the guard stands on the standard library alone, and so stays small.
    guard = [sys.executable, "-m", "appliance.guard"]
    guard += ["--socket", str(data / "run" / "guard.sock"), "--status-file", str(data / "run" / "guard.json")]
    serve = verb("api", "serve", "--port", str(ports.panel), "--host", ports.host)
    live = verb("api", "live", "--port", str(ports.live), "--host", ports.host)
    appliance = Part(
        "appliance", verb("appliance", *flags), access("appliance"), is_spoken=True, ends_the_box=True
    )
    return Parts(
        first=[carrier, Part("guard", guard, common), Part("api", serve, access("api")), appliance],
        then=[Part("live", live, access("live")), Part("worker", verb("api", "worker"), access("worker"))],
    )
