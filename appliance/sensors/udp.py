"""Sensors that send datagrams: one port, any number of senders, JSON or our frames, one message a datagram.

JSON proves nothing about its sender, so the port is closed unless the settings open it; with keys only our
frames that carry one are believed.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncGenerator

from appliance.clock import Clock
from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorRefused
from appliance.sensors.registry import Finding
from appliance.sensors.senders import SILENCE_S, Senders
from appliance.sensors.sensor import Identity, identity

_TROUBLE: dict[int, tuple[str, str]] = {
    errno.EADDRINUSE: ("is used by another program", "choose another udp_port"),
    errno.EACCES: ("may not be opened by this user", "choose a udp_port above 1023"),
    errno.EADDRNOTAVAIL: ("is no address of this machine", "correct host"),
}


class _Door(asyncio.DatagramProtocol):
    def __init__(self, senders: Senders) -> None:
        self._senders = senders

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._senders.take(str(addr[0]), data)


class UdpSensor:
    """All senders to one port; each is a sensor of its own, `udp:` and its address.

    port: 0 takes any free one, see `port` after `open`. host: the address to listen on.
    """

    def __init__(
        self,
        port: int,
        host: str = "127.0.0.1",
        keys: dict[int, bytes] | None = None,
        *,
        clock: Clock | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        self.port = port
        self._host = host
        self.senders = Senders("udp", keys, clock=clock, silence_s=silence_s)
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def identity(self) -> Identity:
        """The port, as one sensor."""
        return identity("udp", f"port-{self.port}", f"senders to UDP port {self.port}")

    async def open(self) -> None:
        """Listen. Raises SensorRefused when the port cannot be had."""
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: _Door(self.senders), local_addr=(self._host, self.port)
            )
        except OSError as error:
            what, remedy = _TROUBLE.get(error.errno or 0, (f"cannot be opened: {error}", "choose another"))
            raise SensorRefused(f"UDP port {self.port} on {self._host} {what}", remedy) from error
        self.port = int(self._transport.get_extra_info("sockname")[1])

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give frames as they come. Raises SensorLost when nobody sends."""
        async for frame in self.senders.frames(f"UDP port {self.port}"):
            yield frame

    async def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


async def find(settings: Settings, is_scan: bool) -> Finding:
    """Give the port of the settings, if one is set."""
    port = settings.udp_port
    if not port:
        return Finding((), "no UDP port is open for sensors", "set udp_port", False)
    return Finding((UdpSensor(port, settings.host),))
