"""What a measuring laboratory would have on its bench: stretches of sound and spectra of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cext.graph import Graph
from cext.parts import Effect, Voice

RATE_HZ = 48_000


def voiced(voice: Voice, seconds: float, block: int = 4096) -> NDArray[np.float64]:
    """So many seconds of one voice, shape (2, frames)."""
    frames = int(seconds * RATE_HZ)
    return cut(voice.render, np.zeros((2, frames), np.float32), block)


def through(effect: Effect, sound: NDArray[np.float32], block: int = 4096) -> NDArray[np.float64]:
    """The sound after the effect."""
    return cut(effect.process, sound.astype(np.float32), block)


def cut(work, sound: NDArray[np.float32], block: int) -> NDArray[np.float64]:
    parts = []
    for start in range(0, sound.shape[1], block):
        part = np.ascontiguousarray(sound[:, start : start + block])
        work(part)
        parts.append(part)
    return np.concatenate(parts, axis=1).astype(np.float64)


def played(graph: Graph, seconds: float, block: int = 4800) -> NDArray[np.float32]:
    """So many seconds of all lanes, shape (8, frames)."""
    return np.concatenate(list(blocks(graph, int(seconds * graph.rate_hz), block)), axis=1)


def blocks(graph: Graph, frames: int, block: int) -> Iterable[NDArray[np.float32]]:
    for start in range(0, frames, block):
        part = np.empty((8, min(block, frames - start)), np.float32)
        graph.render(part)
        yield part


def db(ratio: float) -> float:
    return float(20 * np.log10(max(ratio, 1e-15)))


def rms(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def octave_levels(sound: NDArray[np.float64], centres_hz: list[float]) -> NDArray[np.float64]:
    """Mean power density in third-octave bands, dB, by averaged spectra."""
    size = 1 << 16
    window = np.hanning(size)
    rows = [
        np.abs(np.fft.rfft(sound[start : start + size] * window)) ** 2
        for start in range(0, len(sound) - size + 1, size // 2)
    ]
    power = np.mean(rows, axis=0)
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    third = 2 ** (1 / 6)
    return np.array([10 * np.log10(power[(hz > c / third) & (hz < c * third)].mean()) for c in centres_hz])
