"""Scenes to blocks, as fast as the processor can, through the graph that also plays live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from appliance.contracts import Block, Scene
from appliance.contracts.lanes import LANES
from cext.graph import Graph


def render(scenes: Iterable[Scene], duration_s: float, graph: Graph, tick_s: float = 0.05) -> Iterator[Block]:
    """Play one scene after another, `tick_s` each, and give what leaves the box.

    The last scene stands when there are fewer than the duration needs. Blocks hold about one tick each and
    follow without a gap; together exactly duration_s. Invariant: tick edges are rounded from the start, not
    from one tick to the next, so that an hour has no rounding drift.
    """
    if not 0.0 < tick_s <= 10.0:
        raise ValueError(f"a tick of {tick_s} s is outside 0 to 10 s")
    begin = graph.frame
    total = round(duration_s * graph.rate_hz)
    ahead = iter(scenes)
    done = tick = 0
    while done < total:
        scene = next(ahead, None)
        if scene is not None:
            graph.apply(scene.targets, scene.glide_s)
        tick += 1
        until = min(total, round(tick * tick_s * graph.rate_hz))
        samples = np.empty((LANES, until - done), dtype=np.float32)
        graph.render(samples)
        yield Block(begin + done, samples)
        done = until
