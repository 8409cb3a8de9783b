"""The built-in bus for a machine without a broker: the same messages over one loopback connection.

`LocalBus` is the client with the same face as `MqttBus`; `serve` and the verb `echoel bus` are the other
end. Delivery is in order and at most once; what must arrive waits in the outbox for its receipt.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable

import click

from appliance.bus import Handler, Message
from appliance.bus.frames import ForeignBytesError, Frame, Kind, Unpacker
from appliance.bus.subscriptions import Backoff, Subscriptions, checked

_log = logging.getLogger(__name__)

_SILENCE_S = 15.0
_PING_S = 5.0
_CONNECT_TIMEOUT_S = 5.0


class LocalBus:
    """A client of the built-in bus that connects in the background and keeps trying.

    will: what the server publishes when this client dies without a good-bye.
    """

    def __init__(self, host: str, port: int, client_id: str, will: Message | None = None) -> None:
        self._address = (host, port)
        self._client_id = client_id
        self._will = will
        self._subscriptions = Subscriptions()
        self._backoff = Backoff()
        self._lock = threading.Lock()  # one frame at a time on the wire
        self._socket: socket.socket | None = None
        self._awaited: set[str] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_down_logged = False

    def __repr__(self) -> str:
        """Say where to."""
        return f"LocalBus({self._address[0]}:{self._address[1]} as {self._client_id})"

    @property
    def is_connected(self) -> bool:
        """Whether a message published now would leave."""
        return self._socket is not None

    def start(self) -> None:
        """Connect in the background and keep trying; never raises because the server is down."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name=f"bus {self._client_id}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Say good-bye and stop the thread; safe to call twice."""
        self._stopping.set()
        self._send(Frame(Kind.GOODBYE))
        self._hang_up()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=2 * _CONNECT_TIMEOUT_S)

    def publish(self, topic: str, body: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Send one message; False when not connected (then nothing was sent and nothing is queued)."""
        return self._send(Frame(Kind.MESSAGE, checked(topic), body, retain))

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """Call the handler for each matching message; remembered across reconnects."""
        self._subscriptions.add(topic_filter, handler)
        self._send(Frame(Kind.SUBSCRIBE, topic_filter))

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back after each (re)connect, once the subscriptions stand."""
        self._subscriptions.add_after_connect(callback)

    def _run(self) -> None:
        while not self._stopping.is_set():
            began_s = time.monotonic()
            try:
                with socket.create_connection(self._address, timeout=_CONNECT_TIMEOUT_S) as connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection.sendall(Frame(Kind.HELLO, self._client_id).pack())
                    self._listen(connection)
            except (OSError, ForeignBytesError) as error:
                self._say_down(str(error))
            finally:
                self._hang_up()
            self._backoff.lasted(time.monotonic() - began_s)
            self._stopping.wait(self._backoff.wait_s())

    def _listen(self, connection: socket.socket) -> None:
        unpacker = Unpacker()
        heard_s = pinged_s = time.monotonic()
        while not self._stopping.is_set():
            is_readable = select.select([connection], [], [], 1.0)[0]
            now_s = time.monotonic()
            if is_readable:
                data = connection.recv(65_536)
                if not data:
                    raise ConnectionError("the bus closed the connection")
                heard_s = now_s
                for frame in unpacker.feed(data):
                    self._act(connection, frame)
            elif now_s - heard_s > _SILENCE_S:
                raise ConnectionError("the bus does not answer")
            if now_s - pinged_s > _PING_S:
                pinged_s = now_s
                self._send(Frame(Kind.PING))

    def _act(self, connection: socket.socket, frame: Frame) -> None:
        if frame.kind is Kind.MESSAGE:
            self._subscriptions.deliver(Message(frame.topic, frame.body, frame.is_retained))
        elif frame.kind is Kind.WELCOME:
            self._greet(connection)
        elif frame.kind is Kind.SUBSCRIBED and self._awaited:
            self._awaited.discard(frame.topic)
            if not self._awaited:
                self._subscriptions.connected()

    def _greet(self, connection: socket.socket) -> None:
        self._is_down_logged = False
        if self._will is not None:
            connection.sendall(
                Frame(Kind.WILL, self._will.topic, self._will.body, self._will.is_retained).pack()
            )
        self._socket = connection  # from here on a subscribe() of another thread goes out by itself
        filters = self._subscriptions.filters()
        self._awaited = set(filters)
        for topic_filter in filters:
            self._send(Frame(Kind.SUBSCRIBE, topic_filter))
        if not filters:
            self._subscriptions.connected()

    def _send(self, frame: Frame) -> bool:
        data = frame.pack()
        with self._lock:
            connection = self._socket
            if connection is None:
                return False
            try:
                connection.sendall(data)
            except OSError:
                self._socket = None  # half a frame may be out: this connection is over
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                return False
        return True

    def _hang_up(self) -> None:
        with self._lock:
            connection, self._socket = self._socket, None
            if connection is not None:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _say_down(self, why: str) -> None:
        if not self._is_down_logged and not self._stopping.is_set():  # once an outage, not once a try
            self._is_down_logged = True
            _log.warning("no bus at %s:%d (%s); trying again until it answers", *self._address, why)


def serve(host: str, port: int) -> None:
    """Run the other end until SIGINT or SIGTERM; says the port once it listens. Raises PortInUse."""
    import asyncio
    import signal

    from appliance.bus.local_server import Server

    async def _run() -> None:
        ended = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, ended.set)
        server = Server()
        taken = await server.start(host, port)
        click.echo(f"bus: listening on {host}:{taken}")
        await ended.wait()
        await server.close()

    asyncio.run(_run())


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=18830, show_default=True, help="0 takes any free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def command(port: int, host: str) -> None:
    """Carry messages between the box and its API where no MQTT broker is installed."""
    serve(host, port)
