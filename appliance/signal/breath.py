"""The breath, from a belt or from the heart itself, with how far it can be trusted.

Breathing in quickens the heart and breathing out slows it (respiratory sinus arrhythmia), so the breath
shows as one peak in the spectrum of the intervals, 4 to 40 a minute, never above half the heart rate.
A peak that is broad, low or unsteady is no breath: then the rate is None.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from cext import spectra

GRID_HZ = 4.0
SPAN_S = 32.0
SLOWEST_HZ = 4 / 60
FASTEST_HZ = 40 / 60
BIN_HZ = 1 / 512
HALF_WIDTH_HZ = 0.03
TRUSTED = 0.4


def dominant(values: NDArray[np.float64], rate_hz: float, fastest_hz: float) -> tuple[float, float]:
    """The strongest wave between 4 a minute and fastest_hz, and the share of the power it holds.

    values: an even series, 8 s or more. Returns (hertz, share 0..1).
    """
    count = int((fastest_hz - SLOWEST_HZ) / BIN_HZ)
    density = spectra.power(values, rate_hz, SLOWEST_HZ, BIN_HZ, count)
    best = int(np.argmax(density))
    half = int(HALF_WIDTH_HZ / BIN_HZ)
    total = float(density.sum())
    if total <= 0.0:
        return SLOWEST_HZ, 0.0
    return SLOWEST_HZ + best * BIN_HZ, float(density[max(0, best - half) : best + half + 1].sum()) / total


class BreathFromHeart:
    """Breath rate and phase from corrected intervals, renewed once a second."""

    def __init__(self) -> None:
        self.rate_bpm: float | None = None
        self.confidence = 0.0
        self.rates: list[float] = []
        self._phase = 0.0
        self._phase_at_s = 0.0

    def update(self, times_s: Sequence[float], intervals_ms: Sequence[float], now_s: float) -> None:
        """Look at the last half minute of intervals."""
        times = np.asarray(times_s)
        keep = times >= now_s - SPAN_S
        times, values = times[keep], np.asarray(intervals_ms)[keep]
        self.rate_bpm, self.confidence = None, 0.0
        if len(times) < 12 or times[-1] - times[0] < 0.75 * SPAN_S or np.max(np.diff(times)) > 5.0:
            return
        even = spectra.resample(
            times, values, float(times[0]), GRID_HZ, int((times[-1] - times[0]) * GRID_HZ)
        )
        fastest_hz = min(FASTEST_HZ, 0.5 * 1000.0 / float(np.mean(values)))
        hertz, share = dominant(even, GRID_HZ, fastest_hz)
        self.confidence = share
        if share < TRUSTED or hertz < SLOWEST_HZ + 2 * BIN_HZ:
            return
        self.rate_bpm = 60 * hertz
        self.rates.append(self.rate_bpm)
        # The interval is longest when the inhale begins.
        self._phase = spectra.wave_phase(even, GRID_HZ, hertz)
        self._phase_at_s = float(times[0]) + (len(even) - 1) / GRID_HZ

    def phase(self, now_s: float) -> float | None:
        """Where in the breath the wearer is now, 0..1, 0 at the start of the inhale; None when unknown."""
        if self.rate_bpm is None:
            return None
        return (self._phase + (now_s - self._phase_at_s) * self.rate_bpm / 60) % 1.0

    def mean_rate_bpm(self) -> float | None:
        """The middle of all trusted rates so far."""
        return median(self.rates) if self.rates else None


class BreathBelt:
    """Breath rate and phase from a belt or airflow signal."""

    def __init__(self, rate_hz: float) -> None:
        self.rate_bpm: float | None = None
        self.confidence = 0.0
        self.rates: list[float] = []
        self._step = max(1, round(rate_hz / GRID_HZ))
        self._grid_hz = rate_hz / self._step
        self._even: deque[float] = deque(maxlen=int(SPAN_S * self._grid_hz))
        self._held: list[float] = []
        self._since = 0
        self._phase = 0.0
        self._phase_at_s = 0.0

    def feed(self, values: NDArray[np.float64], end_s: float) -> None:
        """Take samples of which the last was at end_s; NaN starts the half minute anew."""
        self._held.extend(values.tolist())
        while len(self._held) >= self._step:
            mean = sum(self._held[: self._step]) / self._step
            del self._held[: self._step]
            if not np.isfinite(mean):
                self._even.clear()
                self.rate_bpm, self.confidence = None, 0.0
                continue
            self._even.append(mean)
            self._since += 1
        if self._since >= self._grid_hz and len(self._even) >= 0.5 * SPAN_S * self._grid_hz:
            self._since = 0
            self._look(end_s)

    def _look(self, end_s: float) -> None:
        even = np.asarray(self._even)
        self.rate_bpm, self.confidence = None, 0.0
        if np.ptp(even) == 0.0:
            return
        hertz, share = dominant(even, self._grid_hz, FASTEST_HZ)
        self.confidence = share
        if share < TRUSTED:
            return
        self.rate_bpm = 60 * hertz
        self.rates.append(self.rate_bpm)
        # A belt is tightest at the end of the inhale; its lowest point starts the next one.
        self._phase = spectra.wave_phase(-even, self._grid_hz, hertz)
        self._phase_at_s = end_s

    def phase(self, now_s: float) -> float | None:
        """Where in the breath the wearer is now, 0..1, 0 at the start of the inhale; None when unknown."""
        if self.rate_bpm is None:
            return None
        return (self._phase + (now_s - self._phase_at_s) * self.rate_bpm / 60) % 1.0

    def mean_rate_bpm(self) -> float | None:
        """The middle of all trusted rates so far."""
        return median(self.rates) if self.rates else None
