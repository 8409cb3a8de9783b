"""Sensors that publish to the broker: every topic under a filter is one sensor, JSON or our frames."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from appliance.bus import Bus, Message, make
from appliance.clock import Clock
from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost
from appliance.sensors.registry import Finding
from appliance.sensors.senders import SILENCE_S, Senders
from appliance.sensors.sensor import Identity, identity

_POLL_S, _CONNECT_S = 0.05, 5.0


class MqttSensor:
    """All topics of one filter; each is a sensor of its own, `mqtt:` and its topic.

    make_bus: gives a bus that is not started; it is ours until `close`. Retained messages are old, and let
    go.
    """

    def __init__(
        self,
        make_bus: Callable[[], Bus],
        topic_filter: str,
        keys: dict[int, bytes] | None = None,
        *,
        clock: Clock | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._make_bus = make_bus
        self._filter = topic_filter
        self.senders = Senders("mqtt", keys, clock=clock, silence_s=silence_s)
        self._bus: Bus | None = None

    @property
    def identity(self) -> Identity:
        """The filter, as one sensor."""
        return identity("mqtt", self._filter, f"publishers to {self._filter}")

    async def open(self) -> None:
        """Subscribe. Raises SensorLost while there is no broker."""
        loop = asyncio.get_running_loop()

        def came(message: Message) -> None:
            if not message.is_retained:
                loop.call_soon_threadsafe(self.senders.take, message.topic, message.body)

        bus = self._bus = self._make_bus()
        bus.subscribe(self._filter, came)
        bus.start()
        last_s = loop.time() + _CONNECT_S
        while not bus.is_connected:
            if loop.time() > last_s:
                raise SensorLost("the broker does not answer", "start it, or correct broker_host")
            await asyncio.sleep(_POLL_S)

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give frames as they come. Raises SensorLost when nobody publishes."""
        async for frame in self.senders.frames(f"topics {self._filter}"):
            yield frame

    async def close(self) -> None:
        """Say good-bye to the broker."""
        bus, self._bus = self._bus, None
        if bus is not None:
            await asyncio.to_thread(bus.stop)


async def find(settings: Settings, is_scan: bool) -> Finding:
    """Give the topics of the settings, if some are set."""
    topics = settings.mqtt_sensors
    if not topics:
        return Finding((), "no topics are set for sensors", "set mqtt_sensors", False)
    return Finding((MqttSensor(lambda: make(settings, "echoel-sensors"), topics),))
