"""The filters of the textbook in float64, sample by sample: what the fast ones are held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cext.parts import Effect
from tests.cext.sound import RATE_HZ, through

Floats = NDArray[np.float64]


def rbj(
    kind: str, frequency_hz: float, gain_db: float, q: float, rate_hz: float = RATE_HZ
) -> tuple[Floats, Floats]:
    """Numerator and denominator of R. Bristow-Johnson's Audio EQ Cookbook, shape (3,) each, unscaled."""
    w = 2 * np.pi * frequency_hz / rate_hz
    a, c, alpha = 10 ** (gain_db / 40), np.cos(w), np.sin(w) / (2 * q)
    root = 2 * np.sqrt(a) * alpha
    table = {
        "lowpass": ([(1 - c) / 2, 1 - c, (1 - c) / 2], [1 + alpha, -2 * c, 1 - alpha]),
        "highpass": ([(1 + c) / 2, -1 - c, (1 + c) / 2], [1 + alpha, -2 * c, 1 - alpha]),
        "bandpass": ([alpha, 0, -alpha], [1 + alpha, -2 * c, 1 - alpha]),
        "notch": ([1, -2 * c, 1], [1 + alpha, -2 * c, 1 - alpha]),
        "allpass": ([1 - alpha, -2 * c, 1 + alpha], [1 + alpha, -2 * c, 1 - alpha]),
        "peak": ([1 + alpha * a, -2 * c, 1 - alpha * a], [1 + alpha / a, -2 * c, 1 - alpha / a]),
        "low_shelf": (
            [
                a * (a + 1 - (a - 1) * c + root),
                2 * a * (a - 1 - (a + 1) * c),
                a * (a + 1 - (a - 1) * c - root),
            ],
            [a + 1 + (a - 1) * c + root, -2 * (a - 1 + (a + 1) * c), a + 1 + (a - 1) * c - root],
        ),
        "high_shelf": (
            [
                a * (a + 1 + (a - 1) * c + root),
                -2 * a * (a - 1 + (a + 1) * c),
                a * (a + 1 + (a - 1) * c - root),
            ],
            [a + 1 - (a - 1) * c + root, 2 * (a - 1 - (a + 1) * c), a + 1 - (a - 1) * c - root],
        ),
    }
    b, bottom = table[kind]
    return np.array(b, np.float64), np.array(bottom, np.float64)


def answer(b: Floats, a: Floats, hz: Floats, rate_hz: float = RATE_HZ) -> NDArray[np.complex128]:
    """The frequency response of a rational filter."""
    z = np.exp(-2j * np.pi * hz / rate_hz)
    top: NDArray[np.complex128] = np.polyval(b[::-1], z)
    return top / np.polyval(a[::-1], z)


def filtered(b: Floats, a: Floats, sound: Floats) -> Floats:
    """A sound of shape (frames,) through a filter of second order at most, as its equation says."""
    b0, b1, b2 = (float(value / a[0]) for value in b)
    _, a1, a2 = (float(value / a[0]) for value in a)
    out, x1, x2, y1, y2 = [], 0.0, 0.0, 0.0, 0.0
    for x in sound.tolist():
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x2, x1, y2, y1 = x1, x, y1, y
        out.append(y)
    return np.array(out)


def heard(effect: Effect, hz: Floats, frames: int = 1 << 16, level: float = 1.0) -> NDArray[np.complex128]:
    """The frequency response of an effect, by an impulse into the left ear and its exact transform.

    frames: a multiple of 256.
    """
    sound = np.zeros((2, frames), np.float32)
    sound[0, 0] = level
    out = through(effect, sound)[0] / level
    # Rows of 256 frames: the turn of a frame is that of its row times that of its place in it.
    rows = out.reshape(-1, 256)
    turn = -2j * np.pi * hz / effect.rate_hz
    places, starts = (
        np.exp(np.outer(turn, np.arange(256))),
        np.exp(np.outer(turn, 256 * np.arange(len(rows)))),
    )
    response: NDArray[np.complex128] = np.sum(starts * (places @ rows.T), axis=1)
    return response
