"""The one place where the appliance is built and joined, and the verb that runs it.

Live: an asyncio loop runs the sensor hub and twenty turns a second, a native thread renders.
Replay: the same turns on the recording's own clock, paced or as fast as the machine goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from appliance.box import Box
    from appliance.contracts.settings import Settings

LOG_BYTES = 2_000_000
TELL_EVERY_S = 10.0


@click.command("appliance")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of everything the box keeps.")
@click.option("--replay", type=click.Path(path_type=Path), help="Play a recording instead of a sensor.")
@click.option("--rate", "rate_hz", type=float, help="Samples a second of the recording.")
@click.option("--column", help="Column of the recording.")
@click.option("--kind", type=click.Choice(["ecg", "ppg", "rr"]), help="What the recording measures.")
@click.option("--speed", type=float, default=1.0, help="How much faster than real time.")
@click.option("--simulate", "is_simulated", is_flag=True, help="Use the virtual wearer.")
@click.option("--headless", "is_headless", is_flag=True, help="No sound card.")
@click.option("--once", "is_once", is_flag=True, help="End after one session, when it has been reported.")
@click.option("--wav", type=click.Path(path_type=Path), help="Record the sound of the session.")
def command(data: Path | None, **wishes: object) -> int:
    """Run sensors, engine and sessions; `echoel up` starts this together with the rest."""
    from appliance.box import Box
    from appliance.contracts.settings import load
    from appliance.wishes import Wishes

    settings = load({"data": data})
    keep_log(settings)
    chosen = Wishes(**wishes)  # type: ignore[arg-type]
    box = Box(settings, chosen, tell=tell)
    return run(box)


def keep_log(settings: Settings) -> None:
    """Everything of the wanted level goes to `logs/appliance.log`; a person sees warnings only."""
    file = settings.data / "logs" / "appliance.log"
    shown = logging.StreamHandler()
    shown.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [shown]
    with contextlib.suppress(OSError):  # the journal says what is wrong with the folder, and better
        file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(RotatingFileHandler(file, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"))
    words = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=settings.log_level.upper(), format=words, handlers=handlers)


def run(box: Box) -> int:
    """Run the box until it is done or told to stop; returns the exit code."""
    stop = StopRequest()
    try:
        box.open()
        if box.replay is not None:
            replay(box, stop)
        else:
            asyncio.run(live(box, stop))
        return box.wait_until_reported(lambda: stop.is_set) if box.wishes.is_once and not stop.is_set else 0
    finally:
        box.close()


class StopRequest:
    """Set by SIGTERM and SIGINT; looked at between two turns."""

    def __init__(self) -> None:
        self.is_set = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.is_set = True


async def live(box: Box, stop: StopRequest) -> None:
    """Sensors push frames, turns happen twenty times a second and whenever a frame arrives."""
    from appliance.sessions.loop import TURN_S

    hub = asyncio.create_task(box.hub().run())
    try:
        while not stop.is_set and not box.is_done:
            box.tick(box.clock.monotonic_s())
            if hub.done():
                hub.result()
            await asyncio.sleep(TURN_S)
    finally:
        hub.cancel()
        await asyncio.gather(hub, return_exceptions=True)


def replay(box: Box, stop: StopRequest) -> None:
    """Play one recording on its own clock, `speed` times as fast as it was."""
    from appliance.sessions.loop import TURN_S

    assert box.replay is not None
    now_s = 0.0
    began_s = told_s = time.monotonic()
    box.start_session()
    while not stop.is_set and not box.is_done:
        now_s += TURN_S
        for frame in box.replay.take(now_s):
            box.loop.take(frame)
        if box.replay.is_finished:
            box.recording_over(now_s)
        box.step(now_s)
        if time.monotonic() - told_s > TELL_EVERY_S:
            told_s = time.monotonic()
            box.tell(f"Played {_minutes(now_s)} of {_minutes(box.replay.duration_s)}")
        ahead_s = now_s / box.wishes.speed - (time.monotonic() - began_s)
        if ahead_s > 0.002:
            time.sleep(ahead_s)


def _minutes(span_s: float) -> str:
    return f"{int(span_s) // 60}:{int(span_s) % 60:02d}"


def tell(line: str) -> None:
    """Say one thing to the person."""
    click.echo(line)
