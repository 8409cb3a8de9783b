"""Our own wearable: frames of `firmware.wire` become sensor frames, with the C twin of its decoder."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import ClockMap
from cext.frames import Wire
from firmware import wire

UNITS: dict[Channel, str] = {
    Channel.ECG: "mV",
    Channel.PPG: "a.u.",
    Channel.RR: "ms",
    Channel.BREATH: "a.u.",
    Channel.SKIN: "uS",
    Channel.MOTION: "g",
    Channel.TEMPERATURE: "degC",
    Channel.EEG: "uV",
    Channel.OXYGEN: "%",
    Channel.PULSE_RATE: "bpm",
}
_CHANNELS = tuple(Channel(name) for name in wire.CHANNELS)
_CHANNEL_UNITS = tuple(UNITS[channel] for channel in _CHANNELS)
_RR = _CHANNELS.index(Channel.RR)


class WearableDecoder:
    """Reads one wearable.

    keys: key id -> key of the tags; by default unkeyed frames, as on a cable. ciphers: key id -> key that
    unseals payloads. `paired` makes both from the secrets of a pairing.
    Sequence numbers count a channel's frames and jump by what the line lost, whatever channel that was.
    clock: the wearable's, on the box's. name, serial: what it says of itself.
    """

    def __init__(
        self, sensor_id: str, keys: dict[int, bytes] | None = None, ciphers: dict[int, bytes] | None = None
    ) -> None:
        self._sensor_id = sensor_id
        self._wire = Wire({wire.OPEN_KEY_ID: b""} if keys is None else keys, ciphers)
        self.clock = ClockMap()
        self._arrival_s = 0.0
        self._unread = 0
        self.name = ""
        self.serial = ""

    @classmethod
    def paired(cls, sensor_id: str, secrets: Mapping[int, bytes]) -> WearableDecoder:
        """Read a wearable that shares secrets with this box; nothing unkeyed is let in.

        secrets: key id from 1 to 255 -> secret of the pairing.
        """
        made = {key_id: wire.derived(secret, wire.UP) for key_id, secret in secrets.items()}
        return cls(
            sensor_id,
            {key_id: pair[0] for key_id, pair in made.items()},
            {key_id: pair[1][:16] for key_id, pair in made.items()},
        )

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason -> count, of the line and of payloads that made no sense."""
        unread = {"payload": self._unread} if self._unread else {}
        return self._wire.dropped | unread

    @property
    def lost(self) -> int:
        """Frames whose numbers never came."""
        return self._wire.lost

    def restart(self) -> None:
        """Forget half a frame: the cable was out."""
        self._wire.restart()

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes from a serial line."""
        return self._found(arrival_s) if self._wire.feed(data) else []

    def notified(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take one BLE notification: a frame without the serial line's wrapping."""
        return self._found(arrival_s) if self._wire.frame(data) else []

    def _found(self, arrival_s: float) -> list[SensorFrame]:
        """Place what one piece brought: its newest sample tells the clock, and all follow its line."""
        self._arrival_s = arrival_s
        frames: list[SensorFrame] = []
        first, count = 0, self._wire.count
        while first < count:
            end, is_new, newest_s = self._wire.boot_end(first)
            if is_new:
                self.clock.forget()
            if not math.isnan(newest_s):
                self.clock.saw(newest_s, arrival_s)
            frames += self._wire.frames(
                first,
                end,
                *self.clock.line(),
                arrival_s,
                SensorFrame,
                self._sensor_id,
                _CHANNELS,
                _CHANNEL_UNITS,
                self._other,
            )
            first = end
        return frames

    def _other(self, kind: int, payload: bytes, time_s: float, key_id: int) -> SensorFrame | None:
        """Read a frame that holds no samples."""
        if kind == wire.INTERVALS:
            intervals_ms = wire.unpack_intervals(payload)
            if intervals_ms is not None:
                return self._intervals(intervals_ms, time_s)
        elif kind == wire.HELLO:
            hello = wire.unpack_hello(payload)
            if hello is not None:
                self.serial, self.name = hello[0][:64], hello[1][:120]
                return None
        elif kind in (wire.STATUS, wire.REPLY):
            return None
        self._unread += 1
        return None

    def _intervals(self, intervals_ms: list[float], time_s: float) -> SensorFrame:
        return SensorFrame(
            self._sensor_id,
            Channel.RR,
            self._wire.next_sequence(_RR),
            time_s - sum(intervals_ms[1:]) / 1000.0,
            self._arrival_s,
            np.array(intervals_ms),
            0.0,
            UNITS[Channel.RR],
        )
