"""Skin conductance taken apart for reports: a slow level, single responses, and the nerve bursts behind.

The model of Greco, Valenza, Lanata, Scilingo and Citi (IEEE Trans. Biomed. Eng. 63 (2016) 797): conductance
is a smooth level (cubic splines with a knot every 10 s, and a line) plus sparse bursts of the sudomotor
nerve, none negative, each drawn out by the two time constants of Bateman's curve, plus noise. The most
probable parts are the answer of a convex quadratic programme, solved in `skin_programme`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.signal.skin_programme import MOVING, solved, through

Array = NDArray[np.float64]

RISE_S = 0.7
DECAY_S = 2.0
KNOT_S = 10.0
FINEST_HZ = 8.0
# Longer recordings are solved in pieces that overlap, so that a day takes minutes and little memory.
PIECE_S = 600.0
OVERLAP_S = 60.0
SHORTEST_S = 20.0


@dataclass(frozen=True, slots=True)
class SkinParts:
    """Conductance taken apart, all of shape (samples,), NaN where there was no signal.

    rate_hz: of the parts, 8 Hz or less. tonic_us: the slow level. phasic_us: the sum of the responses.
    driver: the nerve's bursts, never negative, in uS a second of the driven curve.
    """

    rate_hz: float
    tonic_us: Array
    phasic_us: Array
    driver: Array


def decompose(values_us: Array, rate_hz: float) -> SkinParts:
    """Take skin conductance apart.

    values_us: shape (samples,), uS; thinned to 8 Hz or less by means. NaN splits it; stretches shorter than
    20 s stay NaN. Raises ValueError for a rate below 2 Hz.
    """
    if not rate_hz >= 2.0:
        raise ValueError(f"skin conductance at {rate_hz:g} Hz cannot be taken apart; give 2 Hz or more")
    step = max(1, int(np.ceil(rate_hz / FINEST_HZ - 1e-9)))
    count = len(values_us) // step
    values = np.asarray(values_us[: count * step], dtype=np.float64).reshape(count, step).mean(axis=1)
    hz = rate_hz / step
    parts = np.full((3, count), np.nan)
    known = np.flatnonzero(np.diff(np.r_[False, np.isfinite(values), False].astype(np.int8)))
    for first, last in zip(known[::2].tolist(), known[1::2].tolist(), strict=True):
        if last - first >= SHORTEST_S * hz:
            parts[:, first:last] = _in_pieces(values[first:last], hz)
    return SkinParts(hz, parts[0], parts[1], parts[2])


def _in_pieces(values: Array, hz: float) -> Array:
    """Tonic, phasic and driver of one stretch without gaps; overlapping pieces fade into one another."""
    piece, overlap = round(PIECE_S * hz), round(OVERLAP_S * hz)
    whole = np.zeros((3, len(values)))
    first = 0
    while True:
        last = min(first + piece, len(values))
        # What would be left is too short to stand alone.
        if len(values) - last < overlap:
            last = len(values)
        found = _apart(values[first:last], hz)
        if first:
            fade = (np.arange(overlap) + 0.5) / overlap
            whole[:, first : first + overlap] *= 1.0 - fade
            found[:, :overlap] *= fade
        whole[:, first:last] += found
        if last == len(values):
            return whole
        first = last - overlap


def _apart(values: Array, hz: float) -> Array:
    """Tonic, phasic and driver of one piece."""
    mean, size = float(np.mean(values)), float(np.std(values))
    if size < 1e-9 * max(1.0, abs(mean)):
        return np.stack([values, np.zeros_like(values), np.zeros_like(values)])
    bateman = _bateman(hz)
    level = _level(len(values), hz)
    burst, tonic = solved((values - mean) / size, bateman, level)
    return np.stack([size * tonic + mean, size * through(MOVING, burst),
                     size * through(bateman, burst)])  # fmt: skip


def _bateman(hz: float) -> Array:
    """The recursion that turns responses back into bursts: Bateman's curve by the bilinear transform."""
    slow, fast = 0.5 / (DECAY_S * hz), 0.5 / (RISE_S * hz)
    gain = 4.0 * hz * hz / (1.0 / RISE_S - 1.0 / DECAY_S)
    return gain * np.array([(1 + slow) * (1 + fast), 2 * (slow * fast - 1), (1 - slow) * (1 - fast)])


def _level(count: int, hz: float) -> Array:
    """The shapes the level is made of, shape (count, shapes): splines, then a constant and a line."""
    at = np.arange(count) / (KNOT_S * hz)
    away = np.abs(at[:, None] - np.arange(-1, int(at[-1]) + 3)[None, :])
    splines = np.where(away < 1, 1 - 1.5 * away**2 + 0.75 * away**3, 0.25 * np.maximum(0.0, 2 - away) ** 3)
    return np.column_stack([splines, np.ones(count), np.linspace(-1.0, 1.0, count)])
