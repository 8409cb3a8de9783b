"""`echoel render`: a protocol to a sound file, faster than real time, through the engine that plays live."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from appliance.contracts import Scene
    from appliance.sessions.protocol import Protocol

TICK_S = 0.05


@click.command("render")
@click.argument("source")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="WAV file to write.")
@click.option("--seconds", type=click.FloatRange(0.1, 24 * 3600), help="Length.  [default: the protocol's]")
@click.option("--lanes", is_flag=True, help="Write all eight lanes: ears, light, vibration (32-bit float).")
def command(source: str, out: Path, seconds: float | None, lanes: bool) -> None:
    """Render a protocol (a name of the library or a .toml file) to a sound file."""
    from appliance.engine.renderer import render
    from appliance.outputs.recording import WavRecording
    from appliance.sessions import protocol as protocols
    from cext.graph import PARAMETERS, Graph

    protocol = protocols.load(source)
    protocol.check_targets({row.name: (row.minimum, row.maximum) for row in PARAMETERS})
    length_s = seconds or protocol.length_s
    graph = Graph()
    recording = WavRecording(out, graph.rate_hz, lanes=lanes)
    done = False
    try:
        with click.progressbar(
            length=int(length_s), label=f"Rendering {protocol.title}", file=sys.stderr
        ) as bar:
            shown = 0
            for block in render(scenes(protocol, length_s), length_s, graph, TICK_S):
                recording.write(block.samples)
                at = int(block.first_frame / graph.rate_hz)
                bar.update(at - shown)
                shown = at
        done = True
    finally:
        recording.close() if done else recording.discard()
    click.echo(f"{out}: {length_s:g} s")


def scenes(protocol: Protocol, length_s: float) -> Iterator[Scene]:
    """Play the protocol with its pacer alone, as if no sensor were there; one scene a tick."""
    from appliance.contracts import BodyState, Scene
    from appliance.mapping import Mapper
    from appliance.sessions.loop import faded
    from appliance.sessions.runner import Runner

    runner = Runner()
    shortened = protocol.model_copy(update={"length_s": max(0.01, length_s - protocol.fade_out_s)})
    runner.start(shortened, 0.0)
    mapper = Mapper(protocol.scene, protocol.rules())
    assert runner.pacer is not None
    for tick in range(int(length_s / TICK_S) + 1):
        now_s = tick * TICK_S
        runner.advance(now_s)
        scene = mapper.scene(BodyState(now_s), runner.pacer.features(runner.elapsed_s))
        yield Scene(now_s, faded(scene.targets, runner.gain), scene.glide_s)
