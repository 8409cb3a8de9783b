"""What an analysis of a day costs: `python -m tests.bench.signals_analysis`.

A day of ECG at 250 Hz, made of one recorded minute and a half over and over, as a WFDB file; read, analysed
and summed up by the command itself in a process of its own, whose time and largest memory are taken. The same
for an hour, so that what grows with the length can be seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from appliance.sensors.recordings import load
from tests.bench.rows import Row, show

RATE_HZ = 250
DAY_S, HOUR_S = 86_400, 3_600
RECORDING = Path(__file__).parents[1] / "recordings" / "rest_ecg.csv"
# What the command does, and the largest memory it had while it did, in KiB.
WORK = """
import re, sys
from pathlib import Path
from click.testing import CliRunner
from appliance.signal.command import command
done = CliRunner().invoke(command, [sys.argv[1], "--json"], catch_exceptions=False)
print(done.stdout)
# Not getrusage: that begins with what the process that started this one had.
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def write(folder: Path, length_s: int) -> Path:
    """Write a record of so many seconds."""
    recording = load(RECORDING)
    at = np.arange(int(recording.duration_s * RATE_HZ)) / RATE_HZ
    known_s = np.arange(len(recording.values)) / recording.rate_hz
    counts = np.round(1000 * np.interp(at, known_s, recording.values)).astype("<i2")
    left = length_s * RATE_HZ
    with (folder / "day.dat").open("wb") as file:
        while left > 0:
            file.write(counts[:left].tobytes())
            left -= len(counts)
    header = folder / "day.hea"
    header.write_text(f"day 1 {RATE_HZ} {length_s * RATE_HZ}\nday.dat 16 1000/mV 16 0 0 0 0 II\n")
    return header


def cost(length_s: int) -> tuple[float, float, int]:
    """Processor seconds, largest memory in MiB, beats."""
    with tempfile.TemporaryDirectory() as room:
        header = write(Path(room), length_s)
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", WORK, str(header)], capture_output=True, text=True, check=True
        )
        after = os.times()
    *shown, largest = done.stdout.strip().splitlines()
    cpu_s = after.children_user - before.children_user + after.children_system - before.children_system
    return cpu_s, int(largest) / 1024, len(json.loads("\n".join(shown))["beats_s"])


def rows() -> Iterator[Row]:
    """A day: seconds, and how much more memory than an hour."""
    day_s, day_mib, beats = cost(DAY_S)
    _, hour_mib, _ = cost(HOUR_S)
    yield Row("a day of ECG analysed, processor time", day_s, "s", 120.0)
    yield Row("largest memory of it", day_mib, "MiB", 400.0)
    yield Row("memory beyond that of an hour, a beat", (day_mib - hour_mib) * 1024 / beats, "KiB", 2.0)


if __name__ == "__main__":
    show(rows())
