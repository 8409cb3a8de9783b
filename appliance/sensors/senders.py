"""Whoever sends to one door, told apart: messages of many senders become frames, a decoder for each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping

from appliance.clock import Clock, SystemClock
from appliance.contracts import SensorFrame
from appliance.errors import SensorLost
from appliance.sensors.decoders.json_messages import JsonMessages
from appliance.sensors.decoders.wearable import WearableDecoder
from appliance.sensors.sensor import identity
from firmware import wire

# Nobody can fill the memory by sending under ever new names, or faster than the frames are taken.
MOST_SENDERS, MOST_WAITING = 64, 2_048
SILENCE_S = 10.0


class Senders:
    """Messages in from a callback, frames out.

    kind: begins the sensor ids, as in `udp:192.168.1.7`. keys: for our frames, as `WearableDecoder` takes
    them. silence_s: how long nobody may say anything. refused: messages beyond what is waited for or known.
    """

    def __init__(
        self,
        kind: str,
        keys: dict[int, bytes] | None = None,
        *,
        clock: Clock | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._kind = kind
        self._keys = keys
        self._clock = clock or SystemClock()
        self._silence_s = silence_s
        self._decoders: dict[str, tuple[JsonMessages, WearableDecoder]] = {}
        self._waiting: deque[tuple[str, bytes, float]] = deque()
        self._news = asyncio.Event()
        self.refused = 0

    @property
    def dropped(self) -> Mapping[str, Mapping[str, int]]:
        """Sender -> reason -> count."""
        return {
            sender: {**plain.dropped, **framed.dropped} for sender, (plain, framed) in self._decoders.items()
        }

    def take(self, sender: str, data: bytes) -> None:
        """Take one message, on the event loop."""
        if len(self._waiting) >= MOST_WAITING:
            self.refused += 1
            return
        self._waiting.append((sender, data, self._clock.monotonic_s()))
        self._news.set()

    def read(self, sender: str, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Decode one message: JSON when it begins like it, else our frames, whole or as on a serial line."""
        pair = self._decoders.get(sender)
        if pair is None:
            if len(self._decoders) >= MOST_SENDERS:
                self.refused += 1
                return []
            sensor_id = identity(self._kind, sender, sender).sensor_id
            pair = (JsonMessages(sensor_id), WearableDecoder(sensor_id, self._keys))
            self._decoders[sender] = pair
        plain, framed = pair
        if data[:1] == b"{":
            return plain.feed(data, arrival_s)
        # A line begins with the distance to its first zero, which is above the version a frame begins with.
        if data[:1] == bytes([wire.VERSION]):
            return framed.notified(data, arrival_s)
        framed.restart()
        return framed.feed(data, arrival_s)

    async def frames(self, what: str) -> AsyncGenerator[SensorFrame, None]:
        """Give frames as they come. Raises SensorLost when nobody said anything useful for long."""
        useful_s = self._clock.monotonic_s()
        while True:
            while self._waiting:
                for frame in self.read(*self._waiting.popleft()):
                    useful_s = self._clock.monotonic_s()
                    yield frame
            left_s = useful_s + self._silence_s - self._clock.monotonic_s()
            if left_s <= 0.0:
                raise SensorLost(f"nothing that is understood comes to {what}", "check the sender's address")
            self._news.clear()
            try:
                async with asyncio.timeout(left_s):
                    await self._news.wait()
            except TimeoutError:
                continue
