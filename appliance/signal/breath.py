"""The breath, from whatever carries it, with how far it can be trusted.

Breathing in quickens the heart and breathing out slows it (respiratory sinus arrhythmia); the chest moves
under the electrodes and changes how high the beats stand and where their baseline lies; the pulse in the
finger grows, sinks and wanders with it; a belt or a resting accelerometer shows it directly. Each is a series
that `cext.breath.Votes` counts at several depths; the rate is the weighted median of all votes. Where
the votes are too few and too uneven there is no rate: the limits are those that beats in shuffled order,
or noise from a belt, pass once in twenty times; a mean rate needs one look in four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from cext import spectra
from cext.breath import Votes

GRID_HZ = 4.0
SPAN_S = 32.0
LEAST_S = 24.0
FASTEST_HZ = 44 / 60
# Never much above half the heart rate: a beat samples the breath.
FASTEST_SHARE = 0.525
LEAST_TRUSTED_SHARE = 0.25
TRUSTED = 0.5

Array = NDArray[np.float64]
Series = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Wave:
    """One series that may carry the breath: even values of the last half minute, oldest first.

    fastest_hz: waves faster than this are none. trust: 0..1, how much its votes weigh.
    """

    values: Array
    rate_hz: float
    fastest_hz: float
    trust: float = 1.0


def chance(series: int, of_one: float) -> float:
    """What evenness so many series reach by chance once in twenty looks; of_one is that of one alone."""
    return float(of_one / max(1, series) ** 0.4)


class Breath:
    """What all sources have in common: the rate now, the phase that runs on, the mean so far.

    rate_bpm: breaths a minute, None when the votes are no better than chance. guess_bpm: what they say
    all the same. confidence: 0..1, trusted from 0.5. waves: the series of the last look.
    """

    chance_of_one = 0.2

    def __init__(self) -> None:
        self.rate_bpm: float | None = None
        self.guess_bpm: float | None = None
        self.confidence = 0.0
        self.waves: tuple[Wave, ...] = ()
        self.looked_s = float("-inf")
        self._votes = Votes()
        self._rates: list[float] = []
        self._looks = 0
        self._phase: float | None = None
        self._phase_at_s = 0.0

    def _forget(self) -> None:
        self.rate_bpm, self.guess_bpm, self.confidence, self.waves = None, None, 0.0, ()

    def _look(self, waves: Sequence[Wave], now_s: float) -> bool:
        """Count the waves of one look; says whether they are a breath."""
        self._forget()
        self._looks += 1
        self.waves, self.looked_s = tuple(waves), now_s
        self._votes.clear()
        for wave in waves:
            self._votes.add(wave.values, wave.rate_hz, wave.fastest_hz, wave.trust)
        said = self._votes.rate()
        if said is None:
            return False
        hertz, evenness, _ = said
        self.guess_bpm = 60.0 * hertz
        self.confidence = min(1.0, TRUSTED * evenness / chance(self._votes.series, self.chance_of_one))
        if self.confidence < TRUSTED:
            return False
        self.rate_bpm = self.guess_bpm
        self._rates.append(self.rate_bpm)
        return True

    def _mark_phase(self, values: Array, rate_hz: float, end_s: float) -> None:
        """Fit the breath to an even series that is highest when the inhale begins."""
        if self.rate_bpm is not None:
            self._phase = spectra.wave_phase(values, rate_hz, self.rate_bpm / 60.0)
            self._phase_at_s = end_s

    def phase(self, now_s: float) -> float | None:
        """Where in the breath the wearer is now, 0..1, 0 at the start of the inhale; None when unknown."""
        if self.rate_bpm is None or self._phase is None:
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
    """Breath rate and phase from corrected intervals and from how the beats stand, renewed whenever asked."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: list[tuple[float, float]] = []

    def level(self, time_s: float, value: float) -> None:
        """Take where the baseline under a beat (ECG) or the top of a pulse (PPG) lay."""
        if np.isfinite(value) and (not self._levels or time_s > self._levels[-1][0]):
            self._levels.append((time_s, value))

    def update(self, intervals: Series, heights: Series, now_s: float) -> None:
        """Look at the last half minute.

        intervals: when each ended (s) and how long it was (ms). heights: when each beat was (s) and how high
        it stood; empty where only intervals are known.
        """
        self._levels = [one for one in self._levels if one[0] >= now_s - SPAN_S]
        times, values = _recent(intervals, now_s)
        if not _is_whole(times):
            self._forget()
            return
        even = _even(times, values)
        fastest_hz = min(FASTEST_HZ, FASTEST_SHARE * 1000.0 / float(np.mean(values)))
        waves = [Wave(even, GRID_HZ, fastest_hz)]
        levels = ([one[0] for one in self._levels], [one[1] for one in self._levels])
        for series in (heights, levels):
            at, high = _recent(series, now_s)
            if _is_whole(at):
                waves.append(Wave(_even(at, high), GRID_HZ, fastest_hz))
        if self._look(waves, now_s):
            # The interval is longest when the inhale begins.
            self._mark_phase(even, GRID_HZ, float(times[0]) + (len(even) - 1) / GRID_HZ)


def _recent(series: Series, now_s: float) -> tuple[Array, Array]:
    times = np.asarray(series[0], dtype=np.float64)
    keep = times >= now_s - SPAN_S
    return times[keep], np.asarray(series[1], dtype=np.float64)[keep]


def _is_whole(times_s: Array) -> bool:
    """Enough beats over enough time, without a hole."""
    return len(times_s) >= 12 and bool(times_s[-1] - times_s[0] >= LEAST_S and np.max(np.diff(times_s)) < 5.0)


def _even(times_s: Array, values: Array) -> Array:
    span_s = float(times_s[-1] - times_s[0])
    return spectra.resample(times_s, values, float(times_s[0]), GRID_HZ, int(span_s * GRID_HZ) + 1)
