"""A strap's notification that never came is a jump in sequence, whose beats the chain joins to nothing."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from appliance.sensors.decoders.heart_rate import StrapBeats
from appliance.signal import SignalChain


def sent(mean_s: float, length_s: int, seed: int = 1) -> list[tuple[float, bytes]]:
    """Notifications once a second, with none to three intervals each."""
    chance = np.random.default_rng(seed)
    beats_s = np.cumsum(mean_s + 0.04 * chance.standard_normal(int(length_s / mean_s)))
    ticks = np.diff(np.round(beats_s * 1024)).astype(int)
    told = []
    for second in range(1, int(beats_s[-1])):
        new = ticks[(beats_s[1:] > second - 1) & (beats_s[1:] <= second)]
        told.append((second + 0.03 * chance.random(), b"\x10\x4b" + struct.pack(f"<{len(new)}H", *new)))
    return told


def jumps(told: list[tuple[float, bytes]]) -> tuple[int, SignalChain]:
    """How often the sequence jumped, and the chain that took every frame."""
    strap, chain, sequences = StrapBeats("ble:a"), SignalChain(), []
    for arrival_s, data in told:
        for frame in strap.feed(data, arrival_s):
            sequences.append(frame.sequence)
            chain.feed(frame)
    return int(np.sum(np.diff(sequences) > 1)), chain


@pytest.mark.parametrize("mean_s", [0.5, 0.8, 1.3, 1.7])
def test_a_whole_row_has_no_jump(mean_s: float) -> None:
    found, chain = jumps(sent(mean_s, 300))
    assert found == 0
    assert chain.gaps == []


@pytest.mark.parametrize("mean_s", [0.5, 0.8])
def test_one_lost_notification_is_a_jump_and_a_gap(mean_s: float) -> None:
    told = sent(mean_s, 200)
    del told[100]
    found, chain = jumps(told)
    assert found == 1
    assert len(chain.gaps) == 1
    assert chain.gaps[0][0] == pytest.approx(100, abs=2.0)
    assert chain.gaps[0][1] < 2.5
