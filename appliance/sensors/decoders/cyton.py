"""OpenBCI Cyton, with or without the Daisy board: packets of 33 bytes at 250 a second.

A0, number, eight 24-bit voltages, three accelerations or other six bytes, C0 to C6. A Daisy doubles the
inputs and halves the rate: odd numbers bring inputs 1 to 8, the even one behind them 9 to 16. No checksum: a
packet is known by its first and last byte and by its number. Source: OpenBCI, Cyton Data Format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.boards import AXES, voltages
from appliance.sensors.decoders.tracks import Tracks
from cext import packets

RATE_HZ = 250.0
GAIN = 24.0
_SIZE, _CONFIRM, _AHEAD = 33, 3, 1
_G_PER_COUNT = 0.002 / 16.0
_ACCELERATIONS = 0xC0


class Cyton:
    """Reads one board.

    channels: what each input measures; 8 of them, 16 make it a Daisy. gain: of the amplifier, as set on the
    board. Frames of voltages come for every input; accelerations, when the board sends them, as `x`, `y`,
    `z`.
    """

    def __init__(
        self, sensor_id: str, channels: Sequence[Channel] = (Channel.EEG,) * 8, gain: float = GAIN
    ) -> None:
        if len(channels) not in (8, 16):
            raise ValueError(f"a Cyton has 8 inputs, 16 with a Daisy, not {len(channels)}")
        self._has_daisy = len(channels) == 16
        rate_hz = RATE_HZ / 2.0 if self._has_daisy else RATE_HZ
        inputs, self._factors = voltages(channels)
        self._microvolts = 4.5e6 / (2**23 - 1) / gain
        counts = 128 if self._has_daisy else 256
        self._tracks = Tracks(sensor_id, rate_hz, inputs, counts=counts)
        self._motion = Tracks(sensor_id, RATE_HZ, AXES, counts=256)
        self.clock = self._tracks.clock
        self._packets = packets.Packets(packets.CYTON, _SIZE, _CONFIRM, _AHEAD)
        self._odd: NDArray[np.float64] | None = None
        self._odd_place = -2
        self._acceleration = np.zeros(3)
        self._has_moved = False  # until the first that is not zero there is nothing to repeat
        self.name = ""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("framing", "duplicate") -> count."""
        return self._packets.dropped

    @property
    def lost(self) -> int:
        """Packets whose numbers never came."""
        return self._packets.missing

    def restart(self) -> None:
        """Forget half a packet."""
        self._packets.restart()
        self._odd = None

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes; give one frame an input for what they complete."""
        places, found = self._packets.feed(data)
        if not len(places):
            return []
        frames: list[SensorFrame] = []
        volts = packets.wide(found, 2, 8, self._microvolts)
        if self._has_daisy:
            places_pairs, volts = self._paired(places, found[:, 1], volts)
            frames += self._tracks.frames(places_pairs, volts * self._factors, arrival_s)
        else:
            frames += self._tracks.frames(places, volts * self._factors, arrival_s)
        has_axes = found[:, -1] == _ACCELERATIONS
        self._has_moved = self._has_moved or bool(found[has_axes, 26:32].any())
        if self._has_moved:
            frames += self._accelerations(places, found, has_axes, arrival_s)
        return frames

    def _paired(
        self, places: NDArray[np.int64], numbers: NDArray[np.uint8], volts: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Join each odd packet with the even one right behind it."""
        if self._odd is not None:
            places = np.concatenate(([self._odd_place], places))
            numbers = np.concatenate((np.array([1], np.uint8), numbers))
            volts = np.concatenate((self._odd, volts), axis=1)
        self._odd = None
        if numbers[-1] % 2:
            self._odd, self._odd_place = volts[:, -1:], int(places[-1])
        first = np.flatnonzero((numbers[:-1] % 2 == 1) & (np.diff(places) == 1))
        return (places[first] + 1) // 2, np.concatenate((volts[:, first], volts[:, first + 1]))

    def _accelerations(
        self,
        places: NDArray[np.int64],
        found: NDArray[np.uint8],
        has_axes: NDArray[np.bool_],
        arrival_s: float,
    ) -> list[SensorFrame]:
        """Three axes at the packets' rate; where a packet has zeros the last ones still hold."""
        counts = found[:, 26:32].copy().view(">i2").astype(np.float64)
        is_new = has_axes & counts.any(axis=1)
        values = np.vstack((self._acceleration, counts * _G_PER_COUNT))
        last = np.maximum.accumulate(np.where(is_new, np.arange(1, len(counts) + 1), 0))
        held = np.ascontiguousarray(values[last].T)
        self._acceleration = held[:, -1].copy()
        return self._motion.frames(places, held, arrival_s)
