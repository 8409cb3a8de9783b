"""A sensor's clock on the box's clock: when was this really measured, seen through late deliveries.

A delivery can be late but never early, so a line below all points (sensor time, arrival - sensor time) that
lies as high as it can shows offset and drift. That is the answer of linear programming, and the best guess
when delays are exponential. Source: Moon, Skelly, Towsley, Estimation and removal of clock skew from network
delay measurements, INFOCOM (1999) 227. Only the quickest delivery of each half second is kept.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise

# Crystals differ by up to about 100 parts in a million from the truth, and so do two of them by twice that.
DRIFT_PER_S = 2e-4
# Long enough to see a drift through jitter, short enough to follow a crystal that warms up.
WINDOW_S, BUCKET_S = 240.0, 0.5
# A clock that goes back by more than this was set anew; all deliveries late for so long mean the same.
BACK_S, STEP_S, STEP_AFTER_S, STEP_DELIVERIES = 1.0, 0.06, 5.0, 8
# Where in the window the line is held closest to the points; towards its end, because the end is asked for.
_REFERENCE = 0.65
_JITTERS = 256
# A delivery under the line moves it at once; else it is drawn anew every so many points.
_FIT_EVERY = 8


class ClockMap:
    """Maps a sensor's times to the box's by the quickest deliveries.

    drift_per_s: how far the two clocks may run apart. steps: how often the sensor's clock was set anew.
    `saw` takes deliveries and `at` maps times; `box_time_s` does both.
    """

    def __init__(self, drift_per_s: float = DRIFT_PER_S) -> None:
        self._limit = drift_per_s
        self.steps = 0
        self.forget()

    def forget(self) -> None:
        """Start over, as after a reboot of the sensor."""
        self._origin_s: float | None = None
        self._last_s = -math.inf
        self._offset_s = 0.0
        self._slope = 0.0
        self._spread_s = 0.0
        self._points: deque[tuple[float, float]] = deque()
        self._hull: list[tuple[float, float]] = []  # the newest point is always its last
        self._bucket = -1
        self._unfitted = 0
        self._jitters_s: deque[float] = deque(maxlen=_JITTERS)
        self._late: tuple[float, float, int] | None = None  # since when all is late, by how much at least

    @property
    def is_known(self) -> bool:
        """Whether anything was delivered since the last start."""
        return self._origin_s is not None

    @property
    def drift_ppm(self) -> float:
        """How much faster the box's clock runs than the sensor's, in parts of a million."""
        return 1e6 * self._slope

    @property
    def jitter_s(self) -> float:
        """How much later than the quickest the usual (95 of 100) delivery came, of the last 256."""
        ordered = sorted(self._jitters_s)
        return ordered[int(0.95 * (len(ordered) - 1))] if ordered else 0.0

    @property
    def uncertainty_s(self) -> float:
        """How far a mapped time may be wrong (19 of 20 times are nearer), constant delays aside."""
        if self._origin_s is None:
            return math.inf
        span_s = self._points[-1][0] - self._points[0][0]
        unknown_s = self._limit * min(span_s, 10.0)  # a drift that a short look cannot show
        return 3.0 * self._spread_s / math.sqrt(len(self._points)) + unknown_s * 10.0 / (10.0 + span_s) + 1e-4

    def box_time_s(self, sensor_s: float, newest_s: float, arrival_s: float) -> float:
        """Give the box's time of `sensor_s`.

        newest_s: sensor time of the newest sample in this delivery, which came at arrival_s.
        """
        self.saw(newest_s, arrival_s)
        return self.at(sensor_s)

    def at(self, sensor_s: float) -> float:
        """Give the box's time of a sensor time, as far as is known now."""
        offset_s, slope = self.line()
        return sensor_s + offset_s + slope * sensor_s

    def line(self) -> tuple[float, float]:
        """Offset in seconds and drift in seconds a second: box time = t + offset + drift x t."""
        if self._origin_s is None:
            return 0.0, 0.0
        return self._offset_s - self._slope * self._origin_s, self._slope

    def saw(self, newest_s: float, arrival_s: float) -> None:
        """Take in one delivery: its newest sample's sensor time, and when it came."""
        seen_s = arrival_s - newest_s
        if self._origin_s is not None and newest_s < self._last_s - BACK_S:
            self.forget()
            self.steps += 1
        if self._origin_s is None:
            self._origin_s, self._last_s, self._offset_s = newest_s, newest_s, seen_s
            self._points.append((0.0, seen_s))
            self._hull.append((0.0, seen_s))
            self._bucket = 0
            return
        self._last_s = max(self._last_s, newest_s)
        place_s = newest_s - self._origin_s
        late_s = seen_s - self._offset_s - self._slope * place_s
        if self._has_stepped(place_s, late_s):
            self.forget()
            self.steps += 1
            self.saw(newest_s, arrival_s)
            return
        self._jitters_s.append(max(late_s, 0.0))
        bucket = int(place_s / BUCKET_S)
        if bucket > self._bucket:
            self._bucket = bucket
            self._points.append((place_s, seen_s))
            self._extend((place_s, seen_s))
            self._unfitted += 1
            if late_s < 0.0 or len(self._points) < _FIT_EVERY or self._unfitted >= _FIT_EVERY:
                self._fit()
        elif bucket == self._bucket and seen_s < self._points[-1][1]:
            self._points[-1] = (place_s, seen_s)
            self._hull.pop()
            self._extend((place_s, seen_s))
            if late_s < 0.0:
                self._fit()

    def _has_stepped(self, place_s: float, late_s: float) -> bool:
        """Whether the sensor's clock was set: much earlier than it can be, or late for a long time."""
        usual_s = self._spread_s
        if late_s < -STEP_S - 6.0 * usual_s and len(self._jitters_s) >= 4 * STEP_DELIVERIES:
            return True
        if late_s <= STEP_S + 4.0 * usual_s:
            self._late = None
            return False
        since_s, least_s, count = self._late or (place_s, late_s, 0)
        self._late = (since_s, min(least_s, late_s), count + 1)
        return count + 1 >= STEP_DELIVERIES and place_s - since_s > STEP_AFTER_S

    def _extend(self, point: tuple[float, float]) -> None:
        """Add the newest point to the lower hull, and forget what is older than the window."""
        hull, oldest_s = self._hull, point[0] - WINDOW_S
        while self._points[0][0] < oldest_s:
            self._points.popleft()
        while len(hull) > 1 and hull[0][0] < oldest_s:
            del hull[0]
        while hull and point[0] <= hull[-1][0]:
            hull.pop()
        while len(hull) > 1 and _turn(hull[-2], hull[-1], point) <= 0.0:
            hull.pop()
        hull.append(point)

    def _fit(self) -> None:
        """Choose the edge of the points' lower hull under the reference, within the drifts there can be."""
        hull = self._hull
        first_s, last_s = hull[0][0], hull[-1][0]
        reference_s = first_s + _REFERENCE * (last_s - first_s)
        slope = 0.0
        for left, right in pairwise(hull):
            slope = (right[1] - left[1]) / (right[0] - left[0])
            if right[0] >= reference_s:
                break
        self._slope = slope = min(max(slope, -self._limit), self._limit)
        self._offset_s = offset_s = min([y - slope * x for x, y in hull])
        if self._unfitted >= _FIT_EVERY or len(self._points) < _FIT_EVERY:
            self._unfitted = 0
            over = sorted([y - offset_s - slope * x for x, y in self._points])
            self._spread_s = over[len(over) // 2]


def _turn(one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]) -> float:
    """Above zero when the way from one over two to three turns upwards."""
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])
