"""Where the sound goes: the sound card if there is one, else a timer that keeps the session running."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from appliance.errors import OutputUnavailable
from cext.clockout import AlsaSink, SteppedSink, TimerSink

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings
    from cext.graph import Graph

TIMER_FRAMES = 512
AnySink = AlsaSink | SteppedSink | TimerSink
log = logging.getLogger(__name__)


def choose_sink(settings: Settings, graph: Graph) -> AnySink:
    """Give the clock the settings ask for, ready to start.

    `auto` tries the card and falls back to a timer, with one line in the log. `alsa` raises
    OutputUnavailable.
    """
    if settings.sink == "stepped":
        return SteppedSink(graph)
    if settings.sink != "timer":
        card = AlsaSink(graph, settings.block_frames, settings.sound_device)
        trouble = try_card(card)
        if trouble is None:
            return card
        if settings.sink == "alsa":
            raise OutputUnavailable(trouble, 'plug in a sound card, or set sink = "timer" to run without one')
        log.warning("no sound card (%s); the session runs on a timer, without sound in the room", trouble)
    # Nobody hears a timer, and light leaves fifty times a second: larger blocks wake the machine less.
    return TimerSink(graph, max(settings.block_frames, TIMER_FRAMES))


def try_card(card: AlsaSink) -> str | None:
    """Open the card once and close it again; says what is wrong, or None."""
    try:
        card.open()
    except OSError as error:
        return str(error)
    card.close()
    return None


def name_of(sink: AnySink) -> str:
    """What the sink is called in the table of outputs."""
    return {AlsaSink: "sound card", TimerSink: "timer", SteppedSink: "stepped"}[type(sink)]
