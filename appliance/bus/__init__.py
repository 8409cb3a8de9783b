"""What carries messages between the appliance and the API: a broker, or the built-in local bus.

Bytes flow in with a topic, the same bytes flow out to whoever subscribed. Transport only: nothing
here is durable, and nothing is queued while the other end is away. What must arrive lives in the
outbox until the API's receipt. Both the appliance and the API import this room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it arrived."""

    topic: str
    body: bytes
    is_retained: bool = False


Handler = Callable[[Message], None]


class Bus(Protocol):
    """The face of both buses; one contract suite in `tests/contracts/` runs against each.

    Handlers run on the bus's own thread, one after another; they must not block for long. An
    exception in a handler is logged and does not stop the bus.
    """

    @property
    def is_connected(self) -> bool:
        """Whether a message published now would leave."""
        ...

    def start(self) -> None:
        """Connect in the background and keep trying; never raises because the other end is down."""
        ...

    def stop(self) -> None:
        """Say good-bye and stop the thread; safe to call twice."""
        ...

    def publish(self, topic: str, body: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Send one message; False when not connected (then nothing was sent and nothing is queued)."""
        ...

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """Call the handler for each matching message; remembered across reconnects."""
        ...

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back after each (re)connect, once the subscriptions stand."""
        ...


def make(settings: Settings, client_id: str, will: Message | None = None) -> Bus:
    """Build the bus the settings ask for. `will` is published by the broker when this client dies."""
    if settings.bus == "local":
        from appliance.bus.local import LocalBus

        return LocalBus(settings.broker_host, settings.broker_port, client_id, will=will)
    from appliance.bus.mqtt import MqttBus

    return MqttBus.from_settings(settings, client_id, will=will)
