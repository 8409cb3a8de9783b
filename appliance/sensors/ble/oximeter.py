"""Pulse Oximeter Service 0x1822: oxygen in the blood and the pulse, about once a second.

A pulse rate is no beat: it comes as a channel of its own and never as intervals. Finger out, or a reading the
device itself disowns, is NaN without contact.
"""

from __future__ import annotations

import math

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.ble.profile import Line
from appliance.sensors.decoders.plx import Oximetry, PulseOximeter

SERVICE = "00001822-0000-1000-8000-00805f9b34fb"
CONTINUOUS = "00002a5f-0000-1000-8000-00805f9b34fb"
SPOT = "00002a5e-0000-1000-8000-00805f9b34fb"
_UNITS = ((Channel.OXYGEN, "%"), (Channel.PULSE_RATE, "bpm"))


class OximeterProfile:
    """Readings as events: one value each of oxygen and pulse rate, at the moment of their arrival."""

    def __init__(self, sensor_id: str) -> None:
        self._sensor_id = sensor_id
        self._oximeter = PulseOximeter()
        self._sequence = 0
        self.notes: list[str] = []

    async def begin(self, line: Line) -> None:
        """Subscribe to the readings; single spot checks are taken too."""
        self.notes = []
        await line.listen(CONTINUOUS, self.heard)
        if line.has(SPOT):
            await line.listen(SPOT, self._spot)

    async def end(self, line: Line) -> None:
        """Nothing runs that would have to be stopped."""

    def heard(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Read one continuous reading."""
        return self._frames(self._oximeter.feed(data), arrival_s)

    def _spot(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        return self._frames(self._oximeter.feed(data, is_spot=True), arrival_s)

    def _frames(self, found: Oximetry | None, arrival_s: float) -> list[SensorFrame]:
        if found is None:
            return []
        if found.is_demonstration and not self.notes:
            self.notes.append("the oximeter shows a demonstration, not a wearer")
        is_good = found.is_valid and found.has_contact is not False
        has_contact = found.has_contact if is_good else False
        sequence = self._sequence
        self._sequence += 1
        return [
            SensorFrame(
                self._sensor_id,
                channel,
                sequence,
                arrival_s,
                arrival_s,
                np.array([value if is_good else math.nan]),
                0.0,
                unit,
                found.is_demonstration,
                has_contact,
            )
            for (channel, unit), value in zip(_UNITS, (found.spo2_percent, found.rate_bpm), strict=True)
        ]

    def trouble(self, now_s: float) -> Exception | None:
        """None: silence is seen by the link."""
        return None
