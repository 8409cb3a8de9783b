"""Our own wearable: frames of `firmware.wire` become sensor frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import ClockMap
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
}


class WearableDecoder:
    """Reads one wearable.

    keys: key id -> key shared at pairing; by default unkeyed frames, as on a cable.
    Sequence numbers count a channel's frames and jump by what the line lost, whatever channel that was.
    """

    def __init__(self, sensor_id: str, keys: dict[int, bytes] | None = None) -> None:
        self._sensor_id = sensor_id
        self._wire = wire.Decoder(keys)
        self._clock = ClockMap()
        self._sequences: dict[Channel, int] = {}
        self._last_ms: int | None = None
        self._wraps_ms = 0
        self._boot: int | None = None
        self._unread = 0
        self.name = ""

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
        self._wire.feed(b"\0")

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes from a serial line."""
        found = (self._read(frame, arrival_s) for frame in self._wire.feed(data))
        return [frame for frame in found if frame is not None]

    def notified(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take one BLE notification: a frame without the serial line's wrapping."""
        frame = self._wire.frame(data)
        found = self._read(frame, arrival_s) if frame is not None else None
        return [found] if found is not None else []

    def _read(self, frame: wire.Frame, arrival_s: float) -> SensorFrame | None:
        if frame.boot != self._boot:
            self._boot, self._last_ms, self._wraps_ms = frame.boot, None, 0
            self._clock.forget()
            frame.lost += 1 if self._sequences else 0
        if frame.lost:
            self._sequences = {channel: number + frame.lost for channel, number in self._sequences.items()}
        time_s = self._unwrapped_s(frame.time_ms)
        if frame.kind == wire.SAMPLES:
            samples = wire.Samples.unpack(frame.payload)
            if samples is not None:
                return self._samples(samples, time_s, arrival_s)
        elif frame.kind == wire.INTERVALS:
            intervals_ms = wire.unpack_intervals(frame.payload)
            if intervals_ms is not None:
                return self._intervals(intervals_ms, time_s, arrival_s)
        elif frame.kind == wire.HELLO:
            hello = wire.unpack_hello(frame.payload)
            if hello is not None:
                self.name = hello[1][:120]
                return None
        elif frame.kind == wire.STATUS:
            return None
        self._unread += 1
        return None

    def _samples(self, samples: wire.Samples, time_s: float, arrival_s: float) -> SensorFrame:
        counts = np.array(samples.counts, dtype=np.float64)
        counts[counts == wire.LOST] = np.nan
        newest_s = time_s + max(len(counts) - 1, 0) / samples.rate_hz
        return self._sent(
            Channel(samples.channel),
            self._clock.box_time_s(time_s, newest_s, arrival_s),
            arrival_s,
            counts * samples.scale,
            samples.rate_hz,
            samples.has_contact,
        )

    def _intervals(self, intervals_ms: list[float], time_s: float, arrival_s: float) -> SensorFrame:
        first_s = self._clock.box_time_s(time_s, time_s, arrival_s) - sum(intervals_ms[1:]) / 1000.0
        return self._sent(Channel.RR, first_s, arrival_s, np.array(intervals_ms), 0.0, None)

    def _sent(
        self,
        channel: Channel,
        time_s: float,
        arrival_s: float,
        values: np.ndarray[tuple[int], np.dtype[np.float64]],
        rate_hz: float,
        has_contact: bool | None,
    ) -> SensorFrame:
        sequence = self._sequences.get(channel, 0)
        self._sequences[channel] = sequence + 1
        return SensorFrame(
            self._sensor_id,
            channel,
            sequence,
            time_s,
            arrival_s,
            values,
            rate_hz,
            UNITS[channel],
            has_contact=has_contact,
        )

    def _unwrapped_s(self, time_ms: int) -> float:
        """The wearable's 32-bit milliseconds start over after 49.7 days."""
        if self._last_ms is not None and self._last_ms - time_ms > 1 << 31:
            self._wraps_ms += 1 << 32
        self._last_ms = time_ms
        return (self._wraps_ms + time_ms) / 1000.0
