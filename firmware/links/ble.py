"""Frames over Bluetooth Low Energy, beside the services that any app can read.

A frame that fits is one notification; with the smallest packets it goes as a stuffed line in pieces of 20
bytes, as `services.LONGEST_PIECE` explains. The link itself is not encrypted on every board: our tags are
what counts.
"""

from firmware import wire
from firmware.links import services

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CONNECTED, _DISCONNECTED, _WRITTEN, _MTU_EXCHANGED = 1, 2, 3, 21
_READ, _WRITE_ONLY, _WRITE, _NOTIFY = 0x02, 0x04, 0x08, 0x10
_SMALLEST_MTU = 23
_WANTED_MTU = 247
_ADVERTISE_US = 250_000
_MOST_WRITES = 16
_CHEST = b"\x01"


class BleLink:
    """One radio, as a peripheral of up to two centrals.

    radio: MicroPython's `bluetooth.BLE()`. uuid: its `bluetooth.UUID`. dropped: frames that found no room.
    """

    is_open_to_all = False

    def __init__(
        self,
        radio: "Any",
        uuid: "Any",
        encoder: "wire.Encoder",
        decoder: "wire.Decoder",
        about: "dict[str, str]",
    ) -> None:
        self._radio = radio
        self._encoder = encoder
        self._decoder = decoder
        self._mtus: dict[int, int] = {}
        self._writes: list[bytes] = []
        self.dropped = 0
        self._advertisement = services.advertisement(about["name"])
        radio.active(True)
        radio.config(gap_name=about["name"], mtu=_WANTED_MTU)
        radio.irq(self._happened)
        self._register(uuid, about)
        self._advertise()

    def _register(self, uuid: "Any", about: "dict[str, str]") -> None:
        told, asked = _READ | _NOTIFY, _READ
        texts = (
            (services.MAKER, asked),
            (services.MODEL, asked),
            (services.SERIAL, asked),
            (services.VERSION, asked),
        )
        table = (
            (services.SERVICE, ((services.UP, _NOTIFY), (services.DOWN, _WRITE | _WRITE_ONLY))),
            (
                services.HEART_RATE,
                ((services.HEART_RATE_MEASUREMENT, _NOTIFY), (services.BODY_LOCATION, asked)),
            ),
            (services.BATTERY, ((services.BATTERY_LEVEL, told),)),
            (
                services.OXIMETER,
                ((services.OXIMETER_CONTINUOUS, _NOTIFY), (services.OXIMETER_FEATURES, asked)),
            ),
            (services.DEVICE, texts),
        )
        made = tuple(
            [(uuid(name), tuple([(uuid(part), flags) for part, flags in parts])) for name, parts in table]
        )
        own, heart, battery, oximeter, device = self._radio.gatts_register_services(made)
        self._up, self._down = own
        self._heart, location = heart
        self._battery = battery[0]
        self._oximeter, features = oximeter
        self._radio.gatts_set_buffer(self._down, _WANTED_MTU, True)
        self._radio.gatts_write(location, _CHEST)
        self._radio.gatts_write(features, b"\x01\x00\x00\x40")
        for handle, name in zip(device, ("maker", "model", "serial", "version")):  # noqa: B905
            self._radio.gatts_write(handle, about[name].encode())

    def _advertise(self) -> None:
        shout, answer = self._advertisement
        self._radio.gap_advertise(_ADVERTISE_US, adv_data=shout, resp_data=answer)

    def _happened(self, event: int, data: "Any") -> None:
        if event == _CONNECTED:
            self._mtus[data[0]] = _SMALLEST_MTU
        elif event == _DISCONNECTED:
            self._mtus.pop(data[0], None)
            self._decoder.feed(b"\0")  # half a line of the one who left is not the next one's beginning
            self._advertise()
        elif event == _MTU_EXCHANGED:
            self._mtus[data[0]] = data[1]
        elif event == _WRITTEN and data[1] == self._down:
            if len(self._writes) < _MOST_WRITES:
                self._writes.append(bytes(self._radio.gatts_read(self._down)))
            else:
                self._radio.gatts_read(self._down)
                self.dropped += 1

    @property
    def is_connected(self) -> bool:
        """Whether anybody is there."""
        return bool(self._mtus)

    def send(self, kind: int, time_ms: int, payload: bytes) -> None:
        """Notify everybody who is there; with nobody there, nothing is made."""
        if not self._mtus:
            return
        frame = self._encoder.frame(kind, time_ms, payload)
        for connection, mtu in list(self._mtus.items()):
            self._notify(connection, self._up, [frame] if len(frame) <= mtu - 3 else _pieces(frame))

    def _notify(self, connection: int, handle: int, pieces: "list[bytes]") -> None:
        try:
            for piece in pieces:
                self._radio.gatts_notify(connection, handle, piece)
        except OSError:  # no room in the radio's queue, or just gone
            self.dropped += 1

    def flush(self) -> None:
        """Nothing waits here: the radio has its own queue."""

    def receive(self) -> "list[wire.Frame]":
        """Give the commands that came."""
        frames: list[wire.Frame] = []
        while self._writes:
            data = self._writes.pop(0)
            # The buffer appends: writes that came close together are all there, but lost their borders. A
            # frame begins with its version and tells its length; a stuffed line of 20 bytes begins with
            # another byte.
            while len(data) > services.LONGEST_PIECE and data[0] == wire.VERSION:
                size = wire.size_of(data)
                frame = self._decoder.frame(data[:size])
                if frame is not None:
                    frames.append(frame)
                data = data[size:]
            frames += self._decoder.feed(data)
        return frames

    def tell_heart(self, bpm: int, intervals: "list[int]", has_contact: "bool | None") -> None:
        """Notify the standard Heart Rate service."""
        for connection in list(self._mtus):
            self._notify(connection, self._heart, [services.heart_rate(bpm, intervals, has_contact)])

    def tell_oxygen(self, percent: int, bpm: int) -> None:
        """Notify the standard Pulse Oximeter service."""
        for connection in list(self._mtus):
            self._notify(connection, self._oximeter, [services.oximetry(percent, bpm)])

    def tell_battery(self, percent: int) -> None:
        """Set and notify the standard Battery service; a level above 100 is none and is not told."""
        if percent <= 100:
            self._radio.gatts_write(self._battery, bytes([percent]))
            for connection in list(self._mtus):
                self._notify(connection, self._battery, [bytes([percent])])


def _pieces(frame: bytes) -> "list[bytes]":
    line = wire.lined(frame)
    return [line[at : at + services.LONGEST_PIECE] for at in range(0, len(line), services.LONGEST_PIECE)]
