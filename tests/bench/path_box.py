"""The whole box as processes: what it costs when idle, and what twenty viewers do to it."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.bench.rows import Row
from tests.journeys.running import Up, up
from tests.waiting import until

VIEWERS = 20
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def rows() -> Iterator[Row]:
    """Start a box twice (the second start is the one people feel), then look at it."""
    with tempfile.TemporaryDirectory() as folder:
        with up(Path(folder), "--simulate") as box:
            assert until(box.is_ready, 60), "the box did not come up"
        began_s = time.monotonic()
        with up(Path(folder), "--simulate") as box:
            assert until(box.is_ready, 60), "the box did not come up"
            yield Row("second start to a served panel", time.monotonic() - began_s, "s", 5)
            assert until(lambda: box.get("/api/health")["ok"])
            time.sleep(5)
            yield from _idle(box)
            yield from _viewers(box)


def _family(box: Up) -> list[int]:
    return sorted({box.process.pid, *box.pids("")})


def _cpu_s(pids: list[int]) -> float:
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
    return total


def _pss_mb(pids: list[int]) -> float:
    """Memory with shared pages divided among those who share them."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1000


def _idle(box: Up) -> Iterator[Row]:
    pids = _family(box)
    before_s, began_s = _cpu_s(pids), time.monotonic()
    time.sleep(15)
    share = 100 * (_cpu_s(pids) - before_s) / (time.monotonic() - began_s)
    yield Row("whole box idle, processor", share, "% of core", 10)
    yield Row("whole box idle, memory (PSS)", _pss_mb(pids), "MB", 250)


def _health_ms(box: Up, times: int = 100) -> float:
    taken = []
    with requests.Session() as session:
        for _ in range(times):
            began_s = time.perf_counter()
            session.get(box.address + "/api/body-sessions", timeout=5)
            taken.append(1000 * (time.perf_counter() - began_s))
    return statistics.median(taken)


def _viewers(box: Up) -> Iterator[Row]:
    alone_ms = _health_ms(box)
    counts = [0] * VIEWERS
    stop = threading.Event()

    def watch(number: int) -> None:
        for _ in box.live():
            counts[number] += 1
            if stop.is_set():
                return

    threads = [threading.Thread(target=watch, args=(number,), daemon=True) for number in range(VIEWERS)]
    for thread in threads:
        thread.start()
    assert until(lambda: all(counts), 10), f"only {sum(map(bool, counts))} of {VIEWERS} viewers are served"
    before, began_s = list(counts), time.monotonic()
    watched_ms = _health_ms(box, 200)
    time.sleep(5)
    span_s = time.monotonic() - began_s
    slowest = min(after - first for after, first in zip(counts, before, strict=True)) / span_s
    stop.set()
    yield Row(f"live updates, slowest of {VIEWERS} viewers", slowest, "a second", 9.5, is_lower_better=False)
    yield Row(
        f"another request meanwhile, {VIEWERS} viewers",
        watched_ms,
        "ms",
        None,
        peer="no viewer",
        peer_value=alone_ms,
    )
