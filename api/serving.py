"""The process behind `echoel api serve`: granian in front, the Flask app in one worker behind it.

The parent stays small and loads neither Flask nor SQLAlchemy; the worker dies with it, so that a killed
API never leaves someone behind who holds its port.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from api.kernel.hosts import in_url
from api.kernel.listening import claim, once_heard, seen_from_here
from appliance.contracts.settings import Settings
from appliance.errors import EchoelError

THREADS = 8
_PR_SET_PDEATHSIG = 1


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code. Raises PortInUse."""
    from granian.constants import Interfaces
    from granian.server.mp import MPServer

    claim(settings.host, settings.port)
    server = MPServer(
        "api.app:create_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        log_enabled=False,
        workers_kill_timeout=5,
    )
    try:
        server.serve(target_loader=partial(_load, settings, os.getpid()), wrap_loader=False)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def _load(settings: Settings, parent: int) -> Callable[..., Any]:
    _die_with(parent)
    try:
        from api.app import create_app
        from appliance.bus import make

        bus = make(settings, f"echoel-api-{os.getpid()}")
        app = create_app(settings, bus)
        bus.start()
    except EchoelError as error:
        print(f"echoel: {error}; what to do: {error.remedy}", file=sys.stderr, flush=True)
        os._exit(error.exit_code)
    address = f"http://{in_url(seen_from_here(settings.host))}:{settings.port}/"
    once_heard(settings.host, settings.port, lambda: print(f"echoel: panel and API on {address}", flush=True))
    return app


def _die_with(parent: int) -> None:
    # Until granian sets its own, the worker would keep the parent's handlers and swallow a request to stop.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)
