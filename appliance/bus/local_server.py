"""The other end of the local bus: one loopback TCP server that passes messages on.

Frames of clients flow in, copies flow out to whoever subscribed. It keeps the last retained message of a
topic in memory and publishes a client's last will when it goes without a good-bye. Nothing is durable.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging

from appliance.bus.filters import is_filter, is_topic, matches
from appliance.bus.frames import ForeignBytesError, Frame, Kind, Unpacker
from appliance.errors import Misused, PortInUse

_log = logging.getLogger(__name__)

SILENCE_S = 15.0
_BACKLOG_LIMIT_BYTES = 16 * 1024 * 1024
_RETAINED_LIMIT = 1_000


class Server:
    """Passes messages between the clients of one machine.

    silence_s: a client that says nothing for so long is taken for dead (clients ping three times as often).
    """

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._clients: set[_Client] = set()
        self._retained: dict[str, Frame] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; return the port (chosen by the system when 0 was asked). Raises PortInUse."""
        try:
            self._server = await asyncio.start_server(self._serve, host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(
                    f"port {port} is taken by another program", "choose another one with --port"
                ) from error
            raise Misused(
                f"cannot listen on {host}:{port}: {error.strerror}", "check --host and --port"
            ) from error
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and close every connection."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.will = None
            client.close()
        while self._clients:
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(writer)
        self._clients.add(client)
        unpacker = Unpacker()
        try:
            while data := await asyncio.wait_for(reader.read(65_536), self._silence_s):
                for frame in unpacker.feed(data):
                    self._act(client, frame)
        except ForeignBytesError as error:
            client.will = None
            _log.warning("closed a connection that sent %s", error)
        except TimeoutError:
            _log.warning("client %s has been silent for %g s; taken for dead", client.name, self._silence_s)
        except OSError:
            pass
        finally:
            self._clients.discard(client)
            client.close()
            if client.will is not None:
                self._pass_on(client.will)

    def _act(self, client: _Client, frame: Frame) -> None:
        if client.name == "":
            if frame.kind is not Kind.HELLO or frame.topic == "":
                raise ForeignBytesError("no hello")
            self._welcome(client, frame.topic)
        elif frame.kind is Kind.WILL and is_topic(frame.topic):
            client.will = Frame(Kind.MESSAGE, frame.topic, frame.body, frame.is_retained)
        elif frame.kind is Kind.SUBSCRIBE and is_filter(frame.topic):
            client.filters.add(frame.topic)
            for kept in self._retained.values():
                if matches(frame.topic, kept.topic):
                    client.send(kept)
            client.send(Frame(Kind.SUBSCRIBED, frame.topic))
        elif frame.kind is Kind.MESSAGE and is_topic(frame.topic):
            self._pass_on(frame)
        elif frame.kind is Kind.PING:
            client.send(Frame(Kind.PONG))
        elif frame.kind is Kind.GOODBYE:
            client.will = None
        else:
            raise ForeignBytesError(f"an unexpected frame {frame.kind.name} {frame.topic[:80]!r}")

    def _welcome(self, client: _Client, name: str) -> None:
        for other in list(self._clients):
            if other.name == name:
                # The newer one wins, as with MQTT; the older one's will is told before the newer one speaks.
                if other.will is not None:
                    will, other.will = other.will, None
                    self._pass_on(will)
                self._clients.discard(other)
                other.close()
        client.name = name
        client.send(Frame(Kind.WELCOME))

    def _pass_on(self, frame: Frame) -> None:
        if frame.is_retained:
            self._retained.pop(frame.topic, None)
            if frame.body and len(self._retained) < _RETAINED_LIMIT:
                self._retained[frame.topic] = frame
        live = Frame(Kind.MESSAGE, frame.topic, frame.body)
        data = live.pack()
        for client in list(self._clients):
            if any(matches(pattern, frame.topic) for pattern in client.filters):
                client.send_bytes(data)


class _Client:
    """One connection, as the server sees it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.name = ""
        self.filters: set[str] = set()
        self.will: Frame | None = None
        self._writer = writer

    def send(self, frame: Frame) -> None:
        self.send_bytes(frame.pack())

    def send_bytes(self, data: bytes) -> None:
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > _BACKLOG_LIMIT_BYTES:
            _log.warning("client %s does not read what it subscribed to; closed", self.name)
            transport.abort()
            return
        self._writer.write(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._writer.close()
