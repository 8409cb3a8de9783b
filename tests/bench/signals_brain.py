"""Alpha with eyes closed over alpha with eyes open, and delays: `python -m tests.bench.signals_brain FOLDER`.

FOLDER (or `ECHOEL_RECORDINGS`) holds `biosppy/eeg_ec.txt` and `eeg_eo.txt`: one wearer, eyes closed and open.
Each is streamed in pieces of a tenth of a second; the ratio is that of the mean shares of alpha.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.sensors.recordings import load
from appliance.signal.brain import Brain
from appliance.signal.brain_feedback import FEEDBACK_HZ, BrainFeedback
from appliance.signal.skin_report import decompose
from cext.bands import Bands
from tests.bench.rows import Row, show

Array = NDArray[np.float64]


def rows() -> Iterator[Row]:
    """The ratio of alpha, its worse half, the delay of each feedback band, and costs."""
    folder = Path(os.environ.get("ECHOEL_RECORDINGS", "recordings")) / "biosppy"
    if (folder / "eeg_ec.txt").exists() and (folder / "eeg_eo.txt").exists():
        closed, opened = (alpha(folder / name) for name in ("eeg_ec.txt", "eeg_eo.txt"))
        ratio = float(closed.mean() / opened.mean())
        yield Row("alpha, eyes closed over open", ratio, "", 2.0, is_lower_better=False)
        halves = [
            float(np.array_split(closed, 2)[half].mean() / np.array_split(opened, 2)[half].mean())
            for half in (0, 1)
        ]
        yield Row(
            "alpha, the half of the time with the smaller ratio", min(halves), "", is_lower_better=False
        )
    else:
        yield Row(
            "alpha", None, "", reason=f"no eeg_ec.txt and eeg_eo.txt in {folder}; set ECHOEL_RECORDINGS"
        )
    for name in ("theta", "alpha", "smr", "beta", "high_beta"):
        yield Row(f"delay of {name}, brain to figure", 1000 * delay_s(FEEDBACK_HZ[name]), "ms", 250)
    yield Row("EEG figures and feedback, one channel at 250 Hz", _speed(), "x real", is_lower_better=False)
    yield Row("507 s of skin at 8 Hz taken apart", _skin_s(), "s CPU", 1.0)


def alpha(file: Path) -> Array:
    """The share of alpha, once a second."""
    recording = load(file)
    brain = Brain(recording.rate_hz, recording.unit == "uV")
    step = round(recording.rate_hz / 10)
    shares = []
    for number, first in enumerate(range(0, len(recording.values), step)):
        brain.feed(recording.values[first : first + step], (first + step) / recording.rate_hz)
        known = brain.shares() if number % 10 == 9 else None
        if known:
            shares.append(known["alpha"])
    return np.array(shares)


def delay_s(band_hz: tuple[float, float], rate_hz: float = 250.0) -> float:
    """By how much the power of a rhythm that swells and ebbs every four seconds lags behind it."""
    times_s = np.arange(int(40 * rate_hz)) / rate_hz
    rhythm = np.sin(2 * np.pi * np.sqrt(band_hz[0] * band_hz[1]) * times_s)
    swell = 1.0 + 0.5 * np.sin(2 * np.pi * 0.25 * times_s)
    kernel = Bands((band_hz,), rate_hz)
    seen = np.sqrt(kernel.feed(10.0 * swell * rhythm)[:, 0])
    at_s = kernel.row_s * (1 + np.arange(len(seen)))
    keep = (at_s > 8.0) & (at_s <= 40.0) & np.isfinite(seen)
    turn = np.exp(-2j * np.pi * 0.25 * at_s[keep])
    lag = -np.angle(1j * np.sum(seen[keep] * turn)) / (2 * np.pi * 0.25)
    return float(lag)


def _speed() -> float:
    values = 10.0 * np.random.default_rng(0).standard_normal(250 * 60)
    brain, feedback = Brain(250.0), BrainFeedback(250.0)
    began_s = time.process_time()
    for first in range(0, len(values), 25):
        brain.feed(values[first : first + 25], first / 250.0)
        feedback.feed(values[first : first + 25], first / 250.0)
    return 60.0 / (time.process_time() - began_s)


def _skin_s() -> float:
    random = np.random.default_rng(0)
    values = 5.0 + np.cumsum(np.convolve(0.01 * random.standard_normal(4056), np.ones(8) / 8, "same"))
    best_s = float("inf")
    for _ in range(3):
        began_s = time.process_time()
        decompose(values, 8.0)
        best_s = min(best_s, time.process_time() - began_s)
    return best_s


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["ECHOEL_RECORDINGS"] = sys.argv[1]
    show(rows())
