"""`echoel bench sensors`: decoders, clocks, cables pulled, radio lost, eight sensors at once, a day.

`--streams N` sets how many streams each decoder gets (10000), `--cycles N` how often the cable is pulled
(200), `--hours N` how long the simulated stream is (24).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import sensors_bluetooth, sensors_lines, sensors_speed, sensors_time
from tests.bench.rows import show

if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--json", action="store_true")
    reader.add_argument("--streams", type=int, default=10_000)
    reader.add_argument("--cycles", type=int, default=200)
    reader.add_argument("--hours", type=float, default=24.0)
    given = reader.parse_args()
    show(
        [
            *sensors_speed.rows(given.streams),
            *sensors_time.rows(given.hours),
            *sensors_lines.rows(given.cycles),
            *sensors_bluetooth.rows(),
        ]
    )
