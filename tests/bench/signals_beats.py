"""Heartbeats against known ones, in noise, and how fast: `python -m tests.bench.signals_beats FOLDER`.

FOLDER (or `ECHOEL_RECORDINGS`) holds `mitdb/` (WFDB with `.atr`), `nstdb/` and `capnobase/`. Records are
split in two by turns; "worse half" is the figure of the half that did worse.
"""

from __future__ import annotations

import csv
import gzip
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from appliance.sensors.recordings import load
from cext import beats
from tests.bench import signals_beats_noise
from tests.bench.beats_accuracy import f1, matched, score
from tests.bench.rows import Row, show

CHUNK = 36


def rows() -> Iterator[Row]:
    """Accuracy, latency, variability, noise, pulse and speed; no value where a recording lacks."""
    folder = Path(os.environ.get("ECHOEL_RECORDINGS", "recordings"))
    if not (folder / "mitdb").is_dir():
        yield Row("ECG beats", None, "", reason=f"no mitdb/ in {folder}; set ECHOEL_RECORDINGS")
        return
    yield from _clean(folder)
    if (folder / "nstdb").is_dir():
        for snr_db, goal in ((12, 98.7), (6, 92.0)):
            value = signals_beats_noise.f1(folder, snr_db)
            yield Row(f"F1 in electrode motion, {snr_db} dB", value, "%", goal, is_lower_better=False)
    if (folder / "capnobase").is_dir():
        yield _pulse(folder / "capnobase")
    yield _speed(folder / "mitdb")


def _clean(folder: Path) -> Iterator[Row]:
    scores = [score(header) for header in sorted((folder / "mitdb").glob("*.hea"))]
    yield Row("ECG F1, all records", f1(scores), "%", 99.8, is_lower_better=False)
    halves = [f1(scores[0::2]), f1(scores[1::2])]
    yield Row("ECG F1, worse half of the records", min(halves), "%", 99.8, is_lower_better=False)
    late_ms = 1000 * np.concatenate([one.late_s for one in scores])
    yield Row("R to confirmed beat, median", float(np.median(late_ms)), "ms", 200)
    yield Row("R to provisional beat, median", _foretold_ms(folder), "ms", 110)
    errors_ms = np.concatenate([one.rmssd_errors_ms for one in scores])
    yield Row("RMSSD of 5 minutes, median error", float(np.median(errors_ms)), "ms", 0.1)
    yield Row("RMSSD of 5 minutes, 95th percentile", float(np.percentile(errors_ms, 95)), "ms", 0.8)


def _foretold_ms(folder: Path) -> float:
    late_s: list[float] = []
    for header in sorted((folder / "mitdb").glob("*.hea"))[::4]:
        truth_s = signals_beats_noise.beats_of(header)
        events = beats.make("ecg", 360.0).feed(load(header, kind="ecg", column="1").values)
        said = [event for event in events if event.kind == "provisional"]
        pairs = matched(truth_s, np.array([event.time_s for event in said]))
        late_s += [said[j].found_s - truth_s[i] for i, j in pairs]
    return 1000 * float(np.median(late_s))


def _pulse(folder: Path) -> Row:
    right = wrong = 0
    for labels in sorted(folder.glob("*_labels.csv.gz")):
        with gzip.open(labels, "rt") as file:
            names, cells = list(csv.reader(file))[:2]
        truth_s = np.array(cells[names.index("pleth_peak_x")].split(), dtype=float) / 300.0
        with gzip.open(labels.with_name(labels.name.replace("labels", "signal")), "rt") as file:
            values = np.loadtxt(file, delimiter=",", skiprows=1, usecols=1)
        events = beats.make("ppg", 300.0).feed(values)
        found_s = np.array([event.time_s for event in events if event.kind == "confirmed"])
        hits = len(matched(truth_s, found_s))
        right += hits
        wrong += len(truth_s) + len(found_s) - 2 * hits
    return Row("PPG F1", 200 * right / (2 * right + wrong), "%", 99.9, is_lower_better=False)


def _speed(folder: Path) -> Row:
    header = sorted(folder.glob("*.hea"))[-1]
    recording = load(header, kind="ecg", column="1")
    values = np.ascontiguousarray(recording.values)
    detector = beats.make("ecg", recording.rate_hz)
    best_s = np.inf
    for _ in range(5):
        detector.reset()
        began_s = time.process_time()
        for first in range(0, len(values), CHUNK):
            detector.feed(values[first : first + CHUNK])
        best_s = min(best_s, time.process_time() - began_s)
    speed = len(values) / recording.rate_hz / best_s
    return Row(
        "one ECG channel in pieces of 100 ms, one core", speed, "x real", 100_000, is_lower_better=False
    )


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["ECHOEL_RECORDINGS"] = sys.argv[1]
    show(rows())
