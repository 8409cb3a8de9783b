"""A sensor's clock on the box's clock: when was this really measured, seen through late deliveries."""

from __future__ import annotations

# Crystals differ by up to about 100 parts in a million; the estimate may rise so fast and no faster.
DRIFT_PER_S = 2e-4


class ClockMap:
    """Maps a sensor's times to the box's by the quickest delivery seen.

    A delivery can be late but never early, so the smallest difference between arrival and sensor time is
    the best guess of the offset; it leaks upward by drift_per_s to follow a sensor whose clock runs slow.
    """

    def __init__(self, drift_per_s: float = DRIFT_PER_S) -> None:
        self._drift_per_s = drift_per_s
        self._offset_s: float | None = None
        self._last_s = 0.0

    def box_time_s(self, sensor_s: float, newest_s: float, arrival_s: float) -> float:
        """Give the box's time of `sensor_s`.

        newest_s: sensor time of the newest sample in this delivery, which came at arrival_s.
        """
        seen_s = arrival_s - newest_s
        if self._offset_s is None:
            self._offset_s = seen_s
        else:
            leaked_s = self._offset_s + max(arrival_s - self._last_s, 0.0) * self._drift_per_s
            self._offset_s = min(leaked_s, seen_s)
        self._last_s = arrival_s
        return sensor_s + self._offset_s

    def forget(self) -> None:
        """Start over, as after a reboot of the sensor."""
        self._offset_s = None
