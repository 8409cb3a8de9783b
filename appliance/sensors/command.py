"""`echoel sensors`: what is connected, and what could be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings


@click.command(name="sensors")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON document.")
@click.option("--scan", "is_scan", is_flag=True, help="Also listen for Bluetooth straps (some seconds).")
@click.option("--data", type=click.Path(path_type=Path), help="The box's data folder, for its settings.")
def command(is_json: bool, is_scan: bool, data: Path | None) -> None:
    """Show which sensors are there and which could be."""
    import asyncio
    import json

    from appliance.contracts.settings import load

    rows = asyncio.run(_rows(load({"data": data}), is_scan))
    if is_json:
        click.echo(json.dumps({"sensors": rows}, indent=2))
        return
    for row in rows:
        mark = " (simulated)" if row["is_simulated"] and "simulated" not in str(row["name"]) else ""
        click.echo(f"{row['kind']:8} {row['state']:12} {row['name']}{mark}")
        if row["reason"]:
            click.echo(f"{'':21} {row['reason']}; {row['remedy']}")


async def _rows(settings: Settings, is_scan: bool) -> list[dict[str, object]]:
    from dataclasses import asdict

    from appliance.sensors.registry import KINDS
    from appliance.sensors.status import SensorState, SensorStatus

    rows: list[SensorStatus] = []
    for kind in KINDS:
        finding = await kind.find(settings, is_scan)
        rows += [SensorStatus.of(sensor.identity, SensorState.FOUND) for sensor in finding.sensors]
        if not finding.sensors:
            state = SensorState.SEARCHING if finding.is_available else SensorState.UNAVAILABLE
            rows.append(
                SensorStatus(
                    "", kind.title, kind.name, state, finding.reason, finding.remedy, kind.is_simulated
                )
            )
    return [asdict(row) for row in rows]
