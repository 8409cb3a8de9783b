"""OpenBCI Ganglion: notifications of 20 bytes, four inputs at 200 samples a second.

Number 0 brings one whole sample of 24 bits an input; 1 to 100 two samples as differences of 18 bits and one
axis of acceleration; 101 to 200 two as differences of 19 bits. After a gap the differences have no ground
until the next whole sample. 201 to 207 are impedances and text. Source: OpenBCI, Ganglion Data Format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.boards import voltages
from appliance.sensors.decoders.tracks import Tracks
from cext import deltas

RATE_HZ = 200.0
_SIZE = 20
_MICROVOLTS = 1.2e6 / (2**23 - 1) / 1.5 / 51.0


class Ganglion:
    """Reads one board.

    channels: what each of the four inputs measures. impedances_ohm: as last measured, by the code 201 to 205.
    """

    def __init__(self, sensor_id: str, channels: Sequence[Channel] = (Channel.EEG,) * 4) -> None:
        if len(channels) != 4:
            raise ValueError(f"a Ganglion has 4 inputs, not {len(channels)}")
        inputs, factors = voltages(channels)
        self._scales = factors * _MICROVOLTS
        self._tracks = Tracks(sensor_id, RATE_HZ, inputs)
        self.clock = self._tracks.clock
        self._before = np.zeros(4, np.int32)
        self._wide = 0  # 18 or 19 while the differences have ground
        self._number = -1
        self._place = 0
        self.lost = 0
        self.impedances_ohm: dict[int, int] = {}
        self.name = ""
        self._dropped: dict[str, int] = {}

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("short", "duplicate", "ground", "number") -> count of notifications."""
        return self._dropped

    def restart(self) -> None:
        """The link was lost: wait for a whole sample."""
        self._number, self._wide = -1, 0

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take one notification; give one frame an input."""
        if len(data) != _SIZE or data[0] > 207:
            return self._drop("short" if len(data) != _SIZE else "number")
        number = data[0]
        if number > 200:
            self._said(number, data)
            return []
        if number == self._number:
            return self._drop("duplicate")
        self._count(number)
        if number == 0:
            whole = [int.from_bytes(data[at : at + 3], "big", signed=True) for at in (1, 4, 7, 10)]
            self._before[:] = whole
            self._wide = 18
            values = self._before[:, None].copy()
        else:
            found = deltas.ganglion(data, 18 if number <= 100 else 19, self._before) if self._wide else None
            if found is None:
                self._place += 2
                return self._drop("ground")
            values = found
        count = values.shape[1]
        places = np.arange(self._place, self._place + count, dtype=np.int64)
        self._place += count
        return self._tracks.frames(places, values * self._scales, arrival_s)

    def _count(self, number: int) -> None:
        """Whole samples are followed by 1 to 100 or by 101 to 200; each but the first holds two samples."""
        before, self._number = self._number, number
        if before < 0:
            return
        top = 100 if before == 0 or (before <= 100 and number <= 100) else 200
        follows = (
            number == before + 1 or (number == 0 and before in (100, 200)) or (number, before) == (101, 0)
        )
        if follows:
            return
        base = 0 if number <= 100 and top == 100 else 100
        missing = (number - before - 1) % 101 if base == 0 else max(number - max(before, 100) - 1, 1)
        self.lost += missing
        self._place += 2 * missing
        if number:
            self._wide = 0

    def _said(self, number: int, data: bytes) -> None:
        if number <= 205:
            digits = bytes(byte for byte in data[1:] if 48 <= byte <= 57)
            if digits:
                self.impedances_ohm[number] = int(digits[:9])

    def _drop(self, reason: str) -> list[SensorFrame]:
        self._dropped[reason] = self._dropped.get(reason, 0) + 1
        return []
