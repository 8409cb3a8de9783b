"""`echoel bench engine`: voices, whole graph, strict files, late blocks and parsing, beside their peers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# NumPy's own worker threads would be counted into what a peer costs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import engine_formats, engine_graph, engine_late, engine_voices
from tests.bench.rows import show

if __name__ == "__main__":
    parts = (engine_voices, engine_formats, engine_graph, engine_late)
    show(row for part in parts for row in part.rows())
