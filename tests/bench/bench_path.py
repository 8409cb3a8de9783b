"""`echoel bench path`: latency, speed, idle cost and live stream of the whole box on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import path_box, path_signal
from tests.bench.rows import show

if __name__ == "__main__":
    show([*path_signal.rows(), *path_box.rows()])
