"""Whether the quality index means what it says: `python -m tests.bench.signals_beats_quality FOLDER [SVG]`.

FOLDER holds `mitdb/` and `nstdb/`. Clean records and records with electrode motion of many strengths are cut
into windows of ten seconds. The mean index of a window's beats is held against its true errors (missed and
invented beats, per 100 true ones), and against the strength of the noise.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from appliance.sensors.recordings import load
from appliance.signal.quality import MUTED
from cext import beats
from tests.bench.beats_accuracy import matched
from tests.bench.signals_beats_noise import RATE_HZ, RECORDS, beats_of, noise_of, noisy

WINDOW_S = 10.0
STRENGTHS_DB = (None, 24.0, 18.0, 15.0, 12.0, 9.0, 6.0, 0.0, -6.0)
BINS = 10


@dataclass(frozen=True)
class Window:
    """Ten seconds: the noise in it, what the index said, and what was wrong."""

    snr_db: float | None
    index: float
    errors: int
    beats: int


def windows(folder: Path, record: str, snr_db: float | None) -> list[Window]:
    """Every window of one record at one strength of noise, the first of each noisy span left out."""
    header = folder / "mitdb" / f"{record}.hea"
    values, truth_s = load(header, kind="ecg", column="1").values, beats_of(header)
    spans = [(60.0, len(values) / RATE_HZ)]
    if snr_db is not None:
        values, spans = noisy(values, truth_s, noise_of(folder), snr_db)
    events = [one for one in beats.make("ecg", RATE_HZ).feed(values) if one.kind == "confirmed"]
    found_s = np.array([one.time_s for one in events])
    index = np.array([one.quality for one in events])
    pairs = matched(truth_s, found_s)
    missed, invented = np.ones(len(truth_s), dtype=bool), np.ones(len(found_s), dtype=bool)
    missed[[i for i, _ in pairs]] = False
    invented[[j for _, j in pairs]] = False
    cut = []
    for begin_s, end_s in spans:
        for start_s in np.arange(begin_s + WINDOW_S, end_s - WINDOW_S, WINDOW_S):
            true = (truth_s >= start_s) & (truth_s < start_s + WINDOW_S)
            seen = (found_s >= start_s) & (found_s < start_s + WINDOW_S)
            if true.sum() < 2:
                continue
            mean = float(index[seen].mean()) if seen.any() else 0.0
            cut.append(Window(snr_db, mean, int(missed[true].sum() + invented[seen].sum()), int(true.sum())))
    return cut


def errors_per_100(cut: list[Window]) -> float:
    """Wrong beats for every 100 true ones."""
    return 100 * sum(one.errors for one in cut) / sum(one.beats for one in cut)


def curve(cut: list[Window]) -> list[tuple[float, int, float]]:
    """The middle of each bin of the index, how many windows it has, and their errors per 100 beats."""
    points = []
    for bin_ in range(BINS):
        held = [one for one in cut if min(BINS - 1, int(one.index * BINS)) == bin_]
        if held:
            points.append(((bin_ + 0.5) / BINS, len(held), errors_per_100(held)))
    return points


def picture(points: list[tuple[float, int, float]]) -> str:
    """The curve as a drawing: index from left to right, errors upwards, in decades."""

    def place(index: float, errors: float) -> str:
        return f"{60 + 480 * index:.1f},{250 - 70 * (np.log10(max(errors, 0.05)) + 1):.1f}"

    def label(x: float, y: float, words: str, anchor: str = "middle") -> str:
        return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'

    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 310" font-family="sans-serif"',
        ' font-size="13">',
        '<rect width="600" height="310" fill="#fff"/>',
        f'<rect x="60" y="40" width="{480 * MUTED:.0f}" height="230" fill="#f3e3e0"/>',
        label(60 + 240 * MUTED, 32, "signal poor: nothing is rewarded"),
        label(300, 300, "quality index"),
        label(10, 20, "wrong beats per 100", "start"),
    ]
    for errors in (0.1, 1, 10, 100):
        y = float(place(0, errors).split(",")[1])
        lines.append(f'<line x1="60" y1="{y}" x2="540" y2="{y}" stroke="#ccc"/>')
        lines.append(label(54, y + 4, f"{errors:g}", "end"))
    lines += [label(60 + 480 * tenth / 10, 285, f"{tenth / 10:g}") for tenth in range(0, 11, 2)]
    dots = [place(index, errors) for index, _, errors in points]
    lines.append(f'<polyline points="{" ".join(dots)}" fill="none" stroke="#1b5e7a" stroke-width="2"/>')
    for dot in dots:
        across, up = dot.split(",")
        lines.append(f'<circle cx="{across}" cy="{up}" r="4" fill="#1b5e7a"/>')
    return "\n".join([*lines, "</svg>", ""])


def main(folder: Path, drawing: Path | None) -> None:
    """Print both tables; draw the first."""
    cut = [one for snr_db in STRENGTHS_DB for record in RECORDS for one in windows(folder, record, snr_db)]
    points = curve(cut)
    print("| index | windows | wrong beats per 100 |\n|---|---|---|")
    for index, count, errors in points:
        print(f"| {index - 0.5 / BINS:.1f}-{index + 0.5 / BINS:.1f} | {count} | {errors:.2f} |")
    print("\n| noise | called good | wrong beats per 100, all | where called good |\n|---|---|---|---|")
    for snr_db in STRENGTHS_DB:
        held = [one for one in cut if one.snr_db == snr_db]
        good = [one for one in held if one.index >= MUTED]
        name = "none" if snr_db is None else f"{snr_db:g} dB"
        among = f"{errors_per_100(good):.2f}" if good else "-"
        print(f"| {name} | {100 * len(good) / len(held):.0f} % | {errors_per_100(held):.2f} | {among} |")
    if drawing is not None:
        drawing.write_text(picture(points))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m tests.bench.signals_beats_quality FOLDER [SVG]")
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
