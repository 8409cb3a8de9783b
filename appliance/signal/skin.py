"""The skin while it is worn: its level, and each response as it rises and when it is over."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from appliance.contracts.shapes import SkinResponse
from cext.skin import Responses

# Conductance changes within seconds; what comes faster is thinned to about this rate, by means.
FINE_HZ = 16.0
COUNTED_S = 60.0
# Below this there is no figure.
LEAST_QUALITY = 0.3


class Skin:
    """Conductance in uS in with `feed`; level, responses, and how many a minute.

    responses: everything since it was last taken with `take`; an "onset" is told early, its response later.
    """

    def __init__(self, rate_hz: float) -> None:
        self._step = max(1, round(rate_hz / FINE_HZ))
        self._fine_hz = rate_hz / self._step
        self._kernel = Responses(self._fine_hz)
        self._held = np.empty(0)
        self._fed = 0
        self._new: list[SkinResponse] = []
        self._ends_s: deque[float] = deque()
        self._heard_s = 0.0
        self._listening_since_s: float | None = None

    def feed(self, values: NDArray[np.float64], end_s: float) -> None:
        """Take samples in uS of which the last was at end_s."""
        self._held = np.concatenate([self._held, np.asarray(values, dtype=np.float64)])
        taken = len(self._held) // self._step
        left = len(self._held) - taken * self._step
        means = self._held[: taken * self._step].reshape(taken, self._step).mean(axis=1)
        self._held = self._held[taken * self._step :]
        self._fed += taken
        # Where the kernel's sample 0 lies on the box's clock.
        start_s = end_s - left / (self._fine_hz * self._step) - self._fed / self._fine_hz
        for kind, onset_s, found_s, amplitude_us, rise_s in self._kernel.feed(means):
            one = SkinResponse(kind, start_s + onset_s, start_s + found_s, amplitude_us, rise_s)
            self._new.append(one)
            if kind == "response":
                self._ends_s.append(one.onset_s)
        self._heard_s = end_s
        if self._kernel.level_us is None:
            self._listening_since_s = None
            self._ends_s.clear()
        elif self._listening_since_s is None:
            self._listening_since_s = end_s

    def take(self) -> tuple[SkinResponse, ...]:
        """Onsets and responses since the last call."""
        new, self._new = tuple(self._new), []
        return new

    @property
    def quality(self) -> float:
        """0..1, how much of the last seconds could be skin at all."""
        return self._kernel.quality

    def level_us(self) -> float | None:
        """The slow level in uS; None without good signal."""
        return self._kernel.level_us if self.quality >= LEAST_QUALITY else None

    def responses_per_min(self) -> float | None:
        """How many responses began in the last minute; None before half a minute of good signal."""
        while self._ends_s and self._ends_s[0] < self._heard_s - COUNTED_S:
            self._ends_s.popleft()
        since_s = self._listening_since_s
        span_s = 0.0 if since_s is None else min(COUNTED_S, self._heard_s - since_s)
        if span_s < 0.5 * COUNTED_S or self.level_us() is None:
            return None
        return 60.0 * len(self._ends_s) / span_s
