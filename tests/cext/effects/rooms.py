"""What one measures in a room: its answer to a click, and how long each octave takes to fall by 60 dB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cext import effects

RATE_HZ = 48_000
OCTAVES_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)


def answer(name: str, seconds: float, rate_hz: float = RATE_HZ, **values: float | str) -> NDArray[np.float64]:
    """The room alone after a click in both ears, shape (2, frames)."""
    sound = np.zeros((2, int(seconds * rate_hz)), np.float32)
    sound[:, 0] = 1.0
    effects.make(name, rate_hz, mix=1.0, **values).process(sound)
    return sound.astype(np.float64)


def octave(sound: NDArray[np.float64], centre_hz: float, rate_hz: float = RATE_HZ) -> NDArray[np.float64]:
    """One octave of a sound, cut out with soft edges and no ringing to speak of."""
    size = 1 << (2 * len(sound) - 1).bit_length()
    away = np.abs(np.log2(np.maximum(np.fft.rfftfreq(size, 1 / rate_hz), 1e-3) / centre_hz))
    window = np.sin(np.clip((0.6 - away) / 0.2, 0, 1) * np.pi / 2) ** 2
    return np.fft.irfft(np.fft.rfft(sound, size) * window, size)[: len(sound)]


def t60_s(sound: NDArray[np.float64], rate_hz: float = RATE_HZ) -> float:
    """Reverberation time from the fall between -5 and -35 dB (ISO 3382-1, T30, backward integration)."""
    energy = np.cumsum(sound[::-1] ** 2)[::-1]
    level_db = 10 * np.log10(energy / energy[0] + 1e-30)
    first, last = int(np.argmax(level_db < -5)), int(np.argmax(level_db < -35))
    slope = np.polyfit(np.arange(first, last) / rate_hz, level_db[first:last], 1)[0]
    return float(-60 / slope)


def density(sound: NDArray[np.float64], at_s: float, rate_hz: float = RATE_HZ) -> float:
    """How much the sound around a moment is like noise: 1 for Gaussian (Abel and Huang, AES 121, 2006)."""
    window = sound[int((at_s - 0.01) * rate_hz) : int((at_s + 0.01) * rate_hz)]
    return float(np.mean(np.abs(window) > window.std()) / 0.3173)
