"""Plays a schedule faster than real time: from its kernel through the guard, in blocks of all eight lanes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from appliance.contracts.lanes import LANES, Lane
from appliance.engine.formats.tracks import Tracks
from cext.guard import Guard
from cext.strict import Strict

_BLOCK_FRAMES = 4800
_END_S = 0.02


def play(tracks: Tracks, seconds: float, guard: Guard) -> Iterator[NDArray[np.float32]]:
    """Give what leaves the box, shape (8, frames), together exactly `seconds`; the last 20 ms fade out.

    What the guard needs to look ahead is cut from the beginning, so that frame 0 is the first of the
    schedule.
    """
    schedule = tracks.schedule(guard.rate_hz)
    total, end = round(seconds * guard.rate_hz), round(_END_S * guard.rate_hz)
    ahead = guard.latency_frames
    done = 0
    while done < total + ahead:
        block = np.zeros((LANES, min(_BLOCK_FRAMES, total + ahead - done)), np.float32)
        schedule.render(block)
        left = (total - done) - np.arange(block.shape[1])
        if left[-1] < end:
            block[: Lane.EAR_RIGHT + 1] *= np.clip(left / end, 0.0, 1.0).astype(np.float32)
        guard.process(block)
        skipped = max(0, ahead - done)
        done += block.shape[1]
        if skipped < block.shape[1]:
            yield block[:, skipped:]


def play_strict(player: Strict, seconds: float, guard: Guard) -> Iterator[NDArray[np.int16]]:
    """Give sbagen's own samples, shape (frames, 2), and show them to the guard, which may only report."""
    total = round(seconds * player.rate_hz)
    done = 0
    while done < total:
        samples = np.empty((min(4096, total - done), 2), np.int16)
        player.render(samples)
        seen = np.zeros((LANES, len(samples)), np.float32)
        seen[: Lane.EAR_RIGHT + 1] = samples.T * np.float32(1.0 / 32768.0)
        guard.process(seen)
        done += len(samples)
        yield samples
