"""Where the sound goes: a sound card, else a sound server, else a timer that keeps the session running."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.errors import OutputUnavailable
from cext.clockout import AlsaSink, SteppedSink, TimerSink
from cext.jackout import JackSink

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings
    from cext.graph import Graph

TIMER_FRAMES = 512
AnySink = AlsaSink | JackSink | SteppedSink | TimerSink
log = logging.getLogger(__name__)


def _card(settings: Settings, graph: Graph) -> AlsaSink:
    return AlsaSink(graph, settings.block_frames, settings.sound_device)


def _server(settings: Settings, graph: Graph) -> JackSink:
    return JackSink(graph, settings.block_frames)


# What can sound, the nearest to the hardware first: name of the setting, how it is made, what would bring it.
SOUNDING: tuple[tuple[str, Callable[[Settings, Graph], AlsaSink | JackSink], str], ...] = (
    ("alsa", _card, "plug in a sound card"),
    ("jack", _server, "start JACK or PipeWire at the box's rate"),
)


def choose_sink(settings: Settings, graph: Graph) -> AnySink:
    """Give the clock the settings ask for, ready to start.

    `auto` tries the card, then the server, and falls back to a timer with one line in the log. `alsa` and
    `jack` raise OutputUnavailable.
    """
    if settings.sink == "stepped":
        return SteppedSink(graph)
    troubles = []
    for name, make, remedy in SOUNDING:
        if settings.sink not in ("auto", name):
            continue
        sink = make(settings, graph)
        trouble = trouble_with(sink)
        if trouble is None:
            return sink
        if settings.sink == name:
            raise OutputUnavailable(trouble, f'{remedy}, or set sink = "timer" to run without sound')
        troubles.append(trouble)
    if troubles:
        why = "; ".join(troubles)
        log.warning("nothing to sound through (%s); the session runs on a timer, silent in the room", why)
    # Nobody hears a timer, and light leaves fifty times a second: larger blocks wake the machine less.
    return TimerSink(graph, max(settings.block_frames, TIMER_FRAMES))


def trouble_with(sink: AlsaSink | JackSink) -> str | None:
    """Open the device or join the server once and leave it again; says what is wrong, or None."""
    try:
        sink.look()
    except OSError as error:
        return str(error)
    return None
