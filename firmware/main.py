"""The application of a wearable: a few tasks around one list of sources and one list of links."""

import asyncio

from firmware import wire
from firmware.clock import Uptime
from firmware.devices import opened
from firmware.disk import Disk, Twin
from firmware.links.usb import UsbLink
from firmware.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.board import Board
    from firmware.sampling import Fetched, Timed

VERSION = "1.0.0"
_HELLO_MS = 2000
_LISTEN_MS = 4


class Application:
    """One wearable from its start to its next reset.

    board: what it runs on. disk: where its state is kept.
    """

    def __init__(self, board: "Board", disk: "Disk") -> None:
        self._board = board
        self._settings = Settings(Twin(disk, "/settings"))
        self._uptime = Uptime(board.ticks_us)
        boot = _counted(disk)
        self._links = [UsbLink(board.port(), wire.Encoder(boot=boot), wire.Decoder())]
        self._sources, self._troubles = opened(board, self._settings)

    async def run(self) -> None:
        """Sample, send and listen until the board is reset."""
        await asyncio.gather(self._stream(), self._greet(), self._listen())

    async def _stream(self) -> None:
        packet_us = self._settings.number("packet_ms") * 1000
        due_us = self._uptime.us()
        while True:
            now_us = self._uptime.us()
            for source in self._sources:
                self._send_packets(source, now_us)
            # Packets keep to a beat of their own; after a long wait it begins anew.
            due_us = max(due_us + packet_us, now_us)
            await asyncio.sleep(max(due_us - self._uptime.us(), 0) / 1_000_000)

    def _send_packets(self, source: "Timed | Fetched", now_us: int) -> None:
        while True:
            packet = source.packet(now_us)
            if packet is None:
                return
            driver = source.driver
            samples = wire.Samples(
                driver.channel, driver.rate_hz, driver.scale, packet[1], driver.has_contact
            )
            self._send(wire.SAMPLES, packet[0] // 1000, samples.pack())

    async def _greet(self) -> None:
        name = self._settings.text("name")
        while True:
            self._send(wire.HELLO, self._uptime.ms(), wire.pack_hello(self._board.serial(), name))
            await asyncio.sleep(_HELLO_MS / 1000)

    async def _listen(self) -> None:
        while True:
            for link in self._links:
                link.flush()
                link.receive()
            await asyncio.sleep(_LISTEN_MS / 1000)

    def _send(self, kind: int, time_ms: int, payload: bytes) -> None:
        for link in self._links:
            link.send(kind, time_ms, payload)


def _counted(disk: "Disk") -> int:
    """Count this start, so that no frame of an earlier one is believed again."""
    state = Twin(disk, "/starts")
    before = (state.load() or {}).get("boot", 0)
    boot = (int(before) + 1) & 0xFFFF
    state.store({"boot": boot})
    return boot


def run(board: "Board") -> None:
    """Run for ever."""
    asyncio.run(Application(board, Disk()).run())
