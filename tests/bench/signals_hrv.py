"""What variability costs, beside other packages: `python -m tests.bench.signals_hrv [--json]`.

Five minutes of the recorded intervals. An update is a beat taken in, and then every figure there is (time,
spectrum, entropy, fluctuation, histogram) and coherence anew; a beat alone is what a live box pays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from appliance.signal.correction import Correction
from cext import hrv, spectra
from tests.bench import peers
from tests.bench.rows import Row, show

RECORDING = Path(__file__).parents[1] / "recordings" / "intervals.txt"
SCRIPT = Path(__file__).with_name("peer_hrv.py")
SPAN_S = 300.0
DAY_BEATS = 100_000
# name of the package to import -> what to install for it; goal of the ratio, None to show it only.
PEERS = {
    "neurokit2": (("neurokit2>=0.2.13",), 200.0),
    "hrvanalysis": (("hrv-analysis>=1.0.5", "nolds==0.5.2", "setuptools<81"), None),
}


def recorded() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Five minutes: intervals in ms and when they ended."""
    rr = np.loadtxt(RECORDING)
    times_s = np.cumsum(rr) / 1000
    return rr[times_s <= SPAN_S], times_s[times_s <= SPAN_S]


def least_ms(work: Callable[[], object], rounds: int = 7, times: int = 20) -> float:
    """Milliseconds of the processor a call, the least of several rounds."""
    best_s = float("inf")
    for _ in range(rounds):
        before_s = process_time()
        for _ in range(times):
            work()
        best_s = min(best_s, process_time() - before_s)
    return 1000 * best_s / times


def update_ms() -> float:
    """One beat, every figure, coherence."""
    rr, times_s = recorded()
    window = hrv.Sliding(SPAN_S)
    for one, at_s in zip(rr.tolist(), times_s.tolist(), strict=True):
        window.feed(one, at_s)
    now_s = float(times_s[-1])

    def update() -> None:
        nonlocal now_s
        now_s += 0.8
        window.feed(800.0, now_s)
        window.all_figures()
        spectra.slow_wave(times_s, rr, times_s[-1])

    return least_ms(update)


def rows() -> Iterator[Row]:
    """The update, a beat, a day, the correction, and the same set in other packages."""
    rr, times_s = recorded()
    ours_ms = update_ms()
    yield Row("full HRV and coherence update, 5 minutes", ours_ms, "ms", 1.0)
    for name, (packages, goal) in PEERS.items():
        try:
            found = peers.ask(peers.python(*packages), SCRIPT, name, stdin=json.dumps(rr.tolist()))
        except peers.NoPeer as missing:
            yield Row(f"times faster than {name}", None, "x", goal, False, reason=str(missing))
            continue
        faster = found["ms"] / ours_ms
        yield Row(f"times faster than {name}, {found['ms']:.3g} ms", faster, "x", goal, False)
        apart = abs(found["rmssd_ms"] - hrv.rmssd(rr))
        yield Row(f"RMSSD apart from {name}", apart, "ms", 1e-6)
    yield _beat()
    day = np.tile(rr, DAY_BEATS // len(rr) + 1)[:DAY_BEATS]
    yield Row("every figure of 100,000 beats", least_ms(lambda: hrv.figures(day), 3, 1) / 1000, "s", 5.0)
    yield Row(
        "their periodogram", least_ms(lambda: hrv.frequency_domain(day, None, "lomb"), 2, 1) / 1000, "s", 5.0
    )
    yield _correction(times_s)


def _beat() -> Row:
    window = hrv.Sliding(SPAN_S)
    now_s = 0.0

    def beat() -> None:
        nonlocal now_s
        now_s += 0.8
        window.feed(800.0, now_s)
        window.figures()

    return Row("a beat and its time-domain figures", 1000 * least_ms(beat, 5, 2000), "us", 20.0)


def _correction(times_s: NDArray[np.float64]) -> Row:
    def correct() -> None:
        correction = Correction()
        for start_s, end_s in pairwise(times_s.tolist()):
            correction.add(end_s, 1000 * (end_s - start_s))

    return Row("correction of one interval", 1000 * least_ms(correct, 5, 3) / len(times_s), "us", 100.0)


if __name__ == "__main__":
    show(rows())
