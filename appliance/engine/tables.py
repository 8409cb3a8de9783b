"""`echoel engine`: what the engine is made of, read from the kernels' own tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cext.parameters import Parameter

FAMILIES = ("voices", "effects", "lanes", "graph")


def tables() -> dict[str, dict[str, Sequence[Parameter]]]:
    """Family -> name -> parameters; "graph" holds the knobs that protocols can turn."""
    from cext import effects, lanes, voices
    from cext.graph import PARAMETERS

    return {
        "voices": dict(voices.catalogue()),
        "effects": {table.name: table.parameters for table in effects.catalogue()},
        "lanes": dict(lanes.catalogue()),
        "graph": {"protocols": PARAMETERS},
    }


def as_data(family: Mapping[str, Sequence[Parameter]]) -> dict[str, list[dict[str, Any]]]:
    """Turn parameter rows into plain values."""
    return {name: [row._asdict() for row in rows] for name, rows in family.items()}


@click.command("engine")
@click.argument("family", type=click.Choice(FAMILIES), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the tables for a program.")
def command(family: str | None, as_json: bool) -> None:
    """Show the voices, effects and lanes there are, and what can be turned on each."""
    chosen = {name: rows for name, rows in tables().items() if family in (None, name)}
    if as_json:
        click.echo(json.dumps({name: as_data(rows) for name, rows in chosen.items()}, indent=2))
        return
    for title, parts in chosen.items():
        click.echo(f"{title}:")
        for name, rows in parts.items():
            click.echo(f"  {name}")
            for row in rows:
                span = ", ".join(row.choices) or f"{row.minimum:g} to {row.maximum:g} {row.unit}".rstrip()
                click.echo(f"    {row.name:<22} {span:<20} usually {row.default:g}")
