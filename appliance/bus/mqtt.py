"""The bus over a real MQTT broker.

Bytes flow in by `publish` and out to the handlers of `subscribe`. Each connection gets a client object
of its own: paho would otherwise keep unacknowledged messages and send them after a reconnect, and a
Start command that arrives a minute late is worse than one that is lost and answered with an error.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from appliance.bus import Handler, Message
from appliance.bus.subscriptions import Backoff, Subscriptions, checked
from appliance.errors import BadSetting

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings

_log = logging.getLogger(__name__)

_KEEPALIVE_S = 15
_CONNECT_TIMEOUT_S = 5.0
_IN_FLIGHT = 200
_QUEUED = 2_000


class MqttBus:
    """A client of an MQTT 3.1.1 broker that connects in the background and keeps trying.

    will: what the broker publishes when this client dies without a good-bye.
    """

    def __init__(
        self,
        host: str,
        port: int,
        client_id: str,
        *,
        will: Message | None = None,
        user: str = "",
        password: str = "",
    ) -> None:
        self._host = host
        self._port = port
        self._client_id = client_id
        self._will = will
        self._user = user
        self._password = password
        self._subscriptions = Subscriptions()
        self._backoff = Backoff()
        self._client: Client | None = None
        self._greeting: int | None = None
        self._lost = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_down_logged = False

    def __repr__(self) -> str:
        """Say where to, and never the password."""
        return f"MqttBus({self._host}:{self._port} as {self._client_id})"

    @classmethod
    def from_settings(cls, settings: Settings, client_id: str, will: Message | None = None) -> MqttBus:
        """Build the client the settings describe; raises BadSetting when the password cannot be read."""
        password = ""
        if settings.mqtt_user and settings.mqtt_password_file != Path():
            try:
                password = settings.mqtt_password_file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise BadSetting(
                    f"the broker's password cannot be read from {settings.mqtt_password_file}: {error}",
                    "correct mqtt_password_file, or the file's owner and mode",
                ) from error
        return cls(
            settings.broker_host,
            settings.broker_port,
            client_id,
            will=will,
            user=settings.mqtt_user,
            password=password,
        )

    @property
    def is_connected(self) -> bool:
        """Whether a message published now would leave."""
        return self._client is not None

    def start(self) -> None:
        """Connect in the background and keep trying; never raises because the broker is down."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name=f"mqtt {self._client_id}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Say good-bye and stop the thread; safe to call twice."""
        self._stopping.set()
        self._lost.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=2 * _CONNECT_TIMEOUT_S)

    def publish(self, topic: str, body: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Send one message; False when not connected (then nothing was sent and nothing is queued)."""
        client = self._client
        if client is None:
            return False
        sent = client.publish(checked(topic), body, qos=qos, retain=retain)
        return sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """Call the handler for each matching message; remembered across reconnects."""
        self._subscriptions.add(topic_filter, handler)
        client = self._client
        if client is not None:
            client.subscribe(topic_filter, qos=1)

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back after each (re)connect, once the subscriptions stand."""
        self._subscriptions.add_after_connect(callback)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._lost.clear()
            if self._stopping.is_set():
                return
            client = self._make_client()
            try:
                client.connect(self._host, self._port, keepalive=_KEEPALIVE_S)
            except (OSError, ValueError) as error:
                self._say_down(str(error))
            else:
                began_s = time.monotonic()
                client.loop_start()
                self._lost.wait()
                self._backoff.lasted(time.monotonic() - began_s)
                self._client = None
                if self._stopping.is_set():
                    client.disconnect()
                client.loop_stop()
            self._stopping.wait(self._backoff.wait_s())

    def _make_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=True,
            protocol=MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(_IN_FLIGHT)
        client.max_queued_messages_set(_QUEUED)
        if self._user:
            client.username_pw_set(self._user, self._password or None)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.body, qos=1, retain=self._will.is_retained)
        client.on_socket_open = _send_at_once
        client.on_connect = self._on_connect
        client.on_connect_fail = lambda *_: self._lost.set()
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._say_down(f"the broker refused us: {reason}; check mqtt_user and mqtt_password_file")
            return
        self._is_down_logged = False
        self._client = client  # from here on a subscribe() of another thread goes out by itself
        filters = self._subscriptions.filters()
        if filters:
            self._greeting = client.subscribe([(topic_filter, 1) for topic_filter in filters])[1]
        else:
            self._greeting = None
            self._subscriptions.connected()

    def _on_subscribe(self, _client: Client, _data: Any, mid: int, codes: Any, _properties: Any) -> None:
        if any(code.is_failure for code in codes):
            _log.error("the broker refused a subscription of %s", self._client_id)
        if mid == self._greeting:
            self._greeting = None
            self._subscriptions.connected()

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._client = None
        if not self._stopping.is_set():
            self._say_down(str(reason))
        self._lost.set()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._subscriptions.deliver(Message(message.topic, bytes(message.payload), message.retain))

    def _say_down(self, why: str) -> None:
        if not self._is_down_logged:  # once an outage, not once a try
            self._is_down_logged = True
            _log.warning(
                "no broker at %s:%d (%s); trying again until it answers", self._host, self._port, why
            )


def _send_at_once(_client: Client, _data: Any, connection: Any) -> None:
    """Switch off Nagle's delay, which would hold small messages back for up to 40 ms."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
