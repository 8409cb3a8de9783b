"""`echoel stretch IN OUT --by 1.25`: slower or faster at the same pitch."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("stretch")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--by", type=float, default=1.0, show_default=True, help="How many times as long, 0.25 to 8.")
@click.option("--semitones", type=float, default=0.0, show_default=True, help="Pitch besides, -24 to 24.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(source: Path, out: Path, by: float, semitones: float, as_json: bool) -> None:
    """Make the sound file IN so many times longer at the same pitch, and write OUT."""
    from appliance.studio.stretching import stretch
    from appliance.studio.verbs.showing import progress

    with progress("Stretching") as show:
        stretched = stretch(source, out, by, semitones, progress=show)
    if as_json:
        click.echo(json.dumps(stretched.data()))
        return
    click.echo(f"{out}: {stretched.seconds_before:.2f} s -> {stretched.seconds:.2f} s")
