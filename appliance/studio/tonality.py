"""What key a piece is in: how much of each of the twelve notes there is, held against what a key sounds like.

The notes are read from the peaks of long spectra, each at its true place between two bins, and the whole
piece may be tuned a little high or low. The key is the one whose profile fits best: C. Krumhansl and
E. Kessler (Psychological Review 89 (1982) 334) and D. Temperley (Music Perception 17 (1999) 65), averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 1_200.0
_LEAST_RESOLUTION_HZ = 3.0
_FLOOR = 0.02  # of the highest peak of a moment: what lies lower is no note of its own
_MAJOR = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
)
_MINOR = (
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
)


@dataclass(frozen=True)
class Tonality:
    """key: such as "A minor", None where there are no notes; camelot: the same for a DJ, "8A".

    confidence: 0..1, how far the next key is behind. tuning_cents: how far from A = 440 Hz.
    """

    key: str | None
    camelot: str | None
    confidence: float
    tuning_cents: float


class Chroma:
    """Collects notes from blocks of one channel, float32 of shape (frames,)."""

    def __init__(self, rate_hz: int) -> None:
        self._size = 1 << int(np.ceil(np.log2(rate_hz / _LEAST_RESOLUTION_HZ)))
        self._rate_hz = rate_hz
        self._window = np.hanning(self._size).astype(np.float32)
        self._waiting = np.zeros(0, np.float32)
        self._pitches: list[NDArray[np.float64]] = []
        self._weights: list[NDArray[np.float64]] = []

    def feed(self, sound: NDArray[np.float32]) -> None:
        """Listen to the next samples."""
        self._waiting = np.concatenate((self._waiting, sound))
        while len(self._waiting) >= self._size:
            self._add(self._waiting[: self._size])
            self._waiting = self._waiting[self._size // 2 :]

    def tonality(self) -> Tonality:
        """The key of what was heard."""
        if not self._pitches and len(self._waiting):
            self._add(np.pad(self._waiting, (0, self._size - len(self._waiting))))
        if not self._pitches or not (weights := np.concatenate(self._weights)).size:
            return Tonality(None, None, 0.0, 0.0)
        pitches = np.concatenate(self._pitches)
        turn = np.angle(np.sum(weights * np.exp(2j * np.pi * pitches))) / (2 * np.pi)
        notes = np.round(pitches - turn).astype(int) % 12
        chroma = np.asarray(np.bincount(notes, weights, minlength=12), np.float64)
        return _key(chroma, 100.0 * float(turn))

    def _add(self, sound: NDArray[np.float32]) -> None:
        size = np.abs(np.fft.rfft(sound * self._window))
        low, high = (int(hz * self._size / self._rate_hz) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
        high = min(high, len(size) - 2)
        part = size[low - 1 : high + 2]
        if part.max(initial=0.0) < 1e-4:
            return
        here, left, right = part[1:-1], part[:-2], part[2:]
        tops = np.flatnonzero((here > left) & (here >= right) & (here > _FLOOR * part.max()))
        a, b, c = (np.log(np.maximum(row[tops], 1e-12)) for row in (left, here, right))
        offset = 0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-12)
        hz = (low + tops + offset) * self._rate_hz / self._size
        weights = np.sqrt(here[tops])
        self._pitches.append(69.0 + 12.0 * np.log2(hz / 440.0))
        self._weights.append(np.asarray(weights / weights.sum(), np.float64))


def _key(chroma: NDArray[np.float64], tuning_cents: float) -> Tonality:
    scores = []
    for mode, profiles in (("major", _MAJOR), ("minor", _MINOR)):
        for note in range(12):
            fits = [np.corrcoef(chroma, np.roll(profile, note))[0, 1] for profile in profiles]
            scores.append((float(np.mean(fits)), note, mode))
    scores.sort(reverse=True)
    (best, note, mode), second = scores[0], scores[1][0]
    if not np.isfinite(best) or best < 0.2:
        return Tonality(None, None, 0.0, tuning_cents)
    return Tonality(
        f"{NOTES[note]} {mode}",
        camelot(note, mode),
        float(np.clip(4.0 * (best - second), 0.0, 1.0)),
        tuning_cents,
    )


def camelot(note: int, mode: str) -> str:
    """The place on the wheel of fifths: A minor is 8A, C major 8B; neighbours go together."""
    relative = note if mode == "major" else note + 3
    return f"{(7 * relative + 7) % 12 + 1}{'B' if mode == 'major' else 'A'}"
