"""What a sound is made of over its whole length: bands, peaks, width, and what was clipped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from appliance.studio.files import Samples

SIZE = 4_096
_CLIPPED = 0.9999
_CLIPPED_RUN = 3


@dataclass(frozen=True)
class Content:
    """power: mean power at frequencies_hz. side_db: the sides against the middle. correlation: -1 to 1.

    clipped: runs of three samples or more at full scale. sibilance_db: the loudest twentieth of 5 to 9 kHz
    against the mean of 200 Hz to 4 kHz. crest_db: the highest sample over the root mean square.
    """

    frequencies_hz: NDArray[np.float64]
    power: NDArray[np.float64]
    side_db: float
    correlation: float
    clipped: int
    sibilance_db: float
    crest_db: float

    def band_db(self, low_hz: float, high_hz: float) -> float:
        """Mean level of the third octaves from one frequency to another, dB; pink noise is flat."""
        count = max(1, round(3 * np.log2(high_hz / low_hz)))
        edges = np.geomspace(low_hz, high_hz, count + 1)
        levels = [
            float(self.power[(self.frequencies_hz >= low) & (self.frequencies_hz < high)].sum())
            for low, high in pairwise(edges)
        ]
        known = [level for level in levels if level > 0.0]
        return float(np.mean(10 * np.log10(known))) if known else -200.0


class Listener:
    """Collects the content of blocks of shape (2, frames), whatever their length."""

    def __init__(self, rate_hz: float) -> None:
        self._hz = np.asarray(np.arange(SIZE // 2 + 1) * (rate_hz / SIZE), np.float64)
        self._window = np.hanning(SIZE).astype(np.float32)
        self._power: NDArray[np.float64] = np.zeros(SIZE // 2 + 1)
        self._waiting = np.zeros((2, 0), np.float32)
        self._sums = np.zeros(3)
        self._peak = 0.0
        self._frames = 0
        self._clipped = 0
        self._run = np.zeros(2, int)
        self._sibilant: list[tuple[float, float]] = []

    def feed(self, block: Samples) -> None:
        """Listen to the next block."""
        left, right = block[0], block[1]
        self._sums += (np.vdot(left, left), np.vdot(right, right), np.vdot(left, right))
        self._peak = max(self._peak, float(np.abs(block).max(initial=0.0)))
        self._frames += block.shape[1]
        self._count_clipped(block)
        sound = np.concatenate((self._waiting, block), axis=1)
        whole = sound.shape[1] // SIZE * SIZE
        self._waiting = sound[:, whole:].copy()
        if whole:
            self._add(sound[:, :whole].reshape(2, -1, SIZE))

    def content(self) -> Content:
        """What was heard; a rest shorter than one window counts too where it is all there is."""
        if not self._power.any() and self._waiting.shape[1]:
            self._add(np.pad(self._waiting, ((0, 0), (0, SIZE - self._waiting.shape[1])))[:, None, :])
        left, right, both = self._sums
        middle, side = left + right + 2 * both, left + right - 2 * both
        mean = (left + right) / (2 * max(1, self._frames))
        return Content(
            self._hz,
            self._power,
            _ratio_db(side, middle),
            float(both / np.sqrt(left * right)) if left * right > 0.0 else 1.0,
            self._clipped,
            self._sibilance_db(),
            _ratio_db(self._peak**2, mean) if mean > 0.0 else 0.0,
        )

    def _add(self, windows: NDArray[np.float32]) -> None:
        power = np.abs(np.fft.rfft(windows * self._window, axis=-1)) ** 2
        moments = power.sum(axis=0)
        self._power += moments.sum(axis=0)
        voice = moments[:, (self._hz > 200) & (self._hz < 4_000)].sum(axis=1)
        hiss = moments[:, (self._hz > 5_000) & (self._hz < 9_000)].sum(axis=1)
        self._sibilant += zip(hiss.tolist(), voice.tolist(), strict=True)

    def _sibilance_db(self) -> float:
        moments = np.array(self._sibilant or [(0.0, 0.0)])
        if moments.sum() <= 0.0:
            return -200.0
        loud = moments[:, 0] >= np.quantile(moments[:, 0], 0.95)
        return _ratio_db(float(moments[loud, 0].mean()), float(moments[:, 1].mean()))

    def _count_clipped(self, block: Samples) -> None:
        for ear in range(2):
            high = np.abs(block[ear]) >= _CLIPPED
            if not high.any():
                self._run[ear] = 0
                continue
            edges = np.flatnonzero(np.diff(np.concatenate(([False], high, [False])).astype(np.int8)))
            starts, ends = edges[::2], edges[1::2]
            lengths = ends - starts
            if high[0]:
                lengths[0] += self._run[ear]
                self._clipped -= int(self._run[ear] >= _CLIPPED_RUN)
            self._clipped += int((lengths >= _CLIPPED_RUN).sum())
            self._run[ear] = lengths[-1] if high[-1] else 0


def content(blocks: Iterable[Samples], rate_hz: float) -> Content:
    """The content of a whole sound."""
    listener = Listener(rate_hz)
    for block in blocks:
        listener.feed(block)
    return listener.content()


def _ratio_db(one: float, other: float) -> float:
    return float(10 * np.log10(max(one, 1e-20) / max(other, 1e-20)))
