"""A plan, made of real parts: what runs when on which bus, and which part every knob belongs to.

Each bus is a stereo tick of memory. Where two ways of different length meet, the shorter one waits. The
latencies come from the effects themselves; those of a key count too, so that a sound is ducked by what is
heard with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cext import effects, voices
from cext.effects.dynamics.keyed import Keyed
from cext.effects.routing import Align, MidSide, Send
from cext.parameters import Parameter, prefixed
from cext.parts import Effect, Part, Voice
from cext.plans import BusRow, EffectRow, GraphPlan, ordered, send_name

TICK = 64  # of `cext._types`
LIMITER = EffectRow("limiter", "limiter")


class Wiring:
    """One plan in parts.

    buses: float32, shape (buses and keys, 2, 64). steps: each part with the bus it works on, in order.
    knobs: name of a part -> the part. parameters: the rows as the graph names them. latency_frames: from a
    voice to the end of main, in whole ticks.
    """

    def __init__(self, plan: GraphPlan, rate_hz: float, seed: int) -> None:
        self._rate_hz = rate_hz
        rows = ordered(plan)
        keys = sum(effect.key is not None for row in rows for effect in row.effects)
        self.buses: NDArray[np.float32] = np.zeros((len(rows) + keys, 2, TICK), np.float32)
        self.steps: list[tuple[Part, int]] = []
        self._place = {row.name: place for place, row in enumerate(rows)}
        self._free = len(rows)
        self._late: dict[str, int] = {}
        made = _voices(plan, rate_hz, seed)
        found: dict[str, tuple[Part, Mapping[str, Any]]] = {
            row.name: (voice, row.values) for row, voice in zip(plan.voices, made, strict=True)
        }
        for row in rows:
            speakers = [voice for line, voice in zip(plan.voices, made, strict=True) if line.bus == row.name]
            found |= self._bus(row, rows, speakers)
        self.latency_frames = self._late[rows[-1].name]
        self.knobs = {name: part for name, (part, _) in found.items()}
        self.parameters: tuple[Parameter, ...] = tuple(
            line for name, (part, values) in found.items() for line in _turnable(name, part, values)
        )

    def _bus(
        self, row: BusRow, rows: list[BusRow], speakers: list[Voice]
    ) -> dict[str, tuple[Part, Mapping[str, Any]]]:
        place = self._place[row.name]
        sources = {source.name: source.into[row.name] for source in rows if row.name in source.into}
        late = max((self._late[name] for name in sources), default=0)
        found: dict[str, tuple[Part, Mapping[str, Any]]] = {}
        self.steps += [(voice, place) for voice in speakers]
        if speakers and late:
            self.steps.append((Align(self._rate_hz, late), place))
        for name, level in sources.items():
            send = Send(self._rate_hz, self.buses[self._place[name]], late - self._late[name], level=level)
            found[send_name(name, row.name)] = (send, {"level": level})
            self.steps.append((send, place))
        last = () if row.into or row is not rows[-1] else (LIMITER,)
        for line in (*row.effects, *last):
            part: Effect = effects.make(line.kind, self._rate_hz, **line.values)
            if line is LIMITER:
                part.lock()
            found[line.name] = (part, line.values)
            if line.key is not None:
                late = self._listen(part, line, place, late)
            worker = part if line.channels == "stereo" else MidSide(part, line.channels)
            self.steps.append((worker, place))
            late += worker.latency_frames
        if last and late % TICK:
            # The guard looks at the light once a tick: whole ticks keep light and sound in one frame.
            self.steps.append((Align(self._rate_hz, TICK - late % TICK), place))
            late += TICK - late % TICK
        self._late[row.name] = late
        return found

    def _listen(self, part: Effect, line: EffectRow, place: int, late: int) -> int:
        """Give the effect its key, in time with the sound; returns how late both are then."""
        assert line.key is not None
        if not isinstance(part, Keyed):
            raise ValueError(f"the effect {line.kind!r} listens to nothing; take away its key")
        behind = self._late[line.key] - late
        if behind > 0:
            self.steps.append((Align(self._rate_hz, behind), place))
        source = self.buses[self._place[line.key]]
        self.steps.append((Send(self._rate_hz, source, max(0, -behind)), self._free))
        part.listen(self.buses[self._free])
        self._free += 1
        return max(late, self._late[line.key])


def _voices(plan: GraphPlan, rate_hz: float, seed: int) -> list[Voice]:
    """Build the voices; two of one kind get seeds of their own, so that their noises are not the same."""
    seen: Counter[str] = Counter()
    made = []
    for row in plan.voices:
        seeded = {"seed": seed + 7919 * seen[row.kind], **row.values}
        made.append(voices.make(row.kind, rate_hz, **seeded))
        seen[row.kind] += 1
    return made


def _turnable(name: str, part: Part, values: Mapping[str, Any]) -> list[Parameter]:
    own = [line._replace(default=float(values.get(line.name, line.default))) for line in part.parameters]
    # A send has one knob, and its own name already says it all.
    return [own[0]._replace(name=name)] if isinstance(part, Send) else prefixed(name, own)
