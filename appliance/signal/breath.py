"""The breath, from a belt or from the heart itself, with how far it can be trusted.

Breathing in quickens the heart and breathing out slows it (respiratory sinus arrhythmia), so the breath is a
peak in the spectrum of the intervals, 4 to 42 a minute, never above half the heart rate. Slower waves
of blood pressure make a peak too; the spectrum is therefore weighed by frequency, and where the height of
the beats is known (the chest moves under the electrodes) a wave has to show in both to count fully.
A peak that holds too little of the power is no breath: then the rate is None. The limits are those
that beats in shuffled order pass once in a hundred times.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from cext import spectra

GRID_HZ = 4.0
SPAN_S = 32.0
LEAST_S = 24.0
SLOWEST_HZ = 4 / 60
FASTEST_HZ = 42 / 60
BIN_HZ = 1 / 512
HALF_WIDTH_BINS = 12
# The share of the power within the peak that chance reaches once in a hundred.
CHANCE_ALONE = 0.47
CHANCE_TOGETHER = 0.34
CHANCE_BELT = 0.40
# How much of an even spectrum is mixed into the witness, so that it can weaken but not veto.
WITNESS_FLOOR = 0.3
LEAST_TRUSTED_SHARE = 0.25

Series = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Peak:
    """The strongest wave of a spectrum: its frequency, and 0..1 how far it stands above chance (0.5)."""

    hertz: float
    confidence: float


def _shape(values: NDArray[np.float64], rate_hz: float, fastest_hz: float) -> NDArray[np.float64]:
    """The spectrum of an even series as shares of its whole, from 4 a minute up."""
    count = max(3, int((fastest_hz - SLOWEST_HZ) / BIN_HZ))
    density = spectra.power(values, rate_hz, SLOWEST_HZ, BIN_HZ, count)
    total = float(density.sum())
    return density / total if total > 0.0 else density


def _peak(shape: NDArray[np.float64], chance: float) -> Peak | None:
    best = int(np.argmax(shape))
    total = float(shape.sum())
    # A spectrum that only falls or rises to an end has no peak.
    if total <= 0.0 or best < 2 or best > len(shape) - 3:
        return None
    inside = float(shape[max(0, best - HALF_WIDTH_BINS) : best + HALF_WIDTH_BINS + 1].sum()) / total
    return Peak(SLOWEST_HZ + best * BIN_HZ, min(1.0, 0.5 * inside / chance))


class Breath:
    """What a belt and a heart have in common: the rate now, the phase that runs on, the mean so far."""

    def __init__(self) -> None:
        self.rate_bpm: float | None = None
        self.confidence = 0.0
        self._rates: list[float] = []
        self._looks = 0
        self._phase = 0.0
        self._phase_at_s = 0.0

    def _forget(self) -> None:
        self.rate_bpm, self.confidence = None, 0.0

    def _note(self, peak: Peak | None) -> bool:
        """Take what one look found; says whether it is a breath."""
        self._forget()
        self.confidence = peak.confidence if peak else 0.0
        self._looks += 1
        if peak is None or peak.confidence < 0.5:
            return False
        self.rate_bpm = 60 * peak.hertz
        self._rates.append(self.rate_bpm)
        return True

    def phase(self, now_s: float) -> float | None:
        """Where in the breath the wearer is now, 0..1, 0 at the start of the inhale; None when unknown."""
        if self.rate_bpm is None:
            return None
        return (self._phase + (now_s - self._phase_at_s) * self.rate_bpm / 60) % 1.0

    def mean_rate_bpm(self) -> float | None:
        """The middle of all trusted rates so far; None when most looks found no breath."""
        if len(self._rates) < max(1.0, LEAST_TRUSTED_SHARE * self._looks):
            return None
        return median(self._rates)

    def mean_confidence(self) -> float:
        """The share of all looks so far that heard a breath, 0..1; below a quarter there is no mean rate."""
        return len(self._rates) / self._looks if self._looks else 0.0


class BreathFromHeart(Breath):
    """Breath rate and phase from corrected intervals, renewed whenever asked."""

    def update(self, intervals: Series, heights: Series, now_s: float) -> None:
        """Look at the last half minute.

        intervals: when each ended (s) and how long it was (ms). heights: when each beat was (s) and how high
        it stood; empty where only intervals are known.
        """
        times, values = _recent(intervals, now_s)
        if not _is_whole(times):
            self._forget()
            return
        even = _even(times, values)
        fastest_hz = min(FASTEST_HZ, 0.5 * 1000.0 / float(np.mean(values)))
        # Slow waves of blood pressure are larger than the breath in many hearts at rest.
        shape = _shape(even, GRID_HZ, fastest_hz)
        shape = shape * (SLOWEST_HZ + BIN_HZ * np.arange(len(shape)))
        chance = CHANCE_ALONE
        times_high, high = _recent(heights, now_s)
        if _is_whole(times_high):
            witness = _shape(_even(times_high, high), GRID_HZ, fastest_hz)
            shape = np.sqrt(shape * (witness + WITNESS_FLOOR / len(witness)))
            chance = CHANCE_TOGETHER
        peak = _peak(shape, chance)
        if self._note(peak) and peak is not None:
            # The interval is longest when the inhale begins.
            self._phase = spectra.wave_phase(even, GRID_HZ, peak.hertz)
            self._phase_at_s = float(times[0]) + (len(even) - 1) / GRID_HZ


class BreathBelt(Breath):
    """Breath rate and phase from a belt or airflow signal."""

    def __init__(self, rate_hz: float) -> None:
        super().__init__()
        self._step = max(1, round(rate_hz / GRID_HZ))
        self._grid_hz = rate_hz / self._step
        self._even: deque[float] = deque(maxlen=int(SPAN_S * self._grid_hz))
        self._held: list[float] = []
        self._since = 0

    def feed(self, values: NDArray[np.float64], end_s: float) -> None:
        """Take samples of which the last was at end_s; NaN starts the half minute anew."""
        self._held.extend(values.tolist())
        taken = len(self._held) // self._step
        means = np.asarray(self._held[: taken * self._step]).reshape(taken, self._step).mean(axis=1)
        del self._held[: taken * self._step]
        for number, mean in enumerate(means.tolist()):
            if not np.isfinite(mean):
                self._even.clear()
                self._forget()
                continue
            self._even.append(mean)
            self._since += 1
            if self._since >= self._grid_hz and len(self._even) >= LEAST_S * self._grid_hz:
                self._since = 0
                self._look(end_s - (taken - 1 - number) / self._grid_hz)

    def _look(self, end_s: float) -> None:
        even = np.asarray(self._even)
        fastest_hz = min(FASTEST_HZ, 0.45 * self._grid_hz)
        peak = _peak(_shape(even, self._grid_hz, fastest_hz), CHANCE_BELT)
        if self._note(peak) and peak is not None:
            # A belt is loosest when the inhale begins.
            self._phase = spectra.wave_phase(-even, self._grid_hz, peak.hertz)
            self._phase_at_s = end_s


def _recent(series: Series, now_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    times = np.asarray(series[0], dtype=np.float64)
    keep = times >= now_s - SPAN_S
    return times[keep], np.asarray(series[1], dtype=np.float64)[keep]


def _is_whole(times_s: NDArray[np.float64]) -> bool:
    """Enough beats over enough time, without a hole."""
    return len(times_s) >= 12 and bool(times_s[-1] - times_s[0] >= LEAST_S and np.max(np.diff(times_s)) < 5.0)


def _even(times_s: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    span_s = float(times_s[-1] - times_s[0])
    return spectra.resample(times_s, values, float(times_s[0]), GRID_HZ, int(span_s * GRID_HZ) + 1)
