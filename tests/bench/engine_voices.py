"""Voices against csound: processor time for the same sound in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from cext import voices
from cext.graph import Mix
from cext.parts import Voice
from tests.bench import csound
from tests.bench.rows import Row

SECONDS = 60.0
# csound's start is subtracted: long enough for the start not to matter.
CSOUND_SECONDS = 300.0


def rows() -> Iterator[Row]:
    """32 binaural pairs and pink noise: how many times as fast as csound."""
    yield _against("32 binaural pairs, block 128", 5.0, _pairs, csound.pairs(32))
    yield _against("pink noise, block 128", 1.5, lambda: voices.make("pink", seed=1, level=0.5), csound.PINK)


def _pairs() -> Voice:
    return Mix(
        [
            voices.make("binaural", carrier_hz=100.0 + 10 * k, beat_hz=4 + k / 2, level=0.5 / 32)
            for k in range(32)
        ]
    )


def _against(name: str, times: float, make: Callable[[], Voice], body: str) -> Row:
    if not csound.is_there():
        return Row(name, None, "x real", reason=csound.MISSING, is_lower_better=False)
    ours = SECONDS / min(processor_s(make(), SECONDS) for _ in range(5))
    theirs = CSOUND_SECONDS / csound.processor_s(body, CSOUND_SECONDS)
    return Row(
        f"{name}: {times:g} x csound",
        ours,
        "x real",
        times * theirs,
        is_lower_better=False,
        peer="csound",
        peer_value=theirs,
    )


def processor_s(voice: Voice, seconds: float) -> float:
    """Processor seconds for so much of a voice, one call of Python a block."""
    block = np.zeros((2, csound.BLOCK_FRAMES), np.float32)
    count = int(seconds * csound.RATE_HZ / csound.BLOCK_FRAMES)
    began_s = time.thread_time()
    for _ in range(count):
        voice.render(block)
    return time.thread_time() - began_s
