"""A bus whose link loses, doubles and reorders messages, from a seed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from appliance.bus import Handler, Message
from appliance.bus.subscriptions import Subscriptions


class LossyLink:
    """Joins any number of buses; each message may be lost, come twice, or overtake others."""

    def __init__(self, seed: int, loss: float = 0.2, doubling: float = 0.2) -> None:
        self._chance = random.Random(seed)
        self._loss = loss
        self._doubling = doubling
        self._news = threading.Condition()
        self._under_way: list[Message] = []
        self._ends: list[LossyBus] = []
        self._is_closed = False
        self.lost = 0
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def bus(self) -> LossyBus:
        """Return one more end of the link."""
        end = LossyBus(self)
        self._ends.append(end)
        return end

    def send(self, message: Message) -> None:
        with self._news:
            if self._chance.random() < self._loss:
                self.lost += 1
                return
            copies = 2 if self._chance.random() < self._doubling else 1
            self._under_way += [message] * copies
            self._news.notify_all()

    def close(self) -> None:
        with self._news:
            self._is_closed = True
            self._news.notify_all()
        self._thread.join(5)

    def _carry(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._under_way or self._is_closed)
                if self._is_closed:
                    return
                place = self._chance.randrange(min(4, len(self._under_way)))
                message = self._under_way.pop(place)
            for end in list(self._ends):
                end.subscriptions.deliver(message)


class LossyBus:
    """One end of a lossy link, with the face of every bus."""

    is_connected = True

    def __init__(self, link: LossyLink) -> None:
        self._link = link
        self.subscriptions = Subscriptions()

    def start(self) -> None:
        self.subscriptions.connected()

    def stop(self) -> None:
        pass

    def publish(self, topic: str, body: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        self._link.send(Message(topic, body, retain))
        return True

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        self.subscriptions.add(topic_filter, handler)

    def on_connect(self, callback: Callable[[], None]) -> None:
        self.subscriptions.add_after_connect(callback)
