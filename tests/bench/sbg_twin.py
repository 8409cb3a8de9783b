"""The peer for strict .sbg files: the same integer tables, as a careful NumPy program would use them.

Four binaural pairs and pink noise, a block of 4,096 frames at a time as sbagen does it: 16,384-entry sine
table, 30-bit phases, nine octave bands of noise drawn from a tabled congruential generator, dither, 16 bit.
Written from the published description of sbagen 1.4.4; the ramps of the noise bands are taken in floating
point, which is quicker in NumPy than to carry their rounding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
BLOCK_FRAMES = 4096
BANDS = 9
_PERIOD = 65_536


class SbgTwin:
    """carriers_hz, beats_hz and amplitudes (4,096 is full) of steady binaural voices, over pink noise."""

    def __init__(
        self, carriers_hz: list[float], beats_hz: list[float], amplitudes: list[int], noise: int
    ) -> None:
        self._sine = np.trunc(524_287 * np.sin(2 * np.pi * np.arange(16_384) / 16_384)).astype(np.int32)
        carriers, beats = np.array(carriers_hz), np.array(beats_hz)
        ears = np.stack([carriers + beats / 2, carriers - beats / 2])
        self._turn = (ears / RATE_HZ * 2**30).astype(np.int64)
        self._phase = np.zeros_like(self._turn)
        self._amplitude = np.array(amplitudes, np.int32)
        self._noise = noise
        self._draws = _drawn() * (((524_287 << 12) // 65_535) // 10)
        self._frame = 0
        self._count = np.arange(1, BLOCK_FRAMES + 1)
        self._dither = _dither()

    def render(self) -> NDArray[np.int16]:
        """The next block, shape (2, 4096)."""
        out = np.empty((2, BLOCK_FRAMES), np.int32)
        noise = self._noise * self._pink()
        for ear in range(2):
            total = noise.copy()
            for voice, amplitude in enumerate(self._amplitude):
                phases = self._phase[ear, voice] + self._turn[ear, voice] * self._count
                total += amplitude * self._sine[(phases >> 16) & 16_383]
            out[ear] = total
        self._phase = (self._phase + self._turn * BLOCK_FRAMES) & (2**30 - 1)
        at = self._frame % _PERIOD
        out += self._dither[at : at + BLOCK_FRAMES]
        self._frame += BLOCK_FRAMES
        return (out >> 16).astype(np.int16)

    def _pink(self) -> NDArray[np.int32]:
        frames = self._frame + np.arange(BLOCK_FRAMES)
        # One draw a frame, one more for each band k whenever the last k + 1 bits of the counter are ones.
        drawn = frames + sum((frames >> (band + 1)) for band in range(BANDS))
        total = self._draws[drawn % _PERIOD].astype(np.float64)
        for band in range(BANDS):
            span = 2 << band
            knots = np.arange(self._frame // span, (self._frame + BLOCK_FRAMES) // span + 2)
            total += np.interp(frames, knots * span, self._draws[(knots * 2 * BANDS + band) % _PERIOD])
        pink: NDArray[np.int32] = (total.astype(np.int64) >> 12).astype(np.int32)
        return pink


def _drawn() -> NDArray[np.int64]:
    seed, draws = 2, []
    for _ in range(_PERIOD):
        seed = 75 * seed % 131_074
        draws.append(seed - 65_535)
    return np.array(draws)


def _dither() -> NDArray[np.int32]:
    value, row = 0, []
    for _ in range(_PERIOD + BLOCK_FRAMES):
        row.append(value)
        value = (value * 0x660D + 0xF35F) & 0xFFFF
    return np.array(row, np.int32)
