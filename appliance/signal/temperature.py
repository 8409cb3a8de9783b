"""The temperature of the skin and where it is going: warm hands are calm hands, slowly.

A straight line is fitted to the last minute, every sample with the same weight. What no skin can be, below
10 or above 45 degrees, is no signal.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

SPAN_S = 60.0
LEAST_S = 20.0
LOWEST_C = 10.0
HIGHEST_C = 45.0
GRID_HZ = 2.0


class Temperature:
    """Degrees Celsius in with `feed`; the mean of the last seconds and the trend of the last minute."""

    def __init__(self, rate_hz: float) -> None:
        self._step = max(1, round(rate_hz / GRID_HZ))
        self._hz = rate_hz / self._step
        self._held: list[float] = []
        self._kept: deque[float] = deque(maxlen=max(3, int(SPAN_S * self._hz)))

    def feed(self, values: NDArray[np.float64], end_s: float) -> None:
        """Take samples in degrees Celsius; what no skin can be starts the minute anew."""
        for value in np.asarray(values, dtype=np.float64).tolist():
            if not LOWEST_C <= value <= HIGHEST_C:
                self._kept.clear()
                self._held.clear()
                continue
            self._held.append(value)
            if len(self._held) == self._step:
                self._kept.append(sum(self._held) / self._step)
                self._held.clear()

    def now_c(self) -> float | None:
        """The mean of the last two seconds, degrees Celsius."""
        last = list(self._kept)[-max(1, round(2 * self._hz)) :]
        return sum(last) / len(last) if last else None

    def trend_c_per_min(self) -> float | None:
        """How fast it rises, degrees a minute; None before 20 s."""
        count = len(self._kept)
        if count < 3 or count < LEAST_S * self._hz:
            return None
        away = np.arange(count) - 0.5 * (count - 1)
        return float(60.0 * self._hz * (away @ np.array(self._kept)) / (away @ away))
