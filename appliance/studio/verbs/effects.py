"""`echoel effects` and `echoel effect`: what there is, and one of them over a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cext.effects import Table


@click.command("effects")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the tables for a program.")
def listing(name: str | None, as_json: bool) -> None:
    """Show the effects there are, or what can be turned on the one called NAME."""
    from appliance.studio.through import asked
    from cext import effects

    with asked():
        if name is not None:
            effects.kind(name)
    tables = [table for table in effects.catalogue() if name in (None, table.name)]
    if as_json:
        rows = [_data(table) for table in tables]
        click.echo(json.dumps(rows if name is None else rows[0], indent=2))
        return
    if name is not None:
        click.echo("\n".join(_in_full(tables[0])))
        return
    family = ""
    for table in tables:
        if table.family != family:
            family = table.family
            click.echo(f"{family}:")
        click.echo(f"  {table.name:<22} {table.summary}")
    click.echo(f"{len(tables)} effects; `echoel effects NAME` shows what can be turned on one")


@click.command("effect")
@click.argument("name")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="PARAMETER=VALUE", help="Turn one parameter.")
@click.option("--key", type=click.Path(path_type=Path), help="Another sound that the effect listens to.")
@click.option("--take", "takes", multiple=True, metavar="NAME=FILE", help="A sound that the effect uses.")
@click.option("--tail", "tail_s", type=click.FloatRange(0.0, 600.0), default=0.0, help="Seconds to ring on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def one(
    name: str,
    source: Path,
    out: Path,
    settings: tuple[str, ...],
    key: Path | None,
    takes: tuple[str, ...],
    tail_s: float,
    as_json: bool,
) -> None:
    """Send the sound file IN through the effect NAME and write OUT, equally long and in time."""
    from appliance.studio.chain import pairs, taken
    from appliance.studio.through import made, run_file
    from appliance.studio.verbs.showing import progress

    values = pairs(settings)

    def make(rate_hz: float) -> Any:
        return made(name, rate_hz, {**values, **taken(name, pairs(takes), rate_hz)})

    with progress(name) as show:
        report = run_file(source, out, make, key=key, tail_s=tail_s, progress=show)
    tell(report, as_json)


@click.command("chain")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--tail", "tail_s", type=click.FloatRange(0.0, 600.0), default=0.0, help="Seconds to ring on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def chain(file: Path, source: Path, out: Path, tail_s: float, as_json: bool) -> None:
    """Send IN through the effects that the TOML file FILE lists, one after the other, and write OUT."""
    from appliance.studio.chain import load
    from appliance.studio.through import run_file
    from appliance.studio.verbs.showing import progress

    plan = load(file)
    with progress(file.stem) as show:
        report = run_file(source, out, plan.make, tail_s=tail_s, progress=show)
    tell(report, as_json)


def tell(report: dict[str, Any], as_json: bool) -> None:
    """Print what was done."""
    if as_json:
        click.echo(json.dumps(report))
        return
    click.echo(f"{report['out']}: {report['seconds']:.2f} s")
    for name, value in report["readings"].items():
        click.echo(f"  {name:<22} {value:g}")


def _data(table: Table) -> dict[str, Any]:
    return {**dict(table), "parameters": [row._asdict() for row in table.parameters]}


def _in_full(table: Table) -> list[str]:
    lines = [f"{table.name} ({table.family}): {table.summary}", f"after: {table.source}"]
    if table.latency_frames:
        lines.append(f"looks ahead {table.latency_frames} frames at 48 kHz")
    for row in table.parameters:
        span = ", ".join(row.choices) or f"{row.minimum:g} to {row.maximum:g} {row.unit}".rstrip()
        usual = row.choices[int(row.default)] if row.choices else f"{row.default:g}"
        lines.append(f"  {row.name:<22} {span:<28} usually {usual}")
    return lines
