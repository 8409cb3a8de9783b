"""The beats of other packages on the same recordings, in the same run: `python -m tests.bench.signals_peers`.

`ECHOEL_RECORDINGS` holds `mitdb/` (WFDB with `.atr`), `capnobase/` and `bidmc/`. The packages get each record
whole and may look ahead; the box is fed 100 ms at a time. Beats are compared as `echoel analyse --compare`
does. BIDMC marks no beats: there the heart rate of ten seconds from the pulse is held against that from the
ECG beside it (median interval, windows with four beats and more in both).
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.sensors.recordings import annotated_beats, load
from appliance.sensors.recordings.annotations import Annotated
from appliance.signal.analysis import compare
from cext import beats
from tests.bench import peers
from tests.bench.rows import Row, show

SCRIPT = Path(__file__).with_name("peer_hearts.py")
PACKAGES = (
    "sleepecg>=0.5.9",
    "wfdb>=4.3",
    "neurokit2>=0.2.12",
    "biosppy>=2.2",
    "peakutils>=1.3",
    "heartpy>=1.2.7",
)
PACKAGES = (*PACKAGES, "setuptools<81")
ECG_PEERS = ("sleepecg", "neurokit2", "biosppy hamilton", "wfdb xqrs", "heartpy")
PULSE_PEERS = ("heartpy pulse", "neurokit2 pulse")
CHUNK_S = 0.1
WINDOW_S = 10.0


@dataclass(frozen=True, eq=False)
class Record:
    """One signal, and what is true of it."""

    values: NDArray[np.float64]
    rate_hz: float
    marked: Annotated


Found = list[tuple[Sequence[float], float]]


def ours(kind: str, records: Sequence[Record]) -> Found:
    """Beats and processor seconds of each record, fed 100 ms at a time."""
    found: Found = []
    for record in records:
        detector = beats.make(kind, record.rate_hz)
        step = round(CHUNK_S * record.rate_hz)
        before_s = time.process_time()
        events = [
            event
            for start in range(0, len(record.values), step)
            for event in detector.feed(record.values[start : start + step])
        ]
        cpu_s = time.process_time() - before_s
        found.append(([event.time_s for event in events if event.kind == "confirmed"], cpu_s))
    return found


def theirs(name: str, records: Sequence[Record], folder: Path) -> Found:
    """The same of a peer. Raises NoPeer."""
    asked = []
    for number, record in enumerate(records):
        file = folder / f"{number}.npy"
        if not file.exists():
            np.save(file, record.values)
        asked.append({"file": str(file), "rate_hz": record.rate_hz})
    answers = peers.ask(peers.python(*PACKAGES), SCRIPT, name, stdin=json.dumps(asked))
    return [(one["beats_s"] or [], one["cpu_s"]) for one in answers]


def f1(records: Sequence[Record], found: Found) -> float:
    """F1 over all beats, percent."""
    scores = [compare(beats_s, record.marked) for record, (beats_s, _) in zip(records, found, strict=True)]
    right = sum(one.right for one in scores)
    wrong = sum(len(one.missed_s) + len(one.invented_s) for one in scores)
    return 200 * right / (2 * right + wrong) if right else 0.0


def speed(records: Sequence[Record], found: Found) -> float:
    """Seconds of signal a second of processor."""
    length_s = sum(len(record.values) / record.rate_hz for record in records)
    return length_s / max(1e-9, sum(cpu_s for _, cpu_s in found))


def rows() -> Iterator[Row]:
    """ECG beats and speed, pulse beats, and the heart rate from the pulse, each beside its peers."""
    folder = Path(os.environ.get("ECHOEL_RECORDINGS", "recordings"))
    parts = (("mitdb", ecg_rows), ("capnobase", pulse_rows), ("bidmc", rate_rows))
    for name, part in parts:
        if (folder / name).is_dir():
            with tempfile.TemporaryDirectory() as room:
                yield from part(folder / name, Path(room))
        else:
            yield Row(f"peers on {name}", None, "", reason=f"no {name}/ in {folder}; give --data")


def ecg_rows(folder: Path, room: Path) -> Iterator[Row]:
    """MIT-BIH: F1 and speed of every peer beside ours."""
    records = []
    for header in sorted(folder.glob("*.hea")):
        recording = load(header, kind="ecg", column="1")
        marked = annotated_beats(header.with_suffix(".atr"))
        records.append(Record(recording.values, recording.rate_hz, marked))
    own = ours("ecg", records)
    own_f1, own_speed = f1(records, own), speed(records, own)
    for name in ECG_PEERS:
        try:
            other = theirs(name, records, room)
        except peers.NoPeer as missing:
            yield Row(f"ECG F1 beside {name}", own_f1, "%", reason=str(missing))
            continue
        yield Row(f"ECG F1 beside {name}", own_f1, "%", f1(records, other), False, name, f1(records, other))
        other_speed = speed(records, other)
        yield Row(
            f"ECG speed, 100 ms pieces, beside {name}", own_speed, "x real", None, False, name, other_speed
        )


def pulse_rows(folder: Path, room: Path) -> Iterator[Row]:
    """CapnoBase: F1 of the pulse, spans that are marked as artefacts left out."""
    records = []
    for labels in sorted(folder.glob("*_labels.csv.gz")):
        with gzip.open(labels, "rt") as file:
            names, cells = list(csv.reader(file))[:2]
        row = dict(zip(names, cells, strict=True))
        truth_s = np.array(row["pleth_peak_x"].split(), dtype=float) / 300.0
        edges_s = np.array(row["pleth_artif_x"].split(), dtype=float) / 300.0
        spans = tuple((float(a), float(b)) for a, b in zip(edges_s[0::2], edges_s[1::2], strict=False))
        signal = labels.with_name(labels.name.replace("labels", "signal"))
        recording = load(signal, rate_hz=300.0, kind="ppg")
        records.append(Record(recording.values, 300.0, Annotated(truth_s, spans)))
    own = f1(records, ours("ppg", records))
    yield Row("PPG F1, CapnoBase, artefacts left out", own, "%", 99.9, is_lower_better=False)
    for name in PULSE_PEERS:
        try:
            other = f1(records, theirs(name, records, room))
        except peers.NoPeer as missing:
            yield Row(f"PPG F1 beside {name}", own, "%", reason=str(missing))
            continue
        yield Row(f"PPG F1 beside {name}", own, "%", other, False, name, other)


def rate_rows(folder: Path, room: Path) -> Iterator[Row]:
    """BIDMC: the heart rate of the pulse against that of the ECG."""
    files = sorted(folder.glob("*_Signals.csv.gz"))
    nothing = Annotated(np.array([]))
    pulses = [Record(load(file, kind="ppg").values, 125.0, nothing) for file in files]
    hearts = [Record(load(file, column="II").values, 125.0, nothing) for file in files]
    truth = ours("ecg", hearts)
    own = _rate_error(truth, ours("ppg", pulses))
    yield Row("PPG heart rate, BIDMC, mean error", own, "bpm", 0.8)
    for name in PULSE_PEERS:
        try:
            other = _rate_error(truth, theirs(name, pulses, room))
        except peers.NoPeer as missing:
            yield Row(f"PPG heart rate error beside {name}", own, "bpm", reason=str(missing))
            continue
        yield Row(f"PPG heart rate error beside {name}", own, "bpm", peer=name, peer_value=other)


def _rate_error(truth: Found, found: Found) -> float:
    errors = []
    for (true_s, _), (seen_s, _) in zip(truth, found, strict=True):
        for start_s in np.arange(0.0, max(true_s, default=0.0), WINDOW_S):
            pair = [_rate(np.asarray(one), start_s) for one in (true_s, seen_s)]
            if pair[0] is not None:
                errors.append(abs(pair[0] - pair[1]) if pair[1] is not None else np.nan)
    known = [error for error in errors if np.isfinite(error)]
    return float(np.mean(known)) if known else float("nan")


def _rate(beats_s: NDArray[np.float64], start_s: float) -> Any:
    inside = beats_s[(beats_s >= start_s) & (beats_s < start_s + WINDOW_S)]
    return 60.0 / float(np.median(np.diff(inside))) if len(inside) >= 4 else None


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["ECHOEL_RECORDINGS"] = sys.argv[1]
    show(rows())
