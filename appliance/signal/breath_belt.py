"""The breath from a belt, from airflow, or from a resting accelerometer: signals that show it directly.

A belt also shows the heart, in some wearers more than the breath. So the same half minute is smoothed more
and less, and once by a running median that lets short spikes pass unseen; all of them vote.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from appliance.signal.breath import GRID_HZ, LEAST_S, SPAN_S, Breath, Wave
from cext.breath import middles, smoothed

# What is looked at is thinned to about this rate, by means, so that spikes keep their shape.
FINE_HZ = 25.0
FASTEST_HZ = 45 / 60
# (running median in s, 0 for none; running means in s): from little to much smoothing.
SMOOTHINGS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.0, (0.5, 0.5, 0.5)),
    (0.0, (0.7, 0.7, 0.7)),
    (0.0, (0.9, 0.9, 0.9)),
    (0.9, (0.7, 0.7, 0.3)),
)
SETTLING_S = 4.0

Array = NDArray[np.float64]


class _Direct(Breath):
    """Rows of samples thinned to `FINE_HZ`, the last half minute kept, looked at once a second."""

    # Noise of equal power in every octave, the worst that passes for a slow wave, is held to one in twenty.
    chance_of_one = 0.26

    def __init__(self, rate_hz: float, axes: int) -> None:
        super().__init__()
        self._step = max(1, round(rate_hz / FINE_HZ))
        self._fine_hz = rate_hz / self._step
        self._kept: deque[Array] = deque(maxlen=max(8, int((SPAN_S + SETTLING_S) * self._fine_hz)))
        self._held = np.empty((0, axes))
        self._since = 0

    def feed(self, values: Array, end_s: float) -> None:
        """Take samples, shape (samples,) or (samples, axes), of which the last was at end_s.

        NaN starts the half minute anew.
        """
        rows = np.asarray(values, dtype=np.float64)
        axes = self._held.shape[1]
        self._held = np.concatenate([self._held, rows.reshape(-1, axes)])
        taken = len(self._held) // self._step
        left = len(self._held) - taken * self._step
        means = self._held[: taken * self._step].reshape(taken, self._step, axes).mean(axis=1)
        self._held = self._held[taken * self._step :]
        for number, mean in enumerate(means):
            if not np.isfinite(mean).all():
                self._kept.clear()
                self._forget()
                continue
            self._kept.append(mean)
            self._since += 1
            if self._since >= self._fine_hz and len(self._kept) >= (LEAST_S + SETTLING_S) * self._fine_hz:
                self._since = 0
                behind = left + (taken - 1 - number) * self._step
                self._see(np.array(self._kept), end_s - behind / (self._fine_hz * self._step))

    def _see(self, rows: Array, end_s: float) -> None:
        """Look at all that is kept, shape (samples, axes)."""
        values = self._direction(rows)
        fastest_hz = min(FASTEST_HZ, 0.45 * self._fine_hz)
        thin = max(1, round(self._fine_hz / GRID_HZ))
        coarse_hz = self._fine_hz / thin
        waves = [
            Wave(smooth[::-thin][: int(SPAN_S * coarse_hz)][::-1], coarse_hz, fastest_hz)
            for smooth, _ in (self._smoothed(values, row) for row in range(len(SMOOTHINGS)))
        ]
        if self._look(waves, end_s):
            first, late_s = self._smoothed(values, 0)
            # A belt is loosest when the inhale begins.
            self._mark_phase(-first[::-thin][::-1], coarse_hz, end_s - late_s)

    def _smoothed(self, values: Array, row: int) -> tuple[Array, float]:
        """The values through one row of `SMOOTHINGS`, and by how many seconds that is late."""
        median_s, means_s = SMOOTHINGS[row]
        late = 0.0
        if median_s:
            width = max(1, round(median_s * self._fine_hz))
            values, late = middles(values, width), (width - 1) / 2
        for mean_s in means_s:
            width = max(1, round(mean_s * self._fine_hz))
            values = smoothed(values, width)
            late += (width - 1) / 2
        return values, late / self._fine_hz

    def _direction(self, rows: Array) -> Array:
        return np.ascontiguousarray(rows[:, 0])


class BreathBelt(_Direct):
    """Breath rate and phase from a belt or airflow signal; larger values are fuller lungs."""

    def __init__(self, rate_hz: float) -> None:
        super().__init__(rate_hz, 1)


class BreathFromMotion(_Direct):
    """Breath rate and phase from an accelerometer on the chest or belly of someone at rest, in g.

    The chest tilts in gravity; the axis along which it moves most is the breath's. Which way is in cannot be
    seen from that, but breathing in is quicker than breathing out: the steeper flank is taken for the inhale.
    """

    def __init__(self, rate_hz: float, axes: int = 3) -> None:
        super().__init__(rate_hz, axes)

    def _direction(self, rows: Array) -> Array:
        width = max(1, round(self._fine_hz))
        smooth = np.stack([smoothed(axis, width) for axis in np.ascontiguousarray(rows.T)])
        smooth -= smooth.mean(axis=1, keepdims=True)
        axis = np.linalg.eigh(smooth @ smooth.T)[1][:, -1]
        steps = np.diff(axis @ smooth)
        return np.ascontiguousarray(rows @ (axis if float(np.sum(steps**3)) >= 0.0 else -axis))
