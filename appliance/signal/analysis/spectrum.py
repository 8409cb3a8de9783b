"""Spectra for the picture: of the intervals, with the bands of variability, or of any even signal.

Welch's method: pieces that overlap by half, each without its straight line, under a Hann window.
Source: Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70; bands after the Task Force of ESC and NASPE,
Circulation 93 (1996) 1043.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cext import spectra

GRID_HZ = 4.0
PIECE_S = 120.0
LEAST_S = 60.0

Values = NDArray[np.float64]


class Band(NamedTuple):
    """A part of a spectrum, and the colour it is shown in."""

    name: str
    low_hz: float
    high_hz: float
    colour: str


HEART_BANDS = (
    Band("VLF", 0.0033, 0.04, "#8d6cab"),
    Band("LF", 0.04, 0.15, "#2a78b8"),
    Band("HF", 0.15, 0.4, "#3a9d5d"),
)
BRAIN_BANDS = (
    Band("delta", 0.5, 4.0, "#8d6cab"),
    Band("theta", 4.0, 8.0, "#2a78b8"),
    Band("alpha", 8.0, 13.0, "#3a9d5d"),
    Band("beta", 13.0, 30.0, "#d08a1d"),
    Band("gamma", 30.0, 45.0, "#c0483c"),
)


def of_intervals(times_s: Values, intervals_ms: Values) -> tuple[Values, Values] | None:
    """Frequencies and power density in ms2/Hz of the intervals; None when they last less than a minute."""
    if len(times_s) < 20 or times_s[-1] - times_s[0] < LEAST_S:
        return None
    count = int((times_s[-1] - times_s[0]) * GRID_HZ) + 1
    even = spectra.resample(times_s, intervals_ms, float(times_s[0]), GRID_HZ, count)
    return welch(even, GRID_HZ, PIECE_S)


def welch(values: Values, rate_hz: float, piece_s: float) -> tuple[Values, Values] | None:
    """Frequencies and power density in unit2/Hz; pieces with gaps are left out; None when all have one."""
    length = min(len(values), round(piece_s * rate_hz))
    if length < 16:
        return None
    window = np.hanning(length + 1)[:-1]
    slope = np.arange(length) - (length - 1) / 2
    size = 1 << max(10, (length - 1).bit_length())
    total, pieces = np.zeros(size // 2 + 1), 0
    for start in range(0, len(values) - length + 1, max(1, length // 2)):
        piece = values[start : start + length]
        if not np.isfinite(piece).all():
            continue
        piece = piece - piece.mean()
        piece = piece - slope * (piece @ slope / (slope @ slope))
        total += np.abs(np.fft.rfft(piece * window, size)) ** 2
        pieces += 1
    if not pieces:
        return None
    density = 2.0 * total / (pieces * rate_hz * (window @ window))
    frequencies = np.arange(size // 2 + 1, dtype=np.float64) * (rate_hz / size)
    return frequencies, np.asarray(density, dtype=np.float64)


def power(frequencies_hz: Values, density: Values, band: Band) -> float:
    """The power within a band, in unit2."""
    edges = np.array([band.low_hz, band.high_hz])
    inside = (frequencies_hz > edges[0]) & (frequencies_hz < edges[1])
    x = np.concatenate([edges[:1], frequencies_hz[inside], edges[1:]])
    return float(np.trapezoid(np.interp(x, frequencies_hz, density), x))
