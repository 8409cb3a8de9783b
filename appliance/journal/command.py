"""The verb `echoel sessions`: what the box has recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from appliance.errors import Misused

if TYPE_CHECKING:
    from appliance.contracts.messages import BodySession, Summary
    from appliance.journal.reading import Detail


@click.command()
@click.argument("body_session_id", required=False)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of everything the box keeps.")
@click.option("--limit", type=click.IntRange(1), help="Show only so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(body_session_id: str | None, data: Path | None, limit: int | None, as_json: bool) -> None:
    """List the recorded body sessions, or show the one with this ID (its beginning is enough)."""
    from appliance.contracts import settings
    from appliance.journal import reading

    path = settings.load({"data": data}).data / "journal.db"
    if body_session_id is None:
        found = reading.sessions(path, limit)
        if as_json:
            _print([head.model_dump(mode="json") for head in found])
        else:
            _list(found, path)
        return
    detail = reading.session(path, _full_name(body_session_id, reading.sessions(path)))
    assert detail is not None  # its name was just read from the same file
    if as_json:
        _print(_as_dictionary(detail))
    else:
        _show(detail)


def _full_name(given: str, known: Sequence[BodySession]) -> str:
    """Return the one session whose name begins like this. Raises Misused."""
    names = [head.body_session_id for head in known]
    fitting = [name for name in names if name == given] or [name for name in names if name.startswith(given)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise Misused(
            f"{given!r} begins {len(fitting)} sessions", f"say more of it: {', '.join(fitting[:5])}"
        )
    near = get_close_matches(given, names, n=1, cutoff=0.3)
    hint = f"did you mean {near[0]}?" if near else "see `echoel sessions` for those there are"
    raise Misused(f"there is no body session {given!r}", hint)


def _print(value: object) -> None:
    click.echo(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))


def _as_dictionary(detail: Detail) -> dict[str, Any]:
    return detail.head.model_dump(mode="json") | {
        "intervals": [row.model_dump(mode="json") for row in detail.intervals],
        "states": [row.model_dump(mode="json") for row in detail.states],
        "events": [
            {"at": event.at.isoformat(), "time_s": event.time_s, "kind": event.kind, "detail": event.detail}
            for event in detail.events
        ],
        "chunks": detail.chunks,
        "unreported": detail.unreported,
    }


def _list(found: Sequence[BodySession], path: Path) -> None:
    if not found:
        click.echo(f"No body session in {path} yet; `echoel up` and Start begin the first one.")
        return
    rows = [("session", "state", "length", "heart", "RMSSD", "coherence", "sensor")]
    for head in found:
        summary = head.summary
        rows.append(
            (
                head.body_session_id,
                str(head.state),
                _length(summary),
                _figure(summary.mean_hr_bpm, ".0f", " bpm"),
                _figure(summary.rmssd_ms, ".0f", " ms"),
                _figure(summary.coherence, ".2f"),
                f"{head.sensor_id} (simulated)" if head.is_simulated else head.sensor_id,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _show(detail: Detail) -> None:
    head, summary = detail.head, detail.head.summary
    ended = "" if head.ended_at is None else f" to {head.ended_at:%H:%M:%S}"
    lines = [
        ("session", head.body_session_id),
        ("state", str(head.state)),
        ("when", f"{head.started_at:%Y-%m-%d %H:%M:%S}{ended} UTC"),
        ("protocol", head.protocol),
        ("sensor", f"{head.sensor_id}{' (simulated)' if head.is_simulated else ''}"),
        ("length", _length(summary)),
        ("heartbeats", str(summary.beats)),
        ("heart rate", _figure(summary.mean_hr_bpm, ".1f", " bpm")),
        ("RMSSD", _figure(summary.rmssd_ms, ".1f", " ms")),
        ("SDNN", _figure(summary.sdnn_ms, ".1f", " ms")),
        ("pNN50", _figure(None if summary.pnn50 is None else 100 * summary.pnn50, ".1f", " %")),
        ("coherence", _figure(summary.coherence, ".2f")),
        ("breath rate", _figure(summary.breath_rate_bpm, ".1f", " a minute")),
        ("quality", f"{summary.quality:.2f}"),
        (
            "kept",
            f"{len(detail.intervals)} intervals, {len(detail.states)} states, {detail.chunks} raw chunks",
        ),
        ("unreported", "nothing" if not detail.unreported else f"{detail.unreported} rows wait for the API"),
    ]
    for name, text in lines:
        click.echo(f"{name:12} {text}")
    for event in detail.events:
        when = f"{event.at:%H:%M:%S}" if event.time_s is None else f"{event.time_s:7.1f} s"
        click.echo(f"{'event':12} {when} {event.kind} {event.detail}".rstrip())


def _length(summary: Summary) -> str:
    minutes, seconds = divmod(round(summary.duration_s), 60)
    return f"{minutes}:{seconds:02}"


def _figure(value: float | None, form: str, unit: str = "") -> str:
    """Print a figure with its unit; a dash where there was not enough good signal, never a zero."""
    return "–" if value is None else f"{value:{form}}{unit}"
