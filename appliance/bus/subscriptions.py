"""Who wants which messages on this side of the bus; the part that both buses share.

Messages flow in from the bus's thread, calls to handlers flow out on the same thread, one after another.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from appliance.bus import Handler, Message
from appliance.bus.filters import is_filter, is_topic, matches

_log = logging.getLogger(__name__)

_GOOD_S = 10.0


class Subscriptions:
    """The handlers of one client, remembered across reconnects."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: list[tuple[str, Handler]] = []
        self._after_connect: list[Callable[[], None]] = []

    def add(self, topic_filter: str, handler: Handler) -> None:
        """Remember one handler; raises ValueError when the filter is malformed."""
        if not is_filter(topic_filter):
            raise ValueError(f"{topic_filter!r} is not a topic filter")
        with self._lock:
            self._handlers.append((topic_filter, handler))

    def add_after_connect(self, callback: Callable[[], None]) -> None:
        """Remember one callback for every time the subscriptions stand again."""
        with self._lock:
            self._after_connect.append(callback)

    def filters(self) -> list[str]:
        """Return each filter once, in the order they came."""
        with self._lock:
            return list(dict.fromkeys(topic_filter for topic_filter, _ in self._handlers))

    def deliver(self, message: Message) -> None:
        """Call every handler whose filter matches; one that fails is logged and stops nobody else."""
        with self._lock:
            wanted = [handler for pattern, handler in self._handlers if matches(pattern, message.topic)]
        for handler in wanted:
            try:
                handler(message)
            except Exception:
                _log.exception("a handler of %s failed", message.topic)

    def connected(self) -> None:
        """Tell everyone who asked that the bus is connected and the subscriptions stand."""
        with self._lock:
            callbacks = list(self._after_connect)
        for callback in callbacks:
            try:
                callback()
            except Exception:
                _log.exception("a callback after connecting failed")


def checked(topic: str) -> str:
    """Return the topic when it may be published to, else raise ValueError."""
    if not is_topic(topic):
        raise ValueError(f"{topic!r} is not a topic to publish to")
    return topic


class Backoff:
    """How long to wait before the next try: doubling from 0.2 s to 10 s, half of it chance.

    The chance keeps a whole studio of clients from coming back in the same instant.
    """

    def __init__(self, first_s: float = 0.2, longest_s: float = 10.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def wait_s(self) -> float:
        """Return the next pause in seconds, and make the one after it longer."""
        pause_s = self._next_s
        self._next_s = min(2 * pause_s, self._longest_s)
        return pause_s * random.uniform(0.5, 1.0)

    def lasted(self, connected_s: float) -> None:
        """Begin again with short pauses when the connection was good for long enough.

        Not after any connection: two clients of one name throw each other off, and would do so at full speed.
        """
        if connected_s >= _GOOD_S:
            self._next_s = self._first_s
