"""Heart Rate Service 0x180D: every standard chest strap, armband and watch that shares its pulse."""

from __future__ import annotations

from appliance.contracts import SensorFrame
from appliance.sensors.ble.profile import Line
from appliance.sensors.decoders.heart_rate import StrapBeats
from appliance.sensors.reasons import Reason, fault

SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"
MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"
# A strap needs some beats before its first interval; one that never sends any is of no use here.
NO_INTERVALS_S = 20.0


class HeartRateProfile:
    """Intervals as the strap sends them, none to nine in a notification."""

    def __init__(self, sensor_id: str, no_intervals_s: float = NO_INTERVALS_S) -> None:
        self._beats = StrapBeats(sensor_id)
        self._no_intervals_s = no_intervals_s
        self._name = ""
        self._useful_s: float | None = None
        self.notes: list[str] = []

    async def begin(self, line: Line) -> None:
        """Subscribe to the measurement."""
        self._name = line.name
        self._useful_s = None
        await line.listen(MEASUREMENT, self.heard)

    async def end(self, line: Line) -> None:
        """Nothing runs in a strap that would have to be stopped."""

    def heard(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Read one notification."""
        frames = self._beats.feed(data, arrival_s)
        if frames or self._useful_s is None:
            self._useful_s = arrival_s
        return frames

    def trouble(self, now_s: float) -> Exception | None:
        """A heart rate without intervals cannot be used."""
        if self._useful_s is None or now_s - self._useful_s <= self._no_intervals_s:
            return None
        return fault(Reason.NO_INTERVALS, self._name)
