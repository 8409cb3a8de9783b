"""The process behind `echoel api live`: the bus on one side, viewers on the other."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from api.edge.live import LiveStream
from api.kernel.listening import claim
from appliance.bus import Bus, Message
from appliance.contracts import topics
from appliance.contracts.settings import Settings


def run(settings: Settings, bus: Bus, box_id: str = "") -> None:
    """Serve until SIGTERM or SIGINT; raises PortInUse."""
    port = claim(settings.host, settings.live_port)
    asyncio.run(_serve(settings, port, bus, LiveStream(settings.port, box_id)))


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
    bus.start()
    note = settings.data / "run" / "live.port"
    _write(note, str(port))
    print(f"echoel: live stream on http://{settings.host}:{port}/", flush=True)
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
