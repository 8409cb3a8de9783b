"""What an analysis says in figures, for programs and for people: no NaN, None for unknown."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from appliance.contracts import Channel
from appliance.errors import StorageBroken
from appliance.signal.analysis.comparing import Comparison
from appliance.signal.analysis.running import Analysis
from cext import hrv

EVENT_COLUMNS = ("event", "time_s", "length_s", "raw_ms", "rr_ms", "kind", "quality")


def figures(found: Analysis, comparison: Comparison | None = None) -> dict[str, Any]:
    """Everything there is, ready for JSON; every key is in the page about recordings."""
    heart, summary = found.heart, found.summary
    main = heart or found.streams[0]
    shown: dict[str, Any] = {
        "name": found.name,
        "kind": main.channel.value,
        "rate_hz": main.rate_hz,
        "duration_s": round(found.duration_s, 3),
        "beats_s": [round(beat.time_s, 5) for beat in found.beats],
        "rr_ms": [round(one.rr_ms, 3) for one in found.intervals],
        "rr_raw_ms": [round(one.raw_ms, 3) for one in found.intervals],
        "rr_times_s": [round(one.time_s, 5) for one in found.intervals],
        "rr_kinds": [one.kind for one in found.intervals],
        "mean_hr_bpm": _rounded(summary.mean_hr_bpm),
        "rmssd_ms": _rounded(summary.rmssd_ms),
        "sdnn_ms": _rounded(summary.sdnn_ms),
        "pnn50": _rounded(summary.pnn50),
        "breath_rate_bpm": _rounded(summary.breath_rate_bpm),
        "breath_confidence": round(found.breath_confidence, 3),
        "coherence": _rounded(summary.coherence),
        "quality": round(summary.quality, 4),
        "artefacts": found.artefacts,
        "gaps": _spans(found.gaps),
        "hrv": _variability(found),
        "signals": list(_signals(found)),
        "notes": found.notes,
    }
    if comparison is not None:
        shown["comparison"] = {
            "sensitivity_percent": _rounded(comparison.sensitivity),
            "precision_percent": _rounded(comparison.precision),
            "f1_percent": _rounded(comparison.f1),
            "right": comparison.right,
            "missed_s": [round(time_s, 3) for time_s in comparison.missed_s],
            "invented_s": [round(time_s, 3) for time_s in comparison.invented_s],
            "offset_ms": _rounded(comparison.offset_ms),
            "spread_ms": _rounded(comparison.spread_ms),
        }
    return shown


def _signals(found: Analysis) -> Iterator[dict[str, Any]]:
    for stream, condition, beside in zip(found.streams, found.conditions, found.companions, strict=True):
        is_wave = stream.channel in (Channel.ECG, Channel.PPG, Channel.EEG)
        yield {
            "channel": stream.column,
            "kind": stream.channel.value,
            "unit": stream.unit,
            "rate_hz": stream.rate_hz,
            "samples": stream.count,
            "missing": condition.missing if condition else 0,
            "clipped": round(condition.clipped_share, 5) if condition and is_wave else 0.0,
            "gaps": _spans(condition.gaps) if condition else [],
            "flat": _spans(condition.flats) if condition else [],
            "figures": beside.figures() if beside else {},
        }


def _variability(found: Analysis) -> dict[str, float | None]:
    """All figures of variability over the whole recording; empty where there are no intervals."""
    if not found.intervals:
        return {}
    intervals = [one.rr_ms for one in found.intervals]
    times_s = [one.time_s for one in found.intervals]
    is_mended = [one.kind != "normal" for one in found.intervals]
    return {name: _rounded(value) for name, value in hrv.figures(intervals, times_s, is_mended).items()}


def _spans(spans_s: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
    return [{"start_s": round(start_s, 3), "length_s": round(length_s, 3)} for start_s, length_s in spans_s]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def write_events(found: Analysis, path: Path) -> None:
    """Write every beat with its interval, and every gap, as CSV in the order of time.

    Raises StorageBroken.
    """
    intervals = {round(one.time_s, 6): one for one in found.intervals}
    rows: list[tuple[Any, ...]] = []
    for beat in found.beats:
        one = intervals.pop(round(beat.time_s, 6), None)
        own = ("", "", "") if one is None else (f"{one.raw_ms:.3f}", f"{one.rr_ms:.3f}", one.kind)
        rows.append(("beat", f"{beat.time_s:.5f}", "", *own, f"{beat.quality:.3f}"))
    rows += [
        (
            "put in",
            f"{one.time_s:.5f}",
            "",
            f"{one.raw_ms:.3f}",
            f"{one.rr_ms:.3f}",
            one.kind,
            f"{one.quality:.3f}",
        )
        for one in intervals.values()
    ]
    rows += [("gap", f"{start_s:.5f}", f"{length_s:.3f}", "", "", "", "") for start_s, length_s in found.gaps]
    rows.sort(key=lambda row: float(row[1]))
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([EVENT_COLUMNS, *rows])
    except OSError as error:
        raise StorageBroken(
            f"{path} cannot be written: {error.strerror or error}", "give another file"
        ) from error


ROWS = (
    ("heart rate", "mean_hr_bpm", "beats a minute", 1),
    ("RMSSD", "rmssd_ms", "ms", 1),
    ("SDNN", "sdnn_ms", "ms", 1),
    ("pNN50", "pnn50", "of 1", 3),
    ("breath", "breath_rate_bpm", "breaths a minute", 1),
    ("coherence", "coherence", "of 1", 2),
    ("quality", "quality", "of 1", 2),
)
MOST_SPANS = 5
HEARTS = ("ecg", "ppg", "rr")


def in_words(shown: dict[str, Any]) -> str:
    """The figures as lines for a person."""
    seconds = shown["duration_s"]
    length = f"{int(seconds // 3600)} h " if seconds >= 3600 else ""
    length += f"{int(seconds % 3600 // 60)} min {seconds % 60:.1f} s"
    lines = [f"{shown['name']}: {shown['kind']}, {length}"]
    if shown["kind"] in HEARTS:
        lines.append(
            f"  {'beats':<11} {len(shown['beats_s'])}, {shown['artefacts']} intervals mended,"
            f" {len(shown['gaps'])} gaps"
        )
    for label, key, unit, digits in ROWS if shown["kind"] in HEARTS else ():
        value = shown[key]
        lines.append(f"  {label:<11} {'unknown' if value is None else f'{value:.{digits}f} {unit}'}")
    lines += [f"  {'gap':<11} {_place(span)}" for span in shown["gaps"][:MOST_SPANS]]
    for one in shown["signals"]:
        lines += _beside(one)
        lines += [f"  {one['channel']}: flat {_place(span)}" for span in one["flat"][:MOST_SPANS]]
        if one["clipped"] > 0.001:
            lines.append(f"  {one['channel']}: {100 * one['clipped']:.1f} % cut off at the rails")
    lines += [f"  {'note':<11} {note}" for note in shown["notes"]]
    if "comparison" in shown:
        lines += _compared(shown["comparison"])
    return "\n".join(lines)


def _beside(one: dict[str, Any]) -> list[str]:
    """What is known of a skin, a brain or a temperature, in a line."""
    own = one["figures"]
    if one["kind"] == "skin" and own.get("level_us") is not None:
        rate = own["responses_per_min"]
        often = "" if rate is None else f", {rate:.1f} responses a minute"
        return [f"  {one['channel']:<11} {own['level_us']:.2f} uS{often}"]
    if one["kind"] == "eeg" and own.get("shares"):
        shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in own["shares"].items())
        peak_hz = own["peak_alpha_hz"]
        return [f"  {one['channel']:<11} {shares}" + (f", alpha peak {peak_hz:.1f} Hz" if peak_hz else "")]
    if one["kind"] == "temperature" and own.get("mean_c") is not None:
        return [f"  {one['channel']:<11} {own['mean_c']:.2f} degrees Celsius"]
    return []


def _place(span: dict[str, float]) -> str:
    return f"of {span['length_s']:.1f} s at {span['start_s']:.1f} s"


def _compared(shown: dict[str, Any]) -> list[str]:
    def percent(key: str) -> str:
        value = shown[f"{key}_percent"]
        return "unknown" if value is None else f"{value:.2f} %"

    lines = [
        f"  {'Se':<11} {percent('sensitivity')} of the marked beats found, {len(shown['missed_s'])} missed",
        f"  {'PPV':<11} {percent('precision')} of the found beats marked,"
        f" {len(shown['invented_s'])} invented",
        f"  {'F1':<11} {percent('f1')} within 150 ms, one to one, flutter left out",
    ]
    if shown["offset_ms"] is not None:
        lines.append(f"  {'timing':<11} {shown['offset_ms']:+.1f} ms, spread {shown['spread_ms']:.1f} ms")
    return lines
