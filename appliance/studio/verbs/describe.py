"""`echoel describe FILE`: tempo, key, length, loudness and peaks of a sound."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("describe")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with the time of every beat.")
def command(file: Path, as_json: bool) -> None:
    """Tell the tempo, key, length, loudness and peaks of FILE."""
    from appliance.studio.describe import describe
    from appliance.studio.verbs.showing import loudness_lines, number, progress

    with progress("Listening") as show:
        found = describe(file, show)
    if as_json:
        click.echo(json.dumps({"file": str(file), **found.data()}, allow_nan=False))
        return
    loudness, rhythm, tonality, content = found.loudness, found.rhythm, found.tonality, found.content
    minutes, seconds = divmod(loudness.seconds, 60.0)
    click.echo(
        f"{file}: {int(minutes)} min {seconds:.1f} s, {loudness.channels} channels at {loudness.rate_hz} Hz"
    )
    if rhythm.tempo_bpm is None:
        click.echo("  tempo            no beat found")
    else:
        sure = f"confidence {rhythm.confidence:.2f}, {len(rhythm.beats_s)} beats"
        click.echo(f"  tempo            {rhythm.tempo_bpm:.1f} beats a minute ({sure})")
    if tonality.key is None:
        click.echo("  key              no notes found")
    else:
        sure = f"confidence {tonality.confidence:.2f}, tuned {tonality.tuning_cents:+.0f} cents"
        click.echo(f"  key              {tonality.key}, {tonality.camelot} ({sure})")
    click.echo("\n".join(loudness_lines(loudness)))
    click.echo(f"  crest            {number(content.crest_db, 'dB')}")
    click.echo(f"  clipped          {content.clipped} places")
