"""The whole engine, offline: voices, light, touch and guard in one call a block; effects in another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from cext import effects
from cext.graph import PARAMETERS, Chain, Graph, GraphPlan, VoiceRow
from tests.bench.rows import Row

SECONDS = 30.0
BLOCK_FRAMES = 128

EIGHT = GraphPlan(
    voices=(
        VoiceRow("theta", "binaural", {"carrier_hz": 200.0, "beat_hz": 6.0, "level": 0.1}),
        VoiceRow("alpha", "binaural", {"carrier_hz": 300.0, "beat_hz": 10.0, "level": 0.1}),
        VoiceRow("pulse", "isochronic", {"carrier_hz": 180.0, "beat_hz": 10.0, "level": 0.1}),
        VoiceRow("air_beat", "monaural", {"carrier_hz": 240.0, "beat_hz": 4.0, "level": 0.1}),
        VoiceRow("tone", "sine", {"frequency_hz": 110.0, "level": 0.1}),
        VoiceRow("edge", "saw", {"level": 0.05}),
        VoiceRow("rain", "pink", {"level": 0.2}),
        VoiceRow("sea", "brown", {"level": 0.2}),
    )
)
# Everything that may shine or shake does, and moves while it does.
LANES = {
    "light.left": 0.4,
    "light.right": 0.4,
    "light.blue": 0.2,
    "light.white": 0.2,
    "vibration.level": 0.6,
}
PROTOCOL = {
    "pad.level": 0.5,
    "swell.level": 0.5,
    "sine.level": 0.1,
    "noise.level": 0.1,
    "lowpass.cutoff_hz": 3000.0,
    "reverb.mix": 0.4,
}


def rows() -> Iterator[Row]:
    """Times real time on one core."""
    eight = Graph(plan=EIGHT)
    yield _speed("8 voices, 4 light and 2 vibration lanes, guard, offline", eight, LANES, 200.0)
    full = Graph()
    yield _speed(f"the protocols' graph, all {len(PARAMETERS)} knobs alive", full, PROTOCOL | LANES, 200.0)
    yield _chain()


def _speed(name: str, graph: Graph, scene: Mapping[str, float], goal: float) -> Row:
    graph.apply(scene)
    block = np.zeros((8, BLOCK_FRAMES), np.float32)
    blocks = int(SECONDS * graph.rate_hz / BLOCK_FRAMES)

    def render() -> None:
        for number in range(blocks):
            if number % 20 == 0:
                # As a session does: the scene moves some twenty times a second.
                graph.apply({"light.left": 0.4 + 0.1 * (number // 20 % 2)}, 0.05)
            graph.render(block)

    return Row(name, SECONDS / _least(render), "x real", goal, is_lower_better=False)


def _chain() -> Row:
    """One crossing for a whole chain against one crossing an effect."""
    makers = ("lowpass", "gain", "ducker", "limiter")
    sound = np.random.default_rng(1).uniform(-0.3, 0.3, (2, BLOCK_FRAMES)).astype(np.float32)
    chain = Chain([effects.make(name) for name in makers])
    apart = [effects.make(name) for name in makers]
    blocks = int(SECONDS * 48_000 / BLOCK_FRAMES)

    def together() -> None:
        for _ in range(blocks):
            chain.process(sound)

    def one_by_one() -> None:
        for _ in range(blocks):
            for effect in apart:
                effect.process(sound)

    return Row(
        f"chain of {len(makers)} effects in one call, block {BLOCK_FRAMES}",
        SECONDS / _least(together),
        "x real",
        is_lower_better=False,
        reason="no goal",
        peer="a call an effect",
        peer_value=SECONDS / _least(one_by_one),
    )


def _least(work: Callable[[], None], runs: int = 3) -> float:
    """Processor seconds of the quickest run: what a busy machine adds is not ours."""
    spent = []
    for _ in range(runs):
        began_s = time.thread_time()
        work()
        spent.append(time.thread_time() - began_s)
    return min(spent)
