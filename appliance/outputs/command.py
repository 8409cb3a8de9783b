"""`echoel outputs`: where sound, light and touch can go on this machine."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("outputs")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of everything the box keeps.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(data: Path | None, as_json: bool) -> None:
    """Show where sound, light and touch can go, and what is missing."""
    import json
    from dataclasses import asdict

    from appliance.contracts.settings import load
    from appliance.outputs.registry import look

    found = look(load({"data": data}))
    if as_json:
        click.echo(json.dumps([asdict(row) for row in found], indent=2))
        return
    for row in found:
        click.echo(f"{'ready  ' if row.is_there else 'missing'}  {row.name:<12} {row.carries}")
        if not row.is_there:
            click.echo(f"{'':22}{row.reason}; {row.remedy}")
