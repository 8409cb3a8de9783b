"""Files people already own: strict .sbg beside a NumPy program with the same tables, a long Gnaural one."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from appliance.engine.formats.periods import compile_periods
from appliance.engine.formats.sbg import parse_sbg
from appliance.engine.formats.strict import strict_player
from tests.bench.rows import Row
from tests.bench.sbg_twin import BLOCK_FRAMES, RATE_HZ, SbgTwin

SECONDS = 300.0
TWIN_SECONDS = 20.0
# Four binaural voices over pink noise, one of them sliding, as sbagen's own examples do.
SCRIPT = b"""full: pink/20 200+10/10 210+8/10 220+6/10 230+4/10
deep: pink/20 200+4/10 210+8/10 220+6/10 230+4/10
00:00 full ->
01:00 deep
02:00 full
"""
ENTRIES = 10_000


def rows() -> Iterator[Row]:
    """Strict rendering and parsing."""
    ours = max(_strict() for _ in range(3))
    theirs = max(_twin() for _ in range(3))
    name = ".sbg with noise and 4 voices, strict"
    goal = {"is_lower_better": False, "peer": "NumPy twin", "peer_value": theirs}
    yield Row(f"{name}: times real time", ours, "x real", 1500.0, **goal)
    yield Row(f"{name}: 3 x the twin", ours, "x real", 3 * theirs, **goal)
    yield _gnaural()


def _strict() -> float:
    script = parse_sbg(SCRIPT)
    player = strict_player(script, compile_periods(script.rows, script.options.fade_ms))
    block = np.zeros((BLOCK_FRAMES, 2), np.int16)
    blocks = int(SECONDS * RATE_HZ / BLOCK_FRAMES)
    began_s = time.thread_time()
    for _ in range(blocks):
        player.render(block)
    return blocks * BLOCK_FRAMES / RATE_HZ / (time.thread_time() - began_s)


def _twin() -> float:
    twin = SbgTwin([200.0, 210.0, 220.0, 230.0], [10.0, 8.0, 6.0, 4.0], [409] * 4, 819)
    blocks = int(TWIN_SECONDS * RATE_HZ / BLOCK_FRAMES)
    began_s = time.thread_time()
    for _ in range(blocks):
        twin.render()
    return blocks * BLOCK_FRAMES / RATE_HZ / (time.thread_time() - began_s)


def schedule() -> bytes:
    """A Gnaural schedule of two voices and 10,000 entries, as its editor writes them."""
    voices = []
    for number in range(2):
        entries = "\n".join(
            f'<entry parent="{number}" duration="{1 + k % 7}.5" volume_left="0.{k % 9}" volume_right="0.5" '
            f'beatfreq="{4 + k % 10}.25" basefreq="{150 + k % 100}.125" state="0"/>'
            for k in range(ENTRIES // 2)
        )
        voices.append(
            f"<voice><description>Voice {number}</description><id>{number}</id><type>0</type>"
            "<voice_state>0</voice_state><voice_hide>0</voice_hide><voice_mute>0</voice_mute>"
            f"<voice_mono>0</voice_mono><entrycount>{ENTRIES // 2}</entrycount>"
            f"<entries>\n{entries}\n</entries></voice>"
        )
    head = "<gnauralfile_version>1.20101006</gnauralfile_version><loops>1</loops>"
    text = f'<?xml version="1.0"?>\n<schedule>{head}{"".join(voices)}</schedule>'
    return text.encode()


def _gnaural() -> Row:
    from appliance.engine.formats.gnaural import parse_gnaural

    data = schedule()
    spent = []
    for _ in range(5):
        began_s = time.thread_time()
        parse_gnaural(data)
        spent.append(time.thread_time() - began_s)
    return Row(f"Gnaural schedule of {ENTRIES:,} entries parsed", 1000 * min(spent), "ms", 100.0)
