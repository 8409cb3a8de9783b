"""Where the beat is: onsets, the tempo they keep, and the times of the beats.

Onset strength is how much louder the bands of an ear become from one hundredth of a second to the next. The
tempo is the period after which it resembles itself: after one beat, and after bars of four or of three, a
little less so where it also does halfway; periods near 120 a minute are believed a little sooner. The beats
are the best path of steps of about that period over strong onsets (D. Ellis, "Beat Tracking by Dynamic
Programming", JNMR 36 (2007) 51).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAMES_A_SECOND = 100
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
_BANDS = 36
_USUAL_BPM, _SPREAD_OCTAVES = 120.0, 1.5
# After how many beats a piece in four, and one in three, comes back, and how much that says.
_METRES = ({1: 1.5, 2: 1.0, 4: 1.5, 8: 1.0}, {1: 1.5, 3: 1.5, 6: 1.0})
_BETWEEN = 0.1  # how much what lies between the beats speaks against a period
_TIGHTNESS = 400.0  # how dear a beat is that comes early or late
_LEAST_S = 2.0
_COMPRESSION = 20.0

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Rhythm:
    """tempo_bpm: None where there is no beat. confidence: 0..1. beats_s: when each beat falls."""

    tempo_bpm: float | None
    confidence: float
    beats_s: tuple[float, ...]


class Onsets:
    """Collects onset strength from blocks of one channel, float32 of shape (frames,)."""

    def __init__(self, rate_hz: int) -> None:
        self._hop = rate_hz / FRAMES_A_SECOND
        self._size = 1 << int(np.ceil(np.log2(rate_hz / 25.0)))
        self._window = np.hanning(self._size).astype(np.float32)
        self._filters = _bands(rate_hz, self._size)
        # Silence before the first sound, so that an onset at the very beginning is one.
        self._waiting = np.zeros(self._size, np.float32)
        self._base = -self._size
        self._frame = 0
        self._before: Curve | None = None
        self._strength: list[Curve] = []

    def feed(self, sound: NDArray[np.float32]) -> None:
        """Listen to the next samples."""
        self._waiting = np.concatenate((self._waiting, sound))
        end = self._base + len(self._waiting)
        # Frame n ends half a window after n hundredths of a second.
        last = int((end - self._size // 2) / self._hop)
        if last <= self._frame:
            return
        starts = np.round(np.arange(self._frame, last) * self._hop).astype(int) - self._size // 2 - self._base
        self._add(starts)
        self._frame = last
        done = int(np.round(last * self._hop)) - self._size // 2 - self._base
        self._waiting = self._waiting[done:]
        self._base += done

    def strength(self) -> Curve:
        """Onset strength, 100 a second, its slow part taken away."""
        if not self._strength:
            return np.zeros(0)
        raw = np.concatenate(self._strength)
        width = FRAMES_A_SECOND
        around = np.convolve(
            np.pad(raw, width // 2, mode="edge"), np.ones(width + 1) / (width + 1), mode="valid"
        )
        return np.maximum(0.0, raw - around[: len(raw)])

    def _add(self, starts: NDArray[np.int64]) -> None:
        for at in range(0, len(starts), 512):
            index = starts[at : at + 512, None] + np.arange(self._size)
            power = np.abs(np.fft.rfft(self._waiting[index] * self._window, axis=1)) ** 2
            bands = np.log1p(_COMPRESSION * np.sqrt(power @ self._filters.T) / self._size)
            before = np.zeros((1, _BANDS)) if self._before is None else self._before
            rise = np.diff(np.concatenate((before, bands)), axis=0)
            self._strength.append(np.maximum(0.0, rise).mean(axis=1))
            self._before = bands[-1:]


def rhythm(strength: Curve) -> Rhythm:
    """The tempo and the beats of an onset strength of 100 a second."""
    if len(strength) < _LEAST_S * FRAMES_A_SECOND or strength.std() < 1e-6:
        return Rhythm(None, 0.0, ())
    alike = _autocorrelation(strength)
    period, confidence = _period(alike)
    if confidence < 0.05:
        return Rhythm(None, confidence, ())
    beats = _beats(strength, period)
    return Rhythm(
        60.0 * FRAMES_A_SECOND / period, confidence, tuple(float(b) / FRAMES_A_SECOND for b in beats)
    )


def _bands(rate_hz: float, size: int) -> Curve:
    """Four triangles an octave from 30 Hz to 16 kHz or what there is, shape (bands, bins): a kick drum has as
    many as a cymbal."""
    top = min(16_000.0, 0.45 * rate_hz)
    edges = np.geomspace(30.0, top, _BANDS + 2)
    hz = np.arange(size // 2 + 1) * rate_hz / size
    rows = []
    for low, middle, high in zip(edges[:-2], edges[1:-1], edges[2:], strict=True):
        row = np.maximum(0.0, np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle)))
        # Where a band is narrower than a bin, the bin it lies in.
        row[round(middle * size / rate_hz)] = max(row.max(), 0.5)
        rows.append(row)
    return np.array(rows)


def _autocorrelation(strength: Curve) -> Curve:
    """How alike the curve is to itself later, 1 at no delay; every delay by what overlaps."""
    centred = strength - strength.mean()
    size = 1 << int(np.ceil(np.log2(2 * len(centred))))
    spectrum = np.abs(np.fft.rfft(centred, size)) ** 2
    alike = np.fft.irfft(spectrum)[: len(centred)]
    longest = min(len(centred) // 2, int(9 * 60 * FRAMES_A_SECOND / SLOWEST_BPM))
    overlap = len(centred) - np.arange(longest)
    return np.asarray(alike[:longest] / overlap / (alike[0] / len(centred)), np.float64)


def _period(alike: Curve) -> tuple[float, float]:
    """Frames from beat to beat, and how sure that is."""
    shortest, longest = (60 * FRAMES_A_SECOND / bpm for bpm in (FASTEST_BPM, SLOWEST_BPM))
    periods = np.arange(shortest, min(longest, len(alike) / 2.5), 0.1)
    if not len(periods):
        return shortest, 0.0
    # An onset is a few frames wide, and a player not quite even: look a little around each place.
    wide = np.maximum(alike, np.maximum(np.roll(alike, 1), np.roll(alike, -1)))
    on = np.maximum(*(_together(wide, periods, metre) for metre in _METRES))
    off = np.maximum(0.0, _read(alike, 0.5 * periods))
    usual = np.log2(60.0 * FRAMES_A_SECOND / periods / _USUAL_BPM) / _SPREAD_OCTAVES
    score = (on - _BETWEEN * off) * np.exp(-0.5 * usual**2)
    best = int(np.argmax(score))
    return _refined(alike, periods[best]), float(np.clip(on[best], 0.0, 1.0))


def _together(alike: Curve, periods: Curve, metre: dict[int, float]) -> Curve:
    """How alike a sound is to itself after so many beats, the weighted mean of those that are known."""
    known = np.array([np.where(n * periods < len(alike) - 2, weight, 0.0) for n, weight in metre.items()])
    found = np.array([_read(alike, n * periods) for n in metre])
    return np.asarray((known * found).sum(axis=0) / known.sum(axis=0))


def _refined(alike: Curve, period: float) -> float:
    """The same period, from the farthest repetition that is still clearly one."""
    for beat in (1, 2, 4, 8):
        at = beat * period
        low, high = int(at - 0.05 * period / beat - 2), int(at + 0.05 * period / beat + 3)
        if high + 1 >= len(alike):
            break
        top = low + int(np.argmax(alike[low:high]))
        if alike[top] < 0.3 * alike[round(period)] or not 0 < top < len(alike) - 1:
            break
        left, middle, right = alike[top - 1 : top + 2]
        bend = left - 2 * middle + right
        period = (top + (0.5 * (left - right) / bend if bend < 0 else 0.0)) / beat
    return period


def _beats(strength: Curve, period: float) -> NDArray[np.int64]:
    """Frames of the beats: strong onsets, about a period apart, the best path of all."""
    local = np.convolve(strength / strength.std(), np.exp(-0.5 * (np.arange(-8, 9) / 2.0) ** 2), mode="same")
    steps = np.arange(round(period / 2), round(2 * period) + 1)
    cost = _TIGHTNESS * np.log(steps / period) ** 2
    total, came = local.copy(), np.full(len(local), -1)
    for at in range(len(steps) and int(steps[0]), len(local)):
        reach = steps[steps <= at]
        ways = total[at - reach] - cost[: len(reach)]
        best = int(np.argmax(ways))
        if ways[best] > 0.0:
            total[at] += ways[best]
            came[at] = at - reach[best]
    at = len(total) - 1 - int(np.argmax(total[::-1][: int(2 * period)]))
    beats = []
    while at >= 0:
        beats.append(at)
        at = int(came[at])
    return np.array(beats[::-1])


def _read(curve: Curve, places: Curve) -> Curve:
    return np.interp(places, np.arange(len(curve)), curve)
