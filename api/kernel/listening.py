"""Find out before a server starts whether it may listen, and say so in plain words."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable

from appliance.errors import EchoelError, Misused, PortInUse


def claim(host: str, port: int) -> int:
    """Try a port, 0 for any free one; returns its number. Raises PortInUse or Misused."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # The same option the server takes: a port that merely lingers after a stop is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise _plain(error, host, port) from error


def once_heard(host: str, port: int, then: Callable[[], None]) -> None:
    """Call `then` on a thread of its own as soon as the server of this process takes connections.

    The server says nothing itself when it begins to listen, and an address printed too early is a lie.
    """

    def look() -> None:
        while True:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                if probe.connect_ex((seen_from_here(host), port)) == 0:
                    return then()
            time.sleep(0.01)

    threading.Thread(target=look, name="announce", daemon=True).start()


def seen_from_here(host: str) -> str:
    """The address under which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _plain(error: OSError, host: str, port: int) -> EchoelError:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            f"port {port} on {host} is in use by another program",
            f"choose another one with --port, for example --port {port + 1 if port < 65_535 else 8080}",
        )
    if error.errno == errno.EACCES:
        return Misused(f"port {port} belongs to the system", "choose a port above 1023 with --port")
    return Misused(
        f"{host!r} is no address of this machine: {error.strerror}",
        "use --host 127.0.0.1 for this machine only, --host 0.0.0.0 for the whole network",
    )
