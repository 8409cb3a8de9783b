"""How right the streaming R detector is: `python -m tests.bench.beats_accuracy FOLDER`.

FOLDER holds WFDB records with `.atr` beside them, for example the MIT-BIH Arrhythmia Database. The first
lead of each is streamed through `cext.beats` in pieces of 100 ms. A beat within 150 ms of an annotated one
is right, one to one; ventricular flutter (`[` to `]`) is left out (ANSI/AAMI EC57). RMSSD is compared over
five-minute windows of records with more than 90 % normal beats, between neighbouring normal beats.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.sensors.recordings import load
from cext import beats, hrv

Array = NDArray[np.float64]
WINDOW_S = 0.15
CHUNK_S = 0.1
# Codes of the MIT annotation format: which are beats, and which need care while reading.
BEATS = frozenset([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25, 30, 34, 35, 38])
NORMAL, FLUTTER_ON, FLUTTER_OFF = 1, 32, 33
SKIP, NUM, SUB, CHN, AUX = 59, 60, 61, 62, 63


@dataclass
class Score:
    """What one record gave."""

    name: str
    right: int = 0
    invented: int = 0
    missed: int = 0
    late_s: list[float] = field(default_factory=list)
    rmssd_errors_ms: list[float] = field(default_factory=list)


def read_annotations(file: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sample numbers and codes of an annotation file in the MIT format."""
    words = np.frombuffer(file.read_bytes()[: file.stat().st_size // 2 * 2], dtype="<u2").tolist()
    samples, codes, now, place = [], [], 0, 0
    while place < len(words) and words[place] != 0:
        code, value = words[place] >> 10, words[place] & 0x3FF
        place += 1
        if code == SKIP:
            jump = (words[place] << 16) + words[place + 1]
            now += jump - (1 << 32) if jump >> 31 else jump
            place += 2
        elif code == AUX:
            place += (value + 1) // 2
        elif code not in (NUM, SUB, CHN):
            now += value
            samples.append(now)
            codes.append(code)
    return np.array(samples, dtype=np.int64), np.array(codes, dtype=np.int64)


def matched(truth_s: Array, found_s: Array) -> list[tuple[int, int]]:
    """Pairs (true, found) within the window, each used once, nearest neighbours first where they compete."""
    pairs, i, j = [], 0, 0
    while i < len(truth_s) and j < len(found_s):
        apart = found_s[j] - truth_s[i]
        if abs(apart) > WINDOW_S:
            i, j = (i, j + 1) if apart < 0 else (i + 1, j)
        elif j + 1 < len(found_s) and abs(found_s[j + 1] - truth_s[i]) < abs(apart):
            j += 1
        elif i + 1 < len(truth_s) and abs(found_s[j] - truth_s[i + 1]) < abs(apart):
            i += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def outside(times_s: Array, spans_s: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Which times lie in none of the spans."""
    keep = np.ones(len(times_s), dtype=bool)
    for start_s, end_s in spans_s:
        keep &= (times_s < start_s) | (times_s > end_s)
    return keep


def score(header: Path) -> Score:
    """Stream one record and hold what was found against its annotations."""
    recording = load(header, kind="ecg", column="1")
    detector = beats.make("ecg", recording.rate_hz)
    step = max(1, round(CHUNK_S * recording.rate_hz))
    events = [
        event
        for first in range(0, len(recording.values), step)
        for event in detector.feed(recording.values[first : first + step])
        if event.kind == "confirmed"
    ]
    samples, codes = read_annotations(header.with_suffix(".atr"))
    times_s = samples / recording.rate_hz
    spans_s = list(zip(times_s[codes == FLUTTER_ON], times_s[codes == FLUTTER_OFF], strict=False))
    is_beat = np.isin(codes, list(BEATS)) & outside(times_s, spans_s)
    truth_s, kinds = times_s[is_beat], codes[is_beat]
    found_s, said_s = np.array([(one.time_s, one.found_s) for one in events]).reshape(-1, 2).T
    kept = outside(found_s, spans_s)
    found_s, said_s = found_s[kept], said_s[kept]
    pairs = matched(truth_s, found_s)
    result = Score(header.stem, len(pairs), len(found_s) - len(pairs), len(truth_s) - len(pairs))
    result.late_s = [float(said_s[j] - truth_s[i]) for i, j in pairs]
    if np.mean(kinds == NORMAL) > 0.9:
        result.rmssd_errors_ms = rmssd_errors(truth_s, found_s, kinds, pairs)
    return result


def rmssd_errors(
    truth_s: Array, found_s: Array, kinds: NDArray[np.int64], pairs: list[tuple[int, int]]
) -> list[float]:
    """Absolute difference of RMSSD, a window of five minutes each, over runs of normal beats."""
    place = dict(pairs)
    errors = []
    for start_s in np.arange(0.0, truth_s[-1], 300.0):
        true, seen = hrv.Sliding(600), hrv.Sliding(600)
        before = False
        for i in np.flatnonzero((truth_s >= start_s) & (truth_s < start_s + 300.0))[1:].tolist():
            is_good = i in place and i - 1 in place and kinds[i] == kinds[i - 1] == NORMAL
            if is_good:
                true.add(truth_s[i], 1000 * (truth_s[i] - truth_s[i - 1]), before)
                seen.add(truth_s[i], 1000 * (found_s[place[i]] - found_s[place[i - 1]]), before)
            before = is_good
        if len(true) > 100 and true.rmssd_ms is not None and seen.rmssd_ms is not None:
            errors.append(abs(true.rmssd_ms - seen.rmssd_ms))
    return errors


def f1(scores: list[Score]) -> float:
    """Harmonic mean of sensitivity and precision over all beats of all records, percent."""
    right = sum(one.right for one in scores)
    wrong = sum(one.invented + one.missed for one in scores)
    return 200 * right / (2 * right + wrong) if right else 0.0


def main(folder: Path) -> None:
    """Print one line a record and one for all."""
    headers = sorted(file for file in folder.glob("*.hea") if file.with_suffix(".atr").exists())
    if not headers:
        raise SystemExit(
            f"no WFDB records with .atr beside them in {folder}; give the folder that holds them"
        )
    print(f"{'record':>8} {'beats':>7} {'missed':>7} {'false':>6} {'F1 %':>8} {'confirmed after ms':>19}")
    scores = []
    for header in headers:
        one = score(header)
        scores.append(one)
        late = f"{1000 * np.median(one.late_s):.0f}" if one.late_s else "-"
        beats_there = one.right + one.missed
        print(
            f"{one.name:>8} {beats_there:>7} {one.missed:>7} {one.invented:>6} {f1([one]):>8.2f} {late:>19}"
        )
    errors = [error for one in scores for error in one.rmssd_errors_ms] or [float("nan")]
    late_s = [late for one in scores for late in one.late_s]
    right, missed = sum(one.right for one in scores), sum(one.missed for one in scores)
    invented = sum(one.invented for one in scores)
    print(f"all {len(scores)} records: F1 {f1(scores):.3f} %")
    sensitivity, precision = 100 * right / (right + missed), 100 * right / (right + invented)
    print(f"sensitivity {sensitivity:.2f} %, precision {precision:.2f} %")
    for label, values in (("confirmed after", 1000 * np.array(late_s)), ("RMSSD error", np.array(errors))):
        print(f"{label} {np.median(values):.3f} ms median, {np.percentile(values, 95):.2f} ms p95")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.bench.beats_accuracy FOLDER_OF_WFDB_RECORDS")
    main(Path(sys.argv[1]))
