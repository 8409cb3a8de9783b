"""`echoel bench effects`: effects, chains, loudness and mastering beside their peers, at 48 kHz stereo."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import effects_growth, effects_pitch, effects_programs, effects_speed, studio_speed
from tests.bench.rows import show

if __name__ == "__main__":
    parts = (effects_speed, effects_programs, effects_pitch, studio_speed, effects_growth)
    show(row for part in parts for row in part.rows())
