"""How the colours of noise are to be filtered: short tap rows fitted to a slope, and how loud it then is.

Everything here happens once, when a voice is made.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
_TAPS = 16
_HIGHEST = 0.47  # of the rate; what lies above is left as it falls


def fitted(wanted: Callable[[Curve], Curve], *, is_rising: bool) -> Curve:
    """Taps whose gain follows `wanted` (a function of radians a sample) with the least relative error.

    is_rising: odd symmetry, for gains that vanish at 0; otherwise even, with the last tap 0.
    Returns shape (16,).
    """
    angle = np.linspace(0.002, 2 * np.pi * _HIGHEST, 1024)
    gain = wanted(angle)
    if is_rising:
        rows = 2 * np.sin((np.arange(8) + 0.5) * angle[:, None])
        half, *_ = np.linalg.lstsq(rows / gain[:, None], np.ones(len(angle)), rcond=None)
        return np.concatenate((half[::-1], -half))
    rows = 2 * np.cos(np.arange(8) * angle[:, None])
    rows[:, 0] /= 2
    half, *_ = np.linalg.lstsq(rows / gain[:, None], np.ones(len(angle)), rcond=None)
    return np.concatenate((half[:0:-1], half, [0.0]))


def response(taps: Curve, angle: Curve) -> Curve:
    """The gain of a row of taps."""
    return np.asarray(np.abs(np.exp(-1j * np.arange(len(taps)) * angle[:, None]) @ taps))


def loudness(gain: Callable[[Curve], Curve]) -> float:
    """The RMS that white noise of RMS 1 has after a filter with this gain."""
    angle = (np.arange(1 << 15) + 0.5) * np.pi / (1 << 15)
    return float(np.sqrt(np.mean(gain(angle) ** 2)))


def leaky(keep: float) -> Callable[[Curve], Curve]:
    """The gain of a sum that keeps this much from one sample to the next."""
    return lambda angle: 1 / np.sqrt(1 - 2 * keep * np.cos(angle) + keep * keep)


def cascade(zeros: list[float], poles: list[float]) -> Callable[[Curve], Curve]:
    """The gain of real zeros and poles, one after the other."""

    def gain(angle: Curve) -> Curve:
        turn = np.exp(-1j * angle)
        pairs = zip(zeros, poles, strict=True)
        return np.asarray(
            np.abs(np.prod([(1 - zero * turn) / (1 - pole * turn) for zero, pole in pairs], axis=0))
        )

    return gain


def equal_to_the_ear(rate_hz: float, hold_hz: float) -> Callable[[Curve], Curve]:
    """The inverse of the A-weighting, held back below `hold_hz`, where no loudspeaker could follow.

    Source: IEC 61672-1:2013, Annex E (corner frequencies).
    """

    def gain(angle: Curve) -> Curve:
        hz = angle * rate_hz / (2 * np.pi)
        rise = (hz**2 + 20.6**2) * np.sqrt((hz**2 + 107.7**2) * (hz**2 + 737.9**2))
        return np.asarray(rise * (hz**2 + 12_194.0**2) / (hz**2 + hold_hz**2) ** 2 / 12_194.0**2)

    return gain
