"""Sound files for the studio's tests, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 48_000


def tone(seconds: float, hz: float = 440.0, size: float = 0.5, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """A sine in two channels, shape (2, frames)."""
    wave = size * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    return np.stack([wave, wave]).astype(np.float32)


def music(seconds: float, seed: int = 1, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """Beats, a bass and a chord with breath between them; about -20 LUFS."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    random = np.random.default_rng(seed)
    beat = np.exp(-12 * (time_s % 0.5)) * np.sin(2 * np.pi * 60 * (time_s % 0.5))
    hat = 0.1 * np.exp(-60 * (time_s % 0.25)) * random.standard_normal((2, len(time_s)))
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6)) * 0.05
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * time_s / 8.0)
    return np.asarray(0.3 * beat + hat + swell * chord, np.float32)


def saved(path: Path, sound: NDArray[np.float32], rate_hz: int = RATE_HZ, **kind: str) -> Path:
    """The sound as a file; float WAV unless told otherwise."""
    soundfile.write(path, sound.T, rate_hz, **(kind or {"subtype": "FLOAT"}))
    return path


def loaded(path: Path) -> NDArray[np.float32]:
    """A file as shape (channels, frames)."""
    return np.ascontiguousarray(soundfile.read(path, dtype="float32", always_2d=True)[0].T)
