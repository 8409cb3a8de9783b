"""`echoel loudness FILE`: how loud a file is, and how high its peaks are."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("loudness")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(file: Path, as_json: bool) -> None:
    """Measure how loud FILE is, and how high its wave really goes."""
    from appliance.studio.loudness import measure_file
    from appliance.studio.verbs.showing import loudness_lines, progress

    with progress("Measuring") as show:
        found = measure_file(file, show)
    if as_json:
        click.echo(json.dumps({"file": str(file), **found.data()}, allow_nan=False))
        return
    click.echo(f"{file}: {found.seconds:.2f} s, {found.channels} channels at {found.rate_hz} Hz")
    click.echo("\n".join(loudness_lines(found)))
