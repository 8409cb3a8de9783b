"""`echoel sensors`: what is connected, what could be, what it is called and how it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings
    from appliance.sensors.names import Known
    from appliance.sensors.probe import Report
    from appliance.sensors.sensor import Sensor

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


def _common(verb: _Verb) -> _Verb:
    """The options of every verb here."""
    as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON document.")
    data = click.option("--data", type=click.Path(path_type=Path), help="The box's data folder.")
    return as_json(data(verb))


def _settings(data: Path | None) -> Settings:
    from appliance.contracts.settings import load

    return load({"data": data})


@click.group(name="sensors", invoke_without_command=True)
@click.option("--scan", "is_scan", is_flag=True, help="Also listen for Bluetooth sensors, as `scan` does.")
@_common
@click.pass_context
def command(context: click.Context, is_json: bool, is_scan: bool, data: Path | None) -> None:
    """Show which sensors are there and which could be."""
    if context.invoked_subcommand is None:
        _list(is_json, is_scan, data)


@command.command()
@_common
def scan(is_json: bool, data: Path | None) -> None:
    """Listen for every sensor around, also those of others (some seconds)."""
    _list(is_json, True, data)


@command.command()
@click.argument("sensor", required=False)
@click.option("--name", help="What to call it.")
@click.option("--streams", help="Signals to take where it has several, such as ecg,motion or rr.")
@click.option("--key-file", type=click.Path(path_type=Path), help="The key of a wearable, hexadecimal.")
@click.option("--key-id", type=click.IntRange(1, 255), default=1, help="The number of that key.")
@_common
def pair(
    sensor: str | None,
    name: str | None,
    streams: str | None,
    key_file: Path | None,
    key_id: int,
    is_json: bool,
    data: Path | None,
) -> None:
    """Connect to SENSOR once and keep it: from then on the box uses the paired ones only."""
    import asyncio

    from appliance.sensors import pairing

    settings = _settings(data)
    wish = pairing.Wish(name, pairing.channels(streams), key_file, key_id)
    row = asyncio.run(pairing.pair(settings, sensor, wish))
    _tell(is_json, row, f"{row.name or row.own_name} ({row.sensor_id}) is paired{_battery(row)}")


@command.command()
@click.argument("sensor", required=False)
@click.option("--seconds", type=click.FloatRange(1.0, 3600.0), default=10.0, help="How long to listen.")
@_common
@click.pass_context
def test(
    context: click.Context, sensor: str | None, seconds: float, is_json: bool, data: Path | None
) -> None:
    """Listen to SENSOR for ten seconds: rate, jitter, gaps, contact, battery and quality."""
    import asyncio

    settings = _settings(data)
    told, report = asyncio.run(_tested(settings, sensor, seconds, is_live=not is_json))
    if is_json:
        click.echo(json.dumps(told, indent=2))
    else:
        _tell_test(told)
    if report.trouble is not None:
        raise report.trouble
    if not report.streams:
        context.exit(1)


@command.command()
@click.argument("sensor", required=False)
@click.option("--check", "is_check", is_flag=True, help="Only tell its version and battery; send nothing.")
@_common
def update(sensor: str | None, is_check: bool, is_json: bool, data: Path | None) -> None:
    """Send the wearable SENSOR its new code over the cable (a minute or two)."""
    import asyncio
    from dataclasses import asdict

    from appliance.sensors import updating

    port = asyncio.run(updating.port_of(_settings(data), sensor))
    done = updating.check(port) if is_check else updating.update(port, _progress(is_json))
    if is_json:
        click.echo(json.dumps(asdict(done) | {"is_needed": done.is_needed}, indent=2))
    else:
        click.echo(updating.told(done))


@command.command()
@click.argument("sensor")
@click.argument("name")
@_common
def name(sensor: str, name: str, is_json: bool, data: Path | None) -> None:
    """Call SENSOR by another NAME."""
    import asyncio

    from appliance.sensors import pairing

    row = asyncio.run(pairing.rename(_settings(data), sensor, name))
    _tell(is_json, row, f"{row.sensor_id} is called {row.name}")


@command.command()
@click.argument("sensor")
@_common
def forget(sensor: str, is_json: bool, data: Path | None) -> None:
    """Forget SENSOR: its name, its pairing, and how it did."""
    from appliance.sensors import pairing

    row = pairing.forget(_settings(data), sensor)
    _tell(is_json, row, f"{row.name or row.own_name or row.sensor_id} is forgotten")


def _tell(is_json: bool, row: Known, sentence: str) -> None:
    from dataclasses import asdict

    click.echo(json.dumps(asdict(row), indent=2) if is_json else sentence)


def _progress(is_json: bool) -> Callable[[str, int, int], None]:
    """Make what tells each tenth of an update, on the error stream and only for people."""
    seen = -1

    def show(stage: str, arrived: int, size: int) -> None:
        nonlocal seen
        tenth = 10 * arrived // size if stage == "sending" else 11
        if is_json or tenth == seen:
            return
        seen = tenth
        said = f"{10 * tenth:4} % of {size // 1000} kB sent" if tenth <= 10 else "new code proves itself"
        click.echo(said, err=True)

    return show


def _battery(row: Known) -> str:
    return "" if row.battery_percent is None else f"; battery {row.battery_percent} %"


def _list(is_json: bool, is_scan: bool, data: Path | None) -> None:
    import asyncio

    from appliance.sensors.choosing import listed

    rows = asyncio.run(listed(_settings(data), is_near=is_scan))
    if is_json:
        click.echo(json.dumps({"sensors": rows}, indent=2))
        return
    for row in rows:
        mark = " (simulated)" if row["is_simulated"] and "simulated" not in str(row["name"]) else ""
        mark += " (paired)" if row["is_paired"] else ""
        click.echo(f"{row['kind']:10} {row['state']:12} {row['name']}{mark}  {row['sensor_id']}".rstrip())
        if row["tested_at"]:
            level, quality = row["battery_percent"], row["quality"]
            battery = "battery unknown" if level is None else f"battery {level} %"
            signal = "" if quality is None else f", quality {quality:.2f}"
            click.echo(f"{'':23} {battery}{signal} on {str(row['tested_at'])[:16].replace('T', ' ')}")
        if row["reason"]:
            click.echo(f"{'':23} {row['reason']}; {row['remedy']}")


async def _tested(
    settings: Settings, wanted: str | None, seconds: float, *, is_live: bool
) -> tuple[dict[str, Any], Report]:
    from appliance.sensors.choosing import meant
    from appliance.sensors.pairing import free, note
    from appliance.sensors.probe import probe
    from appliance.signal import SignalChain

    sensor = await meant(settings, wanted)
    free(settings, sensor.identity)
    chain = SignalChain()
    passed = 0

    def show(report: Report) -> None:
        nonlocal passed
        passed += 1
        counts = ", ".join(f"{stream.samples} {channel}" for channel, stream in report.streams.items())
        click.echo(f"{passed:4} s  {counts or 'nothing yet'}", err=True)

    report = await probe(sensor, seconds, chain.feed, show if is_live else lambda _: None)
    last_s = max((stream.last_arrival_s for stream in report.streams.values()), default=0.0)
    has_heart = bool({"ecg", "ppg", "rr"} & set(report.streams))
    quality = round(chain.features(last_s).quality, 3) if has_heart else None
    level = getattr(sensor, "battery_percent", None)
    note(settings, sensor.identity, level, quality)
    return _figures(sensor, report, quality, level), report


def _figures(sensor: Sensor, report: Report, quality: float | None, level: int | None) -> dict[str, Any]:
    trouble = report.trouble
    return {
        "sensor_id": sensor.identity.sensor_id,
        "name": sensor.identity.name,
        "kind": sensor.identity.kind,
        "is_simulated": sensor.identity.is_simulated,
        "battery_percent": level,
        "quality": quality,
        "notes": list(getattr(sensor, "notes", [])),
        "reason": str(trouble) if trouble else "",
        "remedy": trouble.remedy if trouble else "",
        "streams": {channel: stream.told() for channel, stream in report.streams.items()},
    }


def _tell_test(told: dict[str, Any]) -> None:
    level, quality = told["battery_percent"], told["quality"]
    battery = "battery unknown" if level is None else f"battery {level} %"
    signal = "" if quality is None else f", quality {quality:.2f}"
    click.echo(f"{told['name']} ({told['sensor_id']}): {battery}{signal}")
    for channel, row in told["streams"].items():
        rate = "rate unknown" if row["measured_hz"] is None else f"{row['measured_hz']:.2f}/s"
        wanted = f" of {row['rate_hz']:g}" if row["rate_hz"] else ""
        jitter = "unknown" if row["jitter_ms"] is None else f"{row['jitter_ms']:g} ms"
        contact = "cannot tell" if row["contact"] is None else f"{row['contact']:.0%}"
        click.echo(
            f"  {channel:12} {rate}{wanted}, jitter {jitter}, "
            f"{row['gaps']} gaps ({row['missing_ms']:g} ms), contact {contact}"
        )
    if not told["streams"]:
        click.echo("  no sample came; is it worn and switched on?")
    for note in told["notes"]:
        click.echo(f"  {note}")
