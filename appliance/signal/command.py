"""`echoel analyse FILE`: the beats and figures of a recording, through the same chain as live."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from appliance.contracts import Beat, Interval, SensorFrame
    from appliance.sensors.recordings import Recording

FRAME_S = 1.0
KINDS = ("ecg", "ppg", "rr", "breath")


@click.command("analyse")
@click.argument("file", type=click.Path())
@click.option("--rate", "rate_hz", type=float, help="Samples a second, where the file does not say.")
@click.option("--column", help="Name of the column or lead to read.")
@click.option("--kind", type=click.Choice(KINDS), help="What the signal is, where its name does not tell.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(file: str, rate_hz: float | None, column: str | None, kind: str | None, as_json: bool) -> None:
    """Find the beats of a recording, and rate, variability, breath and coherence from them."""
    from appliance.errors import BadRecording
    from appliance.sensors.recordings import load

    recording = load(file, rate_hz=rate_hz, column=column, kind=kind)
    if recording.channel.value not in KINDS:
        raise BadRecording(
            f"{recording.name} was read as {recording.channel.value}, which holds no heartbeat",
            f"choose a heart signal with --column, or say what this is with --kind {'|'.join(KINDS)}",
        )
    figures = analyse(recording, with_progress=not as_json and sys.stderr.isatty())
    if as_json:
        click.echo(json.dumps(figures, allow_nan=False))
    else:
        click.echo(_in_words(figures))


def analyse(recording: Recording, with_progress: bool = False) -> dict[str, Any]:
    """Everything the signal chain finds in a recording, ready for JSON: no NaN, None for unknown."""
    from appliance.errors import BadRecording
    from appliance.sensors.replay import Replay
    from appliance.signal import SignalChain

    chain = SignalChain()
    replay = Replay(recording, frame_s=FRAME_S)
    beats: list[Beat] = []
    intervals: list[Interval] = []
    try:
        for frame in _frames(replay, with_progress):
            chain.feed(frame)
            found = chain.features(frame.arrival_s)
            beats += found.beats
            intervals += found.intervals
    except ValueError as error:
        raise BadRecording(
            f"{recording.name} cannot be analysed: {error}", "check --rate and --kind against the recording"
        ) from error
    last = chain.finish()
    intervals += last.intervals
    beats += last.beats
    summary = chain.summary()
    return {
        "name": recording.name,
        "kind": recording.channel.value,
        "rate_hz": recording.rate_hz,
        "duration_s": round(recording.duration_s, 3),
        "beats_s": [round(beat.time_s, 5) for beat in beats],
        "rr_ms": [round(interval.rr_ms, 3) for interval in intervals],
        "mean_hr_bpm": _rounded(summary.mean_hr_bpm),
        "rmssd_ms": _rounded(summary.rmssd_ms),
        "sdnn_ms": _rounded(summary.sdnn_ms),
        "pnn50": _rounded(summary.pnn50),
        "breath_rate_bpm": _rounded(summary.breath_rate_bpm),
        "breath_confidence": round(chain.breath_confidence(), 3),
        "coherence": _rounded(summary.coherence),
        "quality": round(summary.quality, 4),
        "artefacts": chain.heart.artefacts,
        "gaps": [
            {"start_s": round(start_s, 3), "length_s": round(length_s, 3)} for start_s, length_s in chain.gaps
        ],
    }


def _frames(replay: Any, with_progress: bool) -> Iterator[SensorFrame]:
    """All frames of a replay, a minute at a time, with a progress bar where someone is watching."""
    step_s = 60.0
    steps = int(replay.duration_s / step_s) + 1
    with click.progressbar(length=steps, label="analysing", file=sys.stderr, hidden=not with_progress) as bar:
        for number in range(1, steps + 1):
            yield from replay.take(number * step_s)
            bar.update(1)
        yield from replay.take(float("inf"))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _in_words(figures: dict[str, Any]) -> str:
    rows = (
        ("heart rate", "mean_hr_bpm", "beats a minute", 1),
        ("RMSSD", "rmssd_ms", "ms", 1),
        ("SDNN", "sdnn_ms", "ms", 1),
        ("pNN50", "pnn50", "of 1", 3),
        ("breath", "breath_rate_bpm", "breaths a minute", 1),
        ("coherence", "coherence", "of 1", 2),
        ("quality", "quality", "of 1", 2),
    )
    seconds = figures["duration_s"]
    lines = [
        f"{figures['name']}: {figures['kind']}, {int(seconds // 60)} min {seconds % 60:.1f} s",
        f"  {'beats':<11} {len(figures['beats_s'])}, {figures['artefacts']} intervals mended,"
        f" {len(figures['gaps'])} gaps",
    ]
    for label, key, unit, digits in rows:
        value = figures[key]
        lines.append(f"  {label:<11} {'unknown' if value is None else f'{value:.{digits}f} {unit}'}")
    return "\n".join(lines)
