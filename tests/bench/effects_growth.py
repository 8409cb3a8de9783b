"""Whether a chain costs what its parts cost, and whether an effect stays as quick as it was.

Chain: 1, 2, 4 .. 32 of one equaliser. Time: every effect right at the start, after an hour of sound has gone
through it, and while its tail dies away into denormal numbers. Ratios within this program, no peer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from cext import effects
from cext.graph import Chain
from tests.bench.effects_speed import RATE_HZ, least_ns, sound
from tests.bench.rows import Row

LENGTHS = (1, 2, 4, 8, 16, 32)
HOUR_S = float(os.environ.get("ECHOEL_BENCH_HOUR_S", "60"))


def rows() -> Iterator[Row]:
    """Growth of a chain, then the worst effect after a long time and in its tail."""
    whole = sound(1.0)
    costs = []
    for length in LENGTHS:
        chain = Chain([effects.make("peak", float(RATE_HZ), gain_db=3.0) for _ in range(length)])
        costs.append(least_ns(lambda chain=chain: chain.process(whole), whole.shape[1]))
    straight = np.polyfit(LENGTHS, costs, 1)
    worst = max(
        abs(cost - np.polyval(straight, n)) / cost for n, cost in zip(LENGTHS, costs, strict=True) if n > 1
    )
    yield Row("chain of 2 to 32: furthest from a straight line", 100 * worst, "%", 15.0)
    yield Row("chain: each further effect", float(straight[0]), "ns/frame")
    yield from _over_time()


def _over_time() -> Iterator[Row]:
    loud, silence = sound(0.5), np.zeros((2, RATE_HZ // 2), np.float32)
    tiny = np.asarray(1e-38 * loud, np.float32)
    slow, tails = {}, {}
    for name in effects.EFFECTS:
        effect = effects.make(name, float(RATE_HZ))
        effect.process(loud.copy())
        first = least_ns(lambda effect=effect: effect.process(loud.copy()), loud.shape[1], 7)
        for _ in range(int(HOUR_S / 0.5)):
            effect.process(loud.copy())
        slow[name] = least_ns(lambda effect=effect: effect.process(loud.copy()), loud.shape[1], 7) / first
        for _ in range(20):
            effect.process(silence.copy())
        # From here on everything that dies away has reached the smallest numbers there are.
        quiet = least_ns(lambda effect=effect: effect.process(tiny.copy()), loud.shape[1], 7)
        tails[name] = quiet / first
    for title, found in ((f"after {HOUR_S:g} s of sound", slow), ("in a denormal tail", tails)):
        name = max(found, key=lambda key: found[key])
        median = float(np.median(list(found.values())))
        yield Row(f"all effects, {title}: cost over the first, median", median, "x", 1.05)
        yield Row(f"the worst of them, {name}", found[name], "x", 1.3)
