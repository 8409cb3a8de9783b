"""Breath rates against known ones: `python -m tests.bench.signals_breath FOLDER`.

FOLDER (or `ECHOEL_RECORDINGS`) holds `bidmc/` (belt, pulse and ECG of intensive care, breaths marked by a
person) and `capnobase/` (pulse and ECG, breaths from exhaled carbon dioxide). Every signal is streamed
through the signal chain in pieces of a second; after each window of 32 s, every 8 s, the rate is held against
the breaths marked in it. "All windows" takes what the votes say even where the box would stay silent;
"trusted" only what it shows. Nothing is tuned a record; "worse half" is the figure of the half that did
worse.
"""

from __future__ import annotations

import csv
import gzip
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.signal import SignalChain
from appliance.signal.breath import Breath
from tests.bench.rows import Row, show

Array = NDArray[np.float64]
WINDOW_S, HOP_S = 32.0, 8.0


@dataclass(frozen=True)
class Case:
    """One recording: its channels and the breaths in seconds."""

    name: str
    rate_hz: float
    signals: dict[Channel, Array]
    breaths_s: Array


@dataclass(frozen=True)
class Look:
    """One window: the true rate, what was said, whether it was shown, and how far it was trusted."""

    true_bpm: float
    said_bpm: float | None
    is_shown: bool
    confidence: float


def _table(file: Path) -> tuple[list[str], list[list[str]]]:
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        names, *rows = csv.reader(opened)
    return [name.strip() for name in names], rows


def _bidmc(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.glob("*_Signals.csv.gz")):
        names, rows = _table(file)
        values = np.array(rows, dtype=np.float64)
        _, marks = _table(file.with_name(file.name.replace("Signals", "Breaths")))
        found = (("RESP", Channel.BREATH), ("II", Channel.ECG), ("PLETH", Channel.PPG))
        signals = {channel: values[:, names.index(name)] for name, channel in found}
        yield Case(
            file.name[:8],
            125.0,
            signals,
            np.array([float(row[0]) for row in marks if row[0] not in ("", "NaN")]) / 125.0,
        )


def _capnobase(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.glob("*_signal.csv.gz")):
        names, rows = _table(file)
        values = np.array(rows, dtype=np.float64)
        marked, cells = _table(file.with_name(file.name.replace("signal", "reference")))
        breaths_s = np.array(cells[0][marked.index("rr_co2_x")].split(), dtype=np.float64)
        signals = {
            Channel.ECG: values[:, names.index("ecg_y")],
            Channel.PPG: values[:, names.index("pleth_y")],
        }
        yield Case(file.name[:4], 300.0, signals, breaths_s)


def looks(case: Case, channels: tuple[Channel, ...], window_s: float = WINDOW_S) -> list[Look]:
    """Stream the channels of a case and ask at the end of every window."""
    chain = SignalChain()
    step = round(case.rate_hz)
    length_s = len(next(iter(case.signals.values()))) / case.rate_hz
    found: list[Look] = []
    for second in range(int(length_s)):
        for channel in channels:
            values = case.signals[channel][second * step : (second + 1) * step]
            chain.feed(SensorFrame("b", channel, second, second, second + 1.0, values, case.rate_hz, ""))
        chain.features(second + 1.0)
        if second + 1 >= window_s and (second + 1 - window_s) % HOP_S == 0:
            inside = case.breaths_s[
                (case.breaths_s >= second + 1 - window_s) & (case.breaths_s <= second + 1)
            ]
            if len(inside) > 1:
                true_bpm = 60 * (len(inside) - 1) / (inside[-1] - inside[0])
                found.append(Look(float(true_bpm), *_said(chain)))
    return found


def _said(chain: SignalChain) -> tuple[float | None, bool, float]:
    sources: list[Breath] = [chain.breath, *chain.beside.breaths(), chain.heart.breath]
    guesses = [one.guess_bpm for one in sources if one.guess_bpm is not None]
    return (guesses[0] if guesses else None), sources[0].rate_bpm is not None, sources[0].confidence


@cache
def _cases(folder: Path) -> tuple[Case, ...]:
    return tuple((_bidmc if folder.name == "bidmc" else _capnobase)(folder))


# folder, what is streamed, title, goal of the mean absolute error over all windows
ROWS: tuple[tuple[str, tuple[Channel, ...], str, float | None], ...] = (
    ("bidmc", (Channel.BREATH,), "belt, BIDMC", 1.4),
    ("bidmc", (Channel.BREATH, Channel.PPG), "belt and pulse together, BIDMC", 1.4),
    ("capnobase", (Channel.ECG,), "ECG, CapnoBase", 2.3),
    ("capnobase", (Channel.PPG,), "pulse, CapnoBase", 2.4),
    ("bidmc", (Channel.ECG,), "ECG, BIDMC", 3.7),
    ("bidmc", (Channel.PPG,), "pulse, BIDMC", 3.9),
)


def rows() -> Iterator[Row]:
    """Errors a source and database: all windows, the worse half of the records, and what is shown."""
    folder = Path(os.environ.get("ECHOEL_RECORDINGS", "recordings"))
    for name, channels, title, goal in ROWS:
        cases = _cases(folder / name) if (folder / name).is_dir() else ()
        if not cases:
            yield Row(f"breath, {title}", None, "", reason=f"no {name}/ in {folder}; set ECHOEL_RECORDINGS")
            continue
        each = [looks(case, channels) for case in cases]
        if "--records" in sys.argv:
            for case, some in zip(cases, each, strict=True):
                print(f"  {case.name:<10} {len(some):>4} windows, error {_error(some):.2f} a minute")
        flat = [look for some in each for look in some]
        if "--calibration" in sys.argv:
            _calibrate(title, flat)
        halves = [[look for some in each[first::2] for look in some] for first in (0, 1)]
        yield Row(f"breath, {title}: mean error, all windows", _error(flat), "a minute", goal)
        yield Row(f"breath, {title}: root mean square", _error(flat, 2), "a minute")
        yield Row(f"breath, {title}: worse half of records", max(map(_error, halves)), "a minute")
        said = sum(look.said_bpm is not None for look in flat)
        yield Row(f"breath, {title}: windows with an answer", 100 * said / len(flat), "%")
        shown = [look for look in flat if look.is_shown]
        yield Row(f"breath, {title}: trusted, mean error", _error(shown), "a minute")
        yield Row(f"breath, {title}: trusted, share of windows", 100 * len(shown) / len(flat), "%")


def _error(some: list[Look], power: int = 1) -> float:
    """Mean (or root mean square) difference over the windows with an answer; NaN without any."""
    apart = [abs(look.said_bpm - look.true_bpm) for look in some if look.said_bpm is not None]
    return float(np.mean(np.power(apart, power)) ** (1 / power)) if apart else float("nan")


def _calibrate(title: str, some: list[Look]) -> None:
    """Print how wrong the rates of each tenth of confidence were."""
    print(f"{title}\n  confidence  windows  mean error  within 2 a minute")
    for tenth in range(11):
        part = [look for look in some if look.said_bpm is not None and int(10 * look.confidence) == tenth]
        if part:
            near = np.mean([abs((look.said_bpm or 0.0) - look.true_bpm) <= 2.0 for look in part])
            print(f"  {tenth / 10:10.1f} {len(part):8} {_error(part):11.2f} {100 * near:12.0f} %")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["ECHOEL_RECORDINGS"] = sys.argv[1]
    show(rows())
