"""What a graph is made of: rows of voices on buses, effects on buses, sends from bus to bus.

A plan is data. `Graph(plan=...)` wires it once; afterwards only its knobs move. Light and touch are rows
too (`cext.lanes`). Sound runs from the voices
through their bus's effects into other buses and at last into "main", whose end is always the limiter. Every
knob is named after its row: `pad.level`, `hall.decay_s`, `strings.to_hall` for what the bus "strings" sends
to the bus "hall".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any, NamedTuple

from cext.parameters import unknown

MAIN = "main"
CHANNELS = ("stereo", "mid", "side", "mid_side")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_INTO_MAIN: Mapping[str, float] = MappingProxyType({MAIN: 1.0})
# The name the graph itself gives to a part with knobs.
_TAKEN = ("limiter",)


class VoiceRow(NamedTuple):
    """One voice: its name in the graph, its row in the catalogue, values other than the catalogue's own."""

    name: str
    kind: str
    values: Mapping[str, Any] = _NOTHING
    bus: str = MAIN


class EffectRow(NamedTuple):
    """One effect, in place on its bus.

    channels: what it works on, both ears ("stereo"), the middle, the sides, or middle and sides as its two
    channels. key: the bus it listens to (side-chain), for effects that listen.
    """

    name: str
    kind: str
    values: Mapping[str, Any] = _NOTHING
    channels: str = "stereo"
    key: str | None = None


class BusRow(NamedTuple):
    """A place where voices meet, with its effects in order and where it sends the result, how strongly.

    into: bus -> level 0..1. Empty for a bus that is only listened to as a key.
    """

    name: str
    effects: tuple[EffectRow, ...] = ()
    into: Mapping[str, float] = _INTO_MAIN


class LaneRow(NamedTuple):
    """One maker of light or touch; several add up, and the guard judges the sum."""

    name: str
    kind: str
    values: Mapping[str, Any] = _NOTHING


STEADY = (LaneRow("light", "light"), LaneRow("vibration", "vibration"))


class GraphPlan(NamedTuple):
    """Voices, the effects of the main bus, further buses, light and touch; a limiter ends main."""

    voices: tuple[VoiceRow, ...] = ()
    effects: tuple[EffectRow, ...] = ()
    buses: tuple[BusRow, ...] = ()
    lanes: tuple[LaneRow, ...] = STEADY


# The protocols' own graph: what a session can turn without saying more.
PROTOCOL = GraphPlan(
    voices=(
        VoiceRow("pad", "pad", {"level": 0.0}),
        VoiceRow("swell", "swell", {"level": 0.0}),
        VoiceRow("sine", "sine", {"level": 0.0}),
        VoiceRow("noise", "pink", {"level": 0.0}),
        VoiceRow("binaural", "binaural", {"level": 0.0}),
        VoiceRow("isochronic", "isochronic", {"level": 0.0}),
    ),
    effects=(
        EffectRow("lowpass", "lowpass", {"cutoff_hz": 20_000.0}),
        EffectRow("reverb", "reverb"),
        EffectRow("master", "volume"),
    ),
    lanes=(
        *STEADY,
        LaneRow("pulses", "pulses"),
        LaneRow("colour", "colour"),
        LaneRow("waves", "waves"),
    ),
)


def ordered(plan: GraphPlan) -> list[BusRow]:
    """All buses, main last, each after those that feed it or that one of its effects listens to.

    Raises ValueError for names twice, buses that do not exist, lead nowhere or in a circle.
    """
    rows = {row.name: row for row in (*plan.buses, BusRow(MAIN, plan.effects, _NOTHING))}
    if len(rows) <= len(plan.buses):
        raise ValueError(f"every bus needs a name of its own, other than {MAIN!r}")
    _check_names(plan)
    keys = {effect.key for row in rows.values() for effect in row.effects if effect.key is not None}
    feeds: dict[str, set[str]] = {name: set() for name in rows}
    for row in rows.values():
        for target in row.into:
            _known_bus(target, rows)
            feeds[target].add(row.name)
        for effect in row.effects:
            if effect.key is not None:
                _known_bus(effect.key, rows)
                feeds[row.name].add(effect.key)
        if row.name != MAIN and not row.into and row.name not in keys:
            raise ValueError(f"the bus {row.name!r} leads nowhere; give it a row in `into`")
    for voice in plan.voices:
        _known_bus(voice.bus, rows)
    try:
        names = list(TopologicalSorter(feeds).static_order())
    except CycleError as circle:
        raise ValueError(f"the buses feed each other in a circle: {' -> '.join(circle.args[1])}") from None
    names.remove(MAIN)
    return [rows[name] for name in (*names, MAIN)]


def send_name(source: str, target: str) -> str:
    """How the graph calls the knob of a send: `strings.to_hall`."""
    return f"{source}.to_{target}"


def _check_names(plan: GraphPlan) -> None:
    seen: set[str] = set(_TAKEN)
    for name in _named(plan):
        if not name.isidentifier():
            raise ValueError(f"{name!r} is not a name; use letters, digits and _")
        if name in seen:
            raise ValueError(f"the name {name!r} is there twice or taken; names must differ")
        seen.add(name)


def _named(plan: GraphPlan) -> Iterator[str]:
    yield from (row.name for row in plan.voices)
    yield from (row.name for row in plan.lanes)
    for bus in (*plan.buses, BusRow(MAIN, plan.effects)):
        yield bus.name
        for effect in bus.effects:
            yield effect.name
            if effect.channels not in CHANNELS:
                raise unknown("kind of channels", effect.channels, CHANNELS)


def _known_bus(name: str, rows: Mapping[str, BusRow]) -> None:
    if name not in rows:
        raise unknown("bus", name, list(rows))
