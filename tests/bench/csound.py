"""The peer for voices: csound, a program that has made sound quickly for forty years (Debian: csound)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.bench import peers

RATE_HZ = 48_000
BLOCK_FRAMES = 128
MISSING = "csound is not installed: apt-get install -y csound"

_SCORE = """<CsoundSynthesizer>
<CsOptions>
-n -d -m0 -+msg_color=false
</CsOptions>
<CsInstruments>
sr = {rate}
ksmps = {block}
nchnls = 2
0dbfs = 1
giSine ftgen 1, 0, 16384, 10, 1
instr 1
{body}
endin  ; codespell:ignore
</CsInstruments>
<CsScore>
i 1 0 {seconds}
</CsScore>
</CsoundSynthesizer>
"""
_SILENCE = "a0 init 0\nouts a0, a0"


def is_there() -> bool:
    """Whether csound can be run here."""
    return shutil.which("csound") is not None


def processor_s(body: str, seconds: float, runs: int = 3) -> float:
    """Processor seconds that one instrument takes for so much sound, start and an empty one subtracted."""
    whole = min(_once(body, seconds) for _ in range(runs))
    return max(1e-6, whole - min(_once(_SILENCE, seconds) for _ in range(runs)))


def pairs(count: int) -> str:
    """Binaural pairs: one interpolated table oscillator an ear each, summed."""
    lines = []
    for ear, sign in (("l", 1), ("r", -1)):
        lines += [
            f"a{ear}{k} oscili {0.5 / count}, {100 + 10 * k + sign * (2 + k / 4)}, 1" for k in range(count)
        ]
    sums = ["+".join(f"a{ear}{k}" for k in range(count)) for ear in "lr"]
    return "\n".join([*lines, f"outs {sums[0]}, {sums[1]}"])


PINK = "al pinkish 0.2\nar pinkish 0.2\nouts al, ar"


def _once(body: str, seconds: float) -> float:
    with tempfile.TemporaryDirectory() as folder:
        score = Path(folder) / "score.csd"
        score.write_text(_SCORE.format(rate=RATE_HZ, block=BLOCK_FRAMES, body=body, seconds=seconds))
        return peers.processor_s(["csound", str(score)])
