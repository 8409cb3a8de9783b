"""`echoel analyse FILE`: the beats and figures of a recording, through the same chain as live."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appliance.sensors.recordings import Stream
    from appliance.signal.analysis import Analysis

KINDS = ("ecg", "ppg", "rr", "breath", "skin", "motion", "temperature", "eeg")


@click.command("analyse")
@click.argument("file", type=click.Path())
@click.option("--rate", "rate_hz", type=float, help="Samples a second, where the file does not say.")
@click.option(
    "--channel", "--column", "columns", multiple=True, help="Column or lead by name or number; repeatable."
)
@click.option("--kind", type=click.Choice(KINDS), help="What the signal is, where its name does not tell.")
@click.option("--compare", "marked", type=click.Path(), help="Marked beats (.atr, or CSV): Se, PPV and F1.")
@click.option("--plot", "picture", type=click.Path(), help="Draw it into a .png or .svg file.")
@click.option("--events", type=click.Path(), help="Write every beat, interval and gap into a CSV file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(
    file: str,
    rate_hz: float | None,
    columns: tuple[str, ...],
    kind: str | None,
    marked: str | None,
    picture: str | None,
    events: str | None,
    as_json: bool,
) -> None:
    """Find the beats of a recording, and rate, variability, breath and coherence from them."""
    from appliance.sensors.recordings import annotated_beats, load_all
    from appliance.signal import analysis
    from appliance.signal.analysis.figures import write_events

    if picture is not None:
        _check_picture(picture)
    streams = load_all(file, rate_hz, columns, kind)
    own_hz = next((stream.rate_hz for stream in streams if stream.rate_hz > 0), None)
    beats = annotated_beats(Path(marked), own_hz) if marked is not None else None
    found = _run(streams, with_progress=not as_json and sys.stderr.isatty())
    compared = None
    if beats is not None:
        compared = analysis.compare([beat.time_s for beat in found.beats], beats, found.duration_s)
    shown = analysis.figures(found, compared)
    if events is not None:
        write_events(found, Path(events))
    if picture is not None:
        from appliance.signal.analysis.picture import draw

        draw(found, shown, Path(picture), compared)
    click.echo(json.dumps(shown, allow_nan=False) if as_json else analysis.in_words(shown))


def _check_picture(path: str) -> None:
    """Before an hour of work, not after it."""
    from appliance.errors import Misused

    if Path(path).suffix.lower() not in (".png", ".svg"):
        raise Misused(f"a picture cannot be written as {Path(path).name!r}", "name it .png or .svg")
    if not Path(path).absolute().parent.is_dir():
        raise Misused(f"the folder of {path} does not exist", "make it first, or give another")


def _run(streams: Sequence[Stream], with_progress: bool) -> Analysis:
    from appliance.signal import analysis

    length_s = int(max(stream.duration_s for stream in streams)) + 1
    with click.progressbar(
        length=length_s, label="analysing", file=sys.stderr, hidden=not with_progress
    ) as bar:
        return analysis.run(streams, lambda reached_s: bar.update(int(reached_s) - bar.pos))
