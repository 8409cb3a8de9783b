"""`echoel render`: a protocol or a schedule to a sound file, faster than real time, through the guard."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from appliance.contracts import Scene
    from appliance.outputs.recording import WavRecording
    from appliance.sessions.protocol import Protocol

TICK_S = 0.05


@click.command("render")
@click.argument("source")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="WAV file to write.")
@click.option("--seconds", type=click.FloatRange(0.1, 24 * 3600), help="Length.  [default: the source's own]")
@click.option("--minutes", type=click.FloatRange(0.002, 24 * 60), help="Length, in minutes.")
@click.option("--lanes", is_flag=True, help="Write all eight lanes: ears, light, vibration (32-bit float).")
@click.option("--strict", is_flag=True, help="An .sbg exactly as sbagen 1.4.4 plays it: 44.1 kHz, 16 bit.")
@click.option("--consent", type=click.Choice(["L0", "L1", "L2", "L3"]), help="What the person agreed to.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    source: str,
    out: Path,
    seconds: float | None,
    minutes: float | None,
    lanes: bool,
    strict: bool,
    consent: str | None,
    as_json: bool,
) -> None:
    """Render SOURCE to a sound file: a protocol (a name of the library or .toml), .sbg, .gnaural or .xml."""
    from appliance.engine.formats.command import is_schedule, render_schedule
    from appliance.errors import Misused

    if seconds is not None and minutes is not None:
        raise click.UsageError("--seconds and --minutes are two words for one thing; give one of them")
    length_s = seconds if minutes is None else 60.0 * minutes
    if is_schedule(source):
        report = render_schedule(
            Path(source), out, length_s, lanes=lanes, strict=strict, consent=consent or "L0"
        )
    elif strict:
        raise Misused("--strict is for .sbg files", "leave it out, or give an .sbg file")
    else:
        report = _render_protocol(source, out, length_s, lanes, consent)
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    click.echo(f"{out}: {report['seconds']:g} s")
    for note in report["notes"]:
        click.echo(f"note: {note}", err=True)
    verb = "would have limited" if strict else "limited"
    for name, limit in report["guard"].get("limits", {}).items():
        click.echo(f"guard {verb} {name}: {limit['why']}", err=True)


def _render_protocol(
    source: str, out: Path, length_s: float | None, lanes: bool, consent: str | None
) -> dict[str, Any]:
    from appliance.engine.renderer import render
    from appliance.outputs.recording import WavRecording
    from appliance.sessions import protocol as protocols
    from cext.graph import PARAMETERS, Graph

    protocol = protocols.load(source)
    protocol.check_targets({row.name: (row.minimum, row.maximum) for row in PARAMETERS})
    length_s = length_s or protocol.length_s
    graph = Graph() if consent is None else Graph(consent=consent)
    recording = WavRecording(out, graph.rate_hz, lanes=lanes)
    blocks = render(scenes(protocol, length_s), length_s, graph, TICK_S)
    keep(recording, recording.write, (block.samples for block in blocks), length_s, protocol.title)
    return {"out": str(out), "seconds": length_s, "notes": [], "guard": graph.guard_report()}


def keep(
    recording: WavRecording,
    write: Callable[[Any], None],
    blocks: Iterator[Any],
    length_s: float,
    title: str,
) -> None:
    """Write every block and show how far it is; whatever goes wrong, no half file stays behind."""
    from appliance.errors import StorageFull

    done = False
    is_watched = sys.stderr.isatty()
    label = f"Rendering {title}"
    try:
        with click.progressbar(
            length=int(length_s), label=label, file=sys.stderr, hidden=not is_watched
        ) as bar:
            shown = 0
            for samples in blocks:
                write(samples)
                at = int(recording.frames / recording.rate_hz)
                bar.update(at - shown)
                shown = at
        done = True
    except StorageFull as error:
        raise StorageFull(
            f"no room left for {recording.path}",
            "free some space or name another disk; nothing was left behind",
        ) from error
    finally:
        recording.close() if done else recording.discard()


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
