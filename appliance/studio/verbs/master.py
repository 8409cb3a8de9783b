"""`echoel master IN --out OUT`: a track ready to hand out."""

from __future__ import annotations

import json
from pathlib import Path

import click

PRESETS = ("warm", "clean", "bright")


@click.command("master")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Sound file to write.")
@click.option("--lufs", type=float, default=-13.0, show_default=True, help="How loud, -40 to -6.")
@click.option("--preset", type=click.Choice(PRESETS), default="clean", show_default=True, help="Tone.")
@click.option("--strength", type=float, default=1.0, show_default=True, help="How much of it, 0 to 1.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(source: Path, out: Path, lufs: float, preset: str, strength: float, as_json: bool) -> None:
    """Master the track IN: as loud as asked, and no peak above -1 dBTP."""
    from appliance.studio.master import master
    from appliance.studio.verbs.showing import loudness_lines, number, progress

    with progress("Mastering") as show:
        made = master(source, out, lufs=lufs, preset=preset, strength=strength, progress=show)
    if as_json:
        click.echo(json.dumps(made.data(), allow_nan=False))
        return
    before, after = loudness_lines(made.before), loudness_lines(made.after)
    click.echo(f"{out}: {made.after.seconds:.2f} s, gain {number(made.gain_db, 'dB')}")
    for was, now in zip(before, after, strict=True):
        click.echo(f"{was:<38} -> {now[19:]}")
    for note in made.notes:
        click.echo(f"note: {note}")
