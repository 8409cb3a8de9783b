"""Movement: steps a minute, posture, and how far moving spoils what the other sensors say.

Steps are the waves of the size of acceleration between 50 and 220 a minute, counted by the same vote as
breaths. Gravity tells posture: upright is where it points while walking (nobody walks lying down), and until
then where the wearer said. The artefact index grows with acceleration that comes and goes within a second.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from cext.breath import Votes, smoothed

Array = NDArray[np.float64]

FINE_HZ = 25.0
WINDOW_S = 6.0
SLOWEST_HZ = 50 / 60
FASTEST_HZ = 220 / 60
# A walk shakes the chest by a tenth of gravity or more; typing and talking by a fiftieth.
LEAST_SHAKE_G = 0.04
LEAST_EVENNESS = 0.12
STEP_SMOOTHING_S = 0.2
HALF_SPOILED_G = 0.1
STILL_G = 0.06
UPRIGHT_DEG = 35.0
# A second of walking moves what is held to be up by this share, so that one bow does not.
UP_SHARE = 0.2
LYING_DEG = 60.0


class Motion:
    """Acceleration in g in with `feed`, shape (samples, 3), or (samples,) of one axis or of its size.

    up: the direction of gravity's reaction in the sensor's axes when the wearer stands; known by itself after
    the first walk. cadence_per_min: steps a minute, 0 at rest, None when unknown. steps: all so far.
    """

    def __init__(self, rate_hz: float, axes: int = 3, up: tuple[float, float, float] | None = None) -> None:
        self._step = max(1, round(rate_hz / FINE_HZ))
        self._fine_hz = rate_hz / self._step
        self._axes = axes
        self._up = None if up is None else np.asarray(up) / np.linalg.norm(up)
        self._window = max(16, round(WINDOW_S * self._fine_hz))
        self._kept: deque[Array] = deque(maxlen=self._window)
        self._held = np.empty((0, axes))
        self._since = 0
        self._votes = Votes()
        self.steps = 0.0
        self.cadence_per_min: float | None = None
        self._shake_g: float | None = None
        self._gravity: Array | None = None

    def feed(self, values: Array, end_s: float) -> None:
        """Take samples in g; NaN starts the window anew."""
        rows = np.asarray(values, dtype=np.float64).reshape(-1, self._axes)
        self._held = np.concatenate([self._held, rows])
        taken = len(self._held) // self._step
        means = self._held[: taken * self._step].reshape(taken, self._step, self._axes).mean(axis=1)
        self._held = self._held[taken * self._step :]
        for mean in means:
            if not np.isfinite(mean).all():
                self._kept.clear()
                self.cadence_per_min = self._shake_g = self._gravity = None
                continue
            self._kept.append(mean)
            self._since += 1
            if self._since >= self._fine_hz and len(self._kept) >= 2 * self._fine_hz:
                self._look(np.array(self._kept), self._since / self._fine_hz)
                self._since = 0

    def _look(self, rows: Array, passed_s: float) -> None:
        second = rows[-round(self._fine_hz) :]
        self._shake_g = float(np.sqrt(np.sum(np.var(second, axis=0))))
        self._gravity = rows[-round(2 * self._fine_hz) :].mean(axis=0)
        size = rows[:, 0] if self._axes == 1 else np.linalg.norm(rows, axis=1)
        self.cadence_per_min = self._cadence(size)
        if self.cadence_per_min:
            self.steps += self.cadence_per_min / 60.0 * passed_s
            if self._axes == 3:
                self._learn_up(rows.mean(axis=0))

    def _learn_up(self, mean: Array) -> None:
        up = mean / np.linalg.norm(mean)
        self._up = up if self._up is None else self._up + UP_SHARE * (up - self._up)
        self._up = self._up / np.linalg.norm(self._up)

    def _cadence(self, size: Array) -> float | None:
        if len(size) < self._window:
            return None
        smooth = smoothed(size, max(1, round(STEP_SMOOTHING_S * self._fine_hz)))
        if self._shake_g is not None and self._shake_g < LEAST_SHAKE_G / 2:
            return 0.0
        # Both halves must shake: a single bump is no walk.
        halves = np.array_split(smooth, 2)
        if min(float(half.std()) for half in halves) < LEAST_SHAKE_G / 2:
            return 0.0
        self._votes.clear()
        self._votes.add(smooth, self._fine_hz, FASTEST_HZ)
        said = self._votes.rate()
        if said is None or said[0] < SLOWEST_HZ or said[1] < LEAST_EVENNESS:
            return 0.0
        return 60.0 * said[0]

    @property
    def artefact(self) -> float | None:
        """0..1, how far movement of the last second spoils other signals; None without a signal."""
        if self._shake_g is None:
            return None
        return 1.0 - math.exp(-math.log(2.0) * (self._shake_g / HALF_SPOILED_G) ** 2)

    @property
    def posture(self) -> str | None:
        """ "upright", "leaning" or "lying"; None while moving, with one axis, or before "up" is known."""
        if self._gravity is None or self._up is None or self._axes != 3 or self._shake_g is None:
            return None
        size = float(np.linalg.norm(self._gravity))
        if self._shake_g > STILL_G or not 0.5 < size < 1.5:
            return None
        tilt = math.degrees(math.acos(max(-1.0, min(1.0, float(self._gravity @ self._up) / size))))
        return "upright" if tilt < UPRIGHT_DEG else "leaning" if tilt < LYING_DEG else "lying"
