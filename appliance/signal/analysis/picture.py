"""The picture of an analysis: the signal with its beats, the intervals, quality, spectrum and breath."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from appliance.contracts import Channel
from appliance.signal.analysis import spectrum
from appliance.signal.analysis.axes import FAINT, INK, Axes
from appliance.signal.analysis.canvas import Box, Canvas, Words
from appliance.signal.analysis.comparing import Comparison
from appliance.signal.analysis.figures import ROWS
from appliance.signal.analysis.running import Analysis
from appliance.signal.analysis.spectrum import Band

WIDTH, HEIGHT, HEIGHT_WITHOUT_HEART = 1200, 980, 690
LEFT, RIGHT = 70.0, 30.0
STRETCH_S = 12.0
BLUE, RED, ORANGE, GREEN, GREY = "#1f5f99", "#c0392b", "#e08a1e", "#2f8f57", "#9aa7b4"
# Below the first a signal is shown red, below the second orange: the limits of what is rewarded.
POOR, FAIR = 0.5, 0.8
LONGEST_SPECTRUM_S = 600.0

Place = tuple[float, float, float, float]


def draw(found: Analysis, shown: dict[str, Any], path: Path, compared: Comparison | None = None) -> None:
    """Write the picture as .png or .svg. Raises StorageBroken."""
    canvas = Canvas(WIDTH, HEIGHT if found.heart is not None else HEIGHT_WITHOUT_HEART)
    _head(canvas, found, shown, compared)
    inner = WIDTH - LEFT - RIGHT
    half = (inner - 80) / 2
    _signal(canvas, found, (LEFT, 142, inner, 186), compared)
    if found.heart is None:
        _brain(canvas, found, (LEFT, 390, inner, 240))
    else:
        _intervals(canvas, found, (LEFT, 390, inner, 170))
        _quality(canvas, found, (LEFT, 620, inner, 60))
        _heart_spectrum(canvas, found, (LEFT, 750, half, 180))
        _breath(canvas, found, (LEFT + half + 80, 750, half, 180))
    canvas.save(path)


def _head(canvas: Canvas, found: Analysis, shown: dict[str, Any], compared: Comparison | None) -> None:
    canvas.add(Words(LEFT, 38, found.name, 22, INK, is_bold=True))
    seconds = found.duration_s
    length = f"{int(seconds // 3600)} h " if seconds >= 3600 else ""
    said = f"{shown['kind']}, {length}{int(seconds % 3600 // 60)} min {seconds % 60:.0f} s"
    if found.heart is not None:
        said += f", {len(found.beats)} beats, {found.artefacts} intervals mended, {len(found.gaps)} gaps"
    canvas.add(Words(LEFT, 60, said, 12.5, FAINT))
    if compared is not None and compared.f1 is not None:
        against = f"F1 {compared.f1:.2f} % against the marked beats"
        against += f", {len(compared.missed_s)} missed, {len(compared.invented_s)} invented"
        canvas.add(Words(WIDTH - RIGHT, 38, against, 13, INK, "end"))
    if found.heart is None:
        return
    across = (WIDTH - LEFT - RIGHT) / len(ROWS)
    for number, (label, key, unit, digits) in enumerate(ROWS):
        value = shown[key]
        text = "unknown" if value is None else f"{value:.{digits}f}"
        short = "/min" if unit.endswith("a minute") else unit
        words = label if unit.startswith("of") else f"{label}, {short}"
        canvas.add(Words(LEFT + number * across, 86, text, 15, INK, is_bold=True))
        canvas.add(Words(LEFT + number * across, 101, words, 10, FAINT))


def _stretch(found: Analysis, compared: Comparison | None) -> tuple[float, float]:
    """The seconds worth a closer look: around the first mistake, the first mended interval, or the middle."""
    mistakes = sorted([*compared.missed_s, *compared.invented_s]) if compared else []
    mended = [one.time_s for one in found.intervals if one.kind != "normal" and one.time_s > STRETCH_S]
    middle = (mistakes or mended or [found.duration_s / 2])[0]
    start = max(0.0, min(middle - STRETCH_S / 2, found.duration_s - STRETCH_S))
    return start, min(start + STRETCH_S, found.duration_s)


def _signal(canvas: Canvas, found: Analysis, place: Place, compared: Comparison | None) -> None:
    stream = found.heart or found.streams[0]
    start_s, end_s = _stretch(found, compared)
    if stream.rate_hz <= 0:
        _ladder(canvas, found, place, (start_s, end_s))
        return
    first, end = int(start_s * stream.rate_hz), min(stream.count, int(end_s * stream.rate_hz) + 1)
    values = stream.read(first, end)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = 0.08 * (high - low) or 0.5
    axes = Axes(canvas, place, (start_s, end_s), (low - room, high + 2 * room))
    axes.frame(f"{stream.column or stream.channel.value}, {end_s - start_s:.0f} seconds", stream.unit, "s")
    for gap_s, length_s in found.gaps:
        if gap_s < end_s and gap_s + length_s > start_s:
            axes.band(gap_s, gap_s + length_s, GREY, 0.3)
    times = (first + np.arange(len(values))) / stream.rate_hz
    axes.line(times, values, BLUE, 1.4)
    inside = [beat for beat in found.beats if start_s <= beat.time_s <= end_s]
    for beat in inside:
        height = float(np.interp(beat.time_s, times, np.nan_to_num(values, nan=low)))
        x, y = axes.place(beat.time_s, height)
        axes.dots(np.array([beat.time_s]), np.array([height]), _colour(beat.quality), 4.0)
        canvas.add(Words(x, max(y - 9, place[1] + 8), f"{beat.quality:.2f}", 9, FAINT, "middle"))
    if compared is not None:
        for label, moments in (("missed", compared.missed_s), ("invented", compared.invented_s)):
            for moment_s in moments:
                if start_s <= moment_s <= end_s:
                    axes.band(moment_s - 0.1, moment_s + 0.1, RED, 0.15)
                    x, _ = axes.place(moment_s, low)
                    canvas.add(Words(x, place[1] + place[3] - 6, label, 10, RED, "middle"))


def _ladder(canvas: Canvas, found: Analysis, place: Place, span_s: tuple[float, float]) -> None:
    """Where only intervals are known: one line a beat."""
    axes = Axes(canvas, place, span_s, (0.0, 1.0))
    axes.frame(f"beats, {span_s[1] - span_s[0]:.0f} seconds", "", "s")
    for beat in found.beats:
        if span_s[0] <= beat.time_s <= span_s[1]:
            x, y = axes.place(beat.time_s, 0.75)
            canvas.add(Box(x - 1, y, 2, 0.75 * place[3], _colour(beat.quality)))


def _colour(quality: float) -> str:
    return RED if quality < POOR else ORANGE if quality < FAIR else GREEN


def _intervals(canvas: Canvas, found: Analysis, place: Place) -> None:
    times = np.array([one.time_s for one in found.intervals])
    values = np.array([one.rr_ms for one in found.intervals])
    is_mended = np.array([one.kind != "normal" for one in found.intervals], dtype=bool)
    low, high = np.percentile(values, [0.2, 99.8]) if len(values) else (600.0, 1000.0)
    room = 0.12 * float(high - low) + 10
    axes = Axes(canvas, place, (0.0, found.duration_s), (float(low) - room, float(high) + room))
    axes.frame("RR intervals", "ms", is_clock=True)
    for start_s, length_s in found.gaps:
        axes.band(start_s, start_s + length_s, GREY, 0.3)
    # Nothing is drawn across a gap.
    broken = np.flatnonzero(np.diff(times) > 3.0) + 1 if len(times) else np.array([], dtype=int)
    axes.line(np.insert(times, broken, times[broken]), np.insert(values, broken, np.nan), BLUE, 1.1)
    axes.dots(times[is_mended], values[is_mended], ORANGE, 2.4)
    if is_mended.any():
        right = place[0] + place[2]
        canvas.add(Words(right - 40, place[1] - 9, "mended", 11, ORANGE, "end"))


def _quality(canvas: Canvas, found: Analysis, place: Place) -> None:
    axes = Axes(canvas, place, (0.0, found.duration_s), (0.0, 1.0))
    axes.frame("Quality", "0 to 1", is_clock=True)
    each = max(1, len(found.quality) // 600)
    rows = found.quality[::each]
    for (start_s, value), (end_s, _) in zip(rows, [*rows[1:], (found.duration_s, 0.0)], strict=True):
        x, y = axes.place(start_s, value)
        right = axes.place(max(end_s, start_s), 0.0)[0]
        height = place[1] + place[3] - y
        canvas.add(Box(x, y, max(0.6, right - x), height, _colour(value), 0.75))


def _heart_spectrum(canvas: Canvas, found: Analysis, place: Place) -> None:
    times = np.array([one.time_s for one in found.intervals])
    values = np.array([one.rr_ms for one in found.intervals])
    density = spectrum.of_intervals(times, values)
    _spectrum(
        canvas, place, density, spectrum.HEART_BANDS, (0.0, 0.5), ("Spectrum of the RR intervals", "ms")
    )


def _brain(canvas: Canvas, found: Analysis, place: Place) -> None:
    stream = found.streams[0]
    if stream.rate_hz <= 0:
        return
    count = min(stream.count, round(LONGEST_SPECTRUM_S * stream.rate_hz))
    density = spectrum.welch(stream.read(0, count), stream.rate_hz, 4.0)
    bands = spectrum.BRAIN_BANDS if stream.channel is Channel.EEG else ()
    top_hz = min(45.0, stream.rate_hz / 2)
    _spectrum(canvas, place, density, bands, (0.0, top_hz), (f"Spectrum of {stream.column}", stream.unit))


def _spectrum(
    canvas: Canvas,
    place: Place,
    density: tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]] | None,
    bands: tuple[Band, ...],
    span_hz: tuple[float, float],
    words: tuple[str, str],
) -> None:
    title, unit = words
    shown = None
    if density is not None:
        keep = (density[0] >= (bands[0].low_hz if bands else 0.5)) & (density[0] <= span_hz[1])
        shown = density[0][keep], density[1][keep]
    most = float(shown[1].max()) if shown is not None and len(shown[1]) else 1.0
    axes = Axes(canvas, place, span_hz, (0.0, 1.45 * most or 1.0))
    axes.frame(title, f"{unit}²/Hz", "Hz")
    if density is None or shown is None:
        canvas.add(Words(place[0] + place[2] / 2, place[1] + place[3] / 2, "too short", 13, FAINT, "middle"))
        return
    for number, band in enumerate(bands):
        axes.band(band.low_hz, min(band.high_hz, span_hz[1]), band.colour, 0.16)
        middle = axes.place((band.low_hz + min(band.high_hz, span_hz[1])) / 2, 0.0)[0]
        value = spectrum.power(density[0], density[1], band)
        canvas.add(Words(middle, place[1] + 16, band.name, 11.5, band.colour, "middle", is_bold=True))
        # A narrow band has its figure one line lower, beside its neighbour's.
        line = place[1] + (45 if number == 0 else 31)
        figure = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        canvas.add(Words(middle, line, f"{figure} {unit}²", 10, band.colour, "middle"))
    axes.line(shown[0], shown[1], INK, 1.5)


def _breath(canvas: Canvas, found: Analysis, place: Place) -> None:
    times = np.array([time_s for time_s, _ in found.breaths])
    values = np.array([value for _, value in found.breaths])
    most = max(20.0, float(values.max()) * 1.15 if len(values) else 0.0)
    axes = Axes(canvas, place, (0.0, found.duration_s), (0.0, most))
    axes.frame("Breath", "breaths a minute", is_clock=True)
    if not len(values):
        canvas.add(Words(place[0] + place[2] / 2, place[1] + place[3] / 2, "unknown", 13, FAINT, "middle"))
        return
    broken = np.flatnonzero(np.diff(times) > 5.0) + 1
    axes.line(np.insert(times, broken, times[broken]), np.insert(values, broken, np.nan), GREEN, 1.6)
