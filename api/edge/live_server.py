"""The process behind `echoel api live`: the bus on one side, viewers on the other."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from api.edge.live import LiveStream
from api.kernel.listening import claim, once_heard
from appliance.bus import Bus, Message
from appliance.contracts import topics
from appliance.contracts.settings import Settings


def run(settings: Settings, bus: Bus, box_id: str = "") -> None:
    """Serve until SIGTERM or SIGINT, then end this process; raises PortInUse."""
    port = claim(settings.host, settings.live_port)
    asyncio.run(_serve(settings, port, bus, LiveStream(settings.port, box_id)))
    # Everything is closed and said. The server's own threads may still call into Python, and an
    # interpreter that tears itself down under them aborts now and then.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


async def _serve(settings: Settings, port: int, bus: Bus, stream: LiveStream) -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    loop = asyncio.get_running_loop()

    def pass_on(event: str, message: Message) -> None:
        box_id = topics.box_of(message.topic)
        loop.call_soon_threadsafe(stream.publish, box_id, event, message.body)

    bus.subscribe(topics.ALL_LIVE, lambda message: pass_on("live", message))
    bus.subscribe(topics.ALL_STATUS, lambda message: pass_on("status", message))
    server = Server(
        stream,
        address=settings.host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_enabled=False,
    )

    def leave() -> None:
        stream.close()
        server.stop()  # type: ignore[no-untyped-call]  # the server's own code has no types

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)
    note = settings.data / "run" / "live.port"

    def announce() -> None:
        _write(note, str(port))
        print(f"echoel: live stream on http://{settings.host}:{port}/", flush=True)

    once_heard(settings.host, port, announce)
    bus.start()
    try:
        await server.serve()
    finally:
        bus.stop()
        if note.exists() and note.read_text(encoding="ascii") == str(port):
            note.unlink()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="ascii")
    fresh.replace(file)
