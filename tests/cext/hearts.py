"""Small made-up hearts with known beats, for the detectors' tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]
# Height (mV), place (s after R), width (s) of P, Q, R, S and T.
WAVES = ((0.12, -0.17, 0.02), (-0.12, -0.03, 0.008), (1.1, 0.0, 0.01), (-0.25, 0.03, 0.01), (0.3, 0.27, 0.05))


def beat_times(length_s: float, seed: int = 1, mean_s: float = 0.85) -> Signal:
    """A row of beats that breathes: 0.25 Hz, 40 ms, and a little chance."""
    chance = np.random.default_rng(seed)
    times, now = [], 0.4
    while now < length_s - 0.5:
        times.append(now)
        now += mean_s + 0.04 * np.sin(2 * np.pi * 0.25 * now) + 0.01 * chance.standard_normal()
    return np.array(times)


def ecg(times_s: Signal, length_s: float, rate_hz: float, noise: float = 0.01, seed: int = 2) -> Signal:
    """An ECG in mV with these R peaks, a slow drift and some hiss."""
    at = np.arange(round(length_s * rate_hz)) / rate_hz
    trace = 0.2 * np.sin(2 * np.pi * 0.15 * at) + noise * np.random.default_rng(seed).standard_normal(len(at))
    for time_s in times_s:
        near = slice(*np.searchsorted(at, (time_s - 0.4, time_s + 0.6)))
        for height, place, width in WAVES:
            trace[near] += height * np.exp(-0.5 * ((at[near] - time_s - place) / width) ** 2)
    return trace


def ppg(times_s: Signal, length_s: float, rate_hz: float, noise: float = 0.005, seed: int = 3) -> Signal:
    """A pulse wave whose systolic peaks lie at these times, with a dicrotic wave after each."""
    at = np.arange(round(length_s * rate_hz)) / rate_hz
    trace = 0.3 * np.sin(2 * np.pi * 0.12 * at) + noise * np.random.default_rng(seed).standard_normal(len(at))
    for time_s in times_s:
        lag = at - time_s
        width = np.where(lag < 0, 0.07, 0.13)
        trace += np.exp(-0.5 * (lag / width) ** 2) + 0.25 * np.exp(-0.5 * ((lag - 0.35) / 0.08) ** 2)
    return trace


def missed_and_invented(truth_s: Signal, found_s: Signal, window_s: float = 0.15) -> tuple[int, int]:
    """How many true beats were not found, and how many found ones are none; each counts once."""
    free = list(found_s)
    missed = 0
    for time_s in truth_s:
        nearest = min(free, key=lambda one: abs(one - time_s), default=np.inf)
        if abs(nearest - time_s) <= window_s:
            free.remove(nearest)
        else:
            missed += 1
    return missed, len(free)
