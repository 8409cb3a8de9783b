"""The peer for the render: what a careful NumPy program does for the pad and the noise alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PARTIALS = 12


class NumpyTwin:
    """Twelve detuned sines and white noise into two channels, block by block, phases kept."""

    def __init__(self, rate_hz: float) -> None:
        self._step = 2 * np.pi * 110.0 * np.arange(1, PARTIALS + 1)[:, None] / rate_hz
        self._phase = np.zeros((PARTIALS, 1))
        self._random = np.random.default_rng(1)

    def render(self, frames: int) -> NDArray[np.float64]:
        """Return the next block, shape (2, frames)."""
        phases = self._phase + self._step * np.arange(frames)
        self._phase = (self._phase + self._step * frames) % (2 * np.pi)
        tone = np.sin(phases).sum(axis=0) / PARTIALS
        noise = self._random.standard_normal((2, frames)) * 0.02
        return np.tanh(np.stack([tone, tone]) + noise)
