"""NeuroSky ThinkGear headsets: one raw EEG input at 512 Hz, and what the chip makes of it.

Source: ThinkGear Serial Stream Guide. No numbers: lost packets show only as lateness.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.tracks import Input, Tracks
from cext import thinkgear

RATE_HZ = 512.0
NO_CONTACT = 200
# The usual scale of a TGAM: 1.8 V over 4096 counts and a gain of 2000.
_MICROVOLTS = 1.8e6 / 4096 / 2000


class ThinkGear:
    """Reads one headset; chip holds `attention`, `meditation`, `blink`, `bands` and `poor_signal`."""

    def __init__(self, sensor_id: str) -> None:
        self.chip = thinkgear.ThinkGear()
        self._tracks = Tracks(sensor_id, RATE_HZ, (Input("", Channel.EEG, "uV"),), drift_per_s=2e-3)
        self.clock = self._tracks.clock
        self.name = ""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("framing", "sum", "rows") -> count."""
        return self.chip.dropped

    def restart(self) -> None:
        """Forget half a packet."""
        self.chip.restart()

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes; give one frame for each run with the same contact."""
        raw, poor = self.chip.feed(data)
        if not len(raw):
            return []
        values = raw[None] * _MICROVOLTS
        is_off = poor >= NO_CONTACT
        cuts = [0, *(np.flatnonzero(is_off[1:] != is_off[:-1]) + 1).tolist(), len(raw)]
        frames: list[SensorFrame] = []
        for first, end in pairwise(cuts):
            has_contact = None if poor[first] < 0 else not bool(is_off[first])
            places = self._tracks.number(end - first)
            frames += self._tracks.frames(places, values[:, first:end], arrival_s, has_contact)
        return frames
