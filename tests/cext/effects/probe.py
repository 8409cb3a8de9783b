"""A bench for one effect: what to send in, and what to measure on what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cext import effects
from cext.parts import Effect

RATE_HZ = 48_000


def tone(hz: float, seconds: float, level: float = 1.0) -> NDArray[np.float32]:
    """A sine in both ears, shape (2, frames)."""
    angle = 2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return np.asarray(np.tile(level * np.sin(angle), (2, 1)), np.float32)


def click(frames: int, place: int = 0) -> NDArray[np.float32]:
    """One sample of 1 in both ears, shape (2, frames)."""
    sound = np.zeros((2, frames), np.float32)
    sound[:, place] = 1.0
    return sound


def heard(name: str, sound: NDArray[np.float32], **parameters: Any) -> NDArray[np.float64]:
    """The sound after a fresh effect, shape (2, frames)."""
    block = sound.copy()
    effects.make(name, RATE_HZ, **parameters).process(block)
    return block.astype(np.float64)


def settled(effect: Effect, sound: NDArray[np.float32], keep: int | None = None) -> NDArray[np.float64]:
    """The left ear after the effect, its last half (or `keep` frames) only."""
    block = sound.copy()
    effect.process(block)
    return block[0, -(keep or block.shape[1] // 2) :].astype(np.float64)


def gain_db(out: NDArray[Any], into: NDArray[Any]) -> float:
    """How much louder one sound is than another, by their RMS."""
    power = np.mean(np.square(out, dtype=np.float64)) / np.mean(np.square(into, dtype=np.float64))
    return float(10 * np.log10(max(power, 1e-30)))


def response(name: str, frames: int = 1 << 14, **parameters: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Frequencies in hertz and the complex gain of the left ear there, from a click."""
    spectrum = np.fft.rfft(heard(name, click(frames), **parameters)[0])
    return np.fft.rfftfreq(frames, 1 / RATE_HZ), spectrum
