"""What the control loop holds of the running engine: targets, heartbeat, quiet end, emergency stop."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Protocol

from cext.graph import Graph

# What makes a box audible, bright or felt; at 0 it is at rest.
AT_REST: Mapping[str, float] = {
    "master.level": 0.0,
    "light.left": 0.0,
    "light.right": 0.0,
    "light.blue": 0.0,
    "light.white": 0.0,
    "vibration.level": 0.0,
}


class Sink(Protocol):
    """The face of every clock that drives the graph; see `cext.clockout`."""

    @property
    def frames(self) -> int:
        """How many frames have left."""
        ...

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End; safe to call twice."""
        ...

    def feed(self) -> None:
        """Say that the control side is alive."""
        ...


class Conductor:
    """Joins the graph and the sink that drives it, for a caller who thinks in scenes and seconds."""

    def __init__(self, graph: Graph, sink: Sink) -> None:
        self.graph = graph
        self.sink = sink

    def start(self) -> None:
        """Let the clock run, silent and dark until targets come."""
        self.graph.apply(AT_REST, 0.0)
        self.sink.start()

    def apply(self, targets: Mapping[str, float], glide_s: float = 0.05) -> None:
        """Send parameters to their targets and keep the watchdog content. Raises ValueError."""
        self.graph.apply(targets, glide_s)
        self.sink.feed()

    def feed(self) -> None:
        """Keep the watchdog content when there is nothing to change."""
        self.sink.feed()

    def stop_now(self) -> None:
        """Emergency: dark, still and silent within 50 ms, until `release`."""
        self.graph.stop_now()

    def release(self) -> None:
        """End an emergency; the caller asks a person first."""
        self.graph.release()

    def close(self, fade_s: float = 0.3) -> None:
        """Fade to rest, then stop the clock: no click at the end. Gives up waiting when the clock stands."""
        self.graph.apply(AT_REST, fade_s)
        until = self.sink.frames + int((fade_s + 0.02) * self.graph.rate_hz)
        waiting = threading.Event()
        for _ in range(int(fade_s / 0.02) + 10):
            before = self.sink.frames
            if before >= until:
                break
            self.sink.feed()
            waiting.wait(0.02)
            if self.sink.frames == before:
                break
        self.sink.stop()

    def state(self) -> dict[str, Any]:
        """What the guard limited and how the clock keeps, for the panel and the journal."""
        names = ("frames", "late_blocks", "xruns", "is_realtime")
        return {name: getattr(self.sink, name) for name in names} | {"guard": self.graph.guard_report()}
