"""Makes the small recordings the tests use, from the virtual wearer with fixed seeds, and their truth.

Run `python tests/recordings/make.py` after the wearer has changed on purpose, and commit what it wrote.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.sensors.virtual import VirtualWearer

HERE = Path(__file__).resolve().parent
RATE_HZ = 125.0
Samples = NDArray[np.float64]


def worn(wearer: VirtualWearer, length_s: float, pacer_bpm: float | None = None) -> dict[Channel, Samples]:
    """Let a wearer live for a while, following a pacer if there is one; give all samples by channel."""
    pieces: dict[Channel, list[Samples]] = {}
    for step in range(round(length_s / 0.2)):
        if pacer_bpm is not None:
            wearer.follow(step * 0.2 * pacer_bpm / 60.0, pacer_bpm)
        for frame in wearer.take((step + 1) * 0.2):
            pieces.setdefault(frame.channel, []).append(frame.values)
    return {channel: np.concatenate(parts) for channel, parts in pieces.items()}


def truth(wearer: VirtualWearer) -> dict[str, object]:
    """What a perfect detector would find."""
    return {
        "beats_s": [round(t, 4) for t in wearer.beats_s],
        "pulses_s": [round(t, 4) for t in wearer.pulses_s],
        "ectopics_s": [round(t, 4) for t in wearer.ectopics_s],
        "breaths_s": [round(t, 3) for t in wearer.breaths_s],
        "breath_rate_bpm": round(60.0 / float(np.mean(np.diff(wearer.breaths_s))), 2),
    }


def write_csv(file: Path, heading: str, columns: Sequence[Samples], digits: int) -> None:
    """Write columns with a time before them."""
    times = np.arange(len(columns[0])) / RATE_HZ
    rows = zip(times, *columns, strict=True)
    lines = [f"{row[0]:.3f}," + ",".join(f"{value:.{digits}f}" for value in row[1:]) for row in rows]
    data = "\n".join([f"time [s],{heading}", *lines, ""]).encode()
    file.write_bytes(gzip.compress(data, mtime=0) if file.suffix == ".gz" else data)


def pack_212(counts: NDArray[np.int64]) -> bytes:
    """Pack 12-bit samples in pairs of three bytes, WFDB's format 212."""
    pairs = np.concatenate([counts, np.zeros(len(counts) % 2, dtype=np.int64)]).reshape(-1, 2) & 0xFFF
    low, high = pairs[:, 0], pairs[:, 1]
    groups = np.stack([low & 0xFF, (low >> 8) | (high >> 8 << 4), high & 0xFF], axis=1)
    return groups.astype(np.uint8).tobytes()[: -(-len(counts) * 3 // 2)]


def write_wfdb(folder: Path, name: str, leads: dict[str, tuple[Samples, float, str]], form: int) -> None:
    """Write a WFDB record; leads: name -> samples, counts a unit, unit."""
    length = len(next(iter(leads.values()))[0])
    lines = [f"{name} {len(leads)} {RATE_HZ:g} {length}"]
    counts = []
    for lead, (samples, gain, unit) in leads.items():
        column = np.round(samples * gain).astype(np.int64)
        total = (int(column.sum()) + 32768) % 65536 - 32768
        bits = 12 if form == 212 else 16
        lines.append(f"{name}.dat {form} {gain:g}(0)/{unit} {bits} 0 {column[0]} {total} 0 {lead}")
        counts.append(column)
    (folder / f"{name}.hea").write_text("\n".join(lines) + "\n", encoding="ascii")
    mixed = np.stack(counts, axis=1).reshape(-1)
    data = pack_212(mixed) if form == 212 else mixed.astype("<i2").tobytes()
    (folder / f"{name}.dat").write_bytes(data)


def write_edf(file: Path, signals: dict[str, tuple[Samples, float, str]]) -> None:
    """Write an EDF file; signals: label -> samples, rate, unit."""
    import datetime

    import edfio

    edf = edfio.Edf(
        [
            edfio.EdfSignal(samples, rate_hz, label=label, physical_dimension=unit)
            for label, (samples, rate_hz, unit) in signals.items()
        ],
        recording=edfio.Recording(startdate=datetime.date(2026, 1, 1)),
    )
    edf.write(file)


def main() -> None:
    """Write every recording and `truth.json`."""
    known: dict[str, dict[str, object]] = {}
    all_three = (Channel.ECG, Channel.PPG, Channel.BREATH)

    wearer = VirtualWearer(11, rate_hz=RATE_HZ)
    signals = worn(wearer, 90.0)
    write_csv(HERE / "rest_ecg.csv", "ECG [mV]", [signals[Channel.ECG]], 3)
    known["rest_ecg.csv"] = truth(wearer)

    wearer = VirtualWearer(12, rate_hz=RATE_HZ)
    signals = worn(wearer, 180.0, pacer_bpm=6.0)
    write_csv(HERE / "paced_ecg.csv.gz", "ECG [mV]", [signals[Channel.ECG]], 3)
    known["paced_ecg.csv.gz"] = truth(wearer)

    wearer = VirtualWearer(13, (Channel.PPG,), RATE_HZ)
    signals = worn(wearer, 60.0)
    write_csv(HERE / "finger_ppg.csv", "PPG", [signals[Channel.PPG]], 3)
    known["finger_ppg.csv"] = truth(wearer)

    wearer = VirtualWearer(14, (Channel.ECG, Channel.PPG), RATE_HZ, ectopics_per_min=4.0)
    signals = worn(wearer, 60.0)
    leads = {"MLII": (signals[Channel.ECG], 200.0, "mV"), "PLETH": (signals[Channel.PPG], 1000.0, "NU")}
    write_wfdb(HERE, "ectopic", leads, 212)
    known["ectopic.hea"] = truth(wearer)

    wearer = VirtualWearer(15, all_three, RATE_HZ)
    signals = worn(wearer, 60.0)
    write_edf(
        HERE / "evening.edf",
        {
            "EDA": (np.full(60, 5.0) + np.arange(60) / 60, 1.0, "uS"),
            "ECG": (signals[Channel.ECG] * 1000.0, RATE_HZ, "uV"),
            "PPG": (signals[Channel.PPG], RATE_HZ, ""),
            "RESP": (signals[Channel.BREATH], 25.0, ""),
        },
    )
    known["evening.edf"] = truth(wearer)

    wearer = VirtualWearer(16, (Channel.RR,), RATE_HZ)
    signals = worn(wearer, 300.0)
    lines = [f"{value:.1f}" for value in signals[Channel.RR]]
    (HERE / "intervals.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
    known["intervals.txt"] = truth(wearer)

    (HERE / "truth.json").write_text(json.dumps(known, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
