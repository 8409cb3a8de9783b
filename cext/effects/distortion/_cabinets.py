"""Loudspeakers in boxes as impulse responses: drawn as curves, made as short as nature allows."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Box resonance (Hz, Q), breaks of the cone (Hz, dB, octaves) one after another, and where it gives up (Hz,
# dB an octave): a closed box of four twelve-inch speakers, an open one of two, a small combo.
CABINETS = {
    "closed": ((85.0, 1.1), ((420.0, -3.0, 1.4), (1_400.0, 2.0, 0.8), (2_700.0, 6.0, 0.9)), (4_800.0, 30.0)),
    "open": ((105.0, 0.7), ((180.0, -2.5, 1.0), (900.0, 1.5, 1.0), (3_200.0, 7.0, 0.8)), (5_600.0, 24.0)),
    "small": ((140.0, 0.9), ((600.0, 2.0, 1.2), (2_200.0, 5.0, 0.8)), (4_200.0, 18.0)),
}
SECONDS = 0.02


def loudness_db(hz: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """How loud the cabinet is at each frequency, 0 dB where its cone moves as one."""
    (box_hz, q), breaks, (end_hz, slope_db) = CABINETS[name]
    ratio = np.maximum(hz, 1.0) / box_hz
    out: NDArray[np.float64] = 20 * np.log10(ratio**2 / np.hypot(1 - ratio**2, ratio / q))
    for at_hz, gain_db, octaves in breaks:
        out += gain_db * np.exp(-((np.log2(np.maximum(hz, 1.0) / at_hz) / octaves) ** 2) * 2)
    return out - slope_db / 8 * np.log2(1 + (hz / end_hz) ** 8)


@cache
def impulse(name: str, rate_hz: float) -> NDArray[np.float32]:
    """The minimum-phase impulse response of that curve (20 ms, the last third faded), one row.

    Source: A. V. Oppenheim and R. W. Schafer, Discrete-Time Signal Processing, chapter 13 (folded cepstrum).
    """
    frames = int(SECONDS * rate_hz)
    size = 1 << (8 * frames).bit_length()
    level = loudness_db(np.linspace(0.0, rate_hz / 2, size // 2 + 1), name)
    cepstrum = np.fft.irfft(np.maximum(level, -120.0) * np.log(10) / 20, size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    taps = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), size)[:frames]
    fade = frames // 3
    taps[-fade:] *= np.cos(np.linspace(0, np.pi / 2, fade)) ** 2
    return taps.astype(np.float32)
