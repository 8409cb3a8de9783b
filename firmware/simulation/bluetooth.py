"""MicroPython's `bluetooth`, with centrals that a test plays: they connect, write and are notified."""

from firmware.simulation.world import world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def uuid(value: "int | str") -> "int | str":
    """An identifier; here it stays what it is."""
    return value


class Radio:
    """What `bluetooth.BLE()` gives. notified: (connection, identifier, bytes) in the order they left."""

    def __init__(self) -> None:
        world.radio = self
        self._irq: Callable[[int, Any], None] | None = None
        self.names: dict[int, int | str] = {}
        self.values: dict[int, bytes] = {}
        self.notified: list[tuple[int, int | str, bytes]] = []
        self.connections: dict[int, int] = {}
        self.settings: dict[str, Any] = {}
        self.is_advertising = False
        self.advertised = b""
        self.is_full = False

    def active(self, _is_on: bool) -> bool:
        """Switch on."""
        return True

    def config(self, **settings: "Any") -> None:
        """Keep settings."""
        self.settings.update(settings)

    def irq(self, handler: "Callable[[int, Any], None]") -> None:
        """Whom to tell of events."""
        self._irq = handler

    def gatts_register_services(self, services: "Any") -> "tuple[tuple[int, ...], ...]":
        """Give each characteristic a handle."""
        handles = []
        for _, parts in services:
            mine = []
            for part in parts:
                handle = len(self.names) + 1
                self.names[handle] = part[0]
                self.values[handle] = b""
                mine.append(handle)
            handles.append(tuple(mine))
        return tuple(handles)

    def gatts_set_buffer(self, handle: int, size: int, is_appending: bool = False) -> None:
        """Make room for long writes."""

    def gatts_write(self, handle: int, data: bytes) -> None:
        """Set a value."""
        self.values[handle] = bytes(data)

    def gatts_read(self, handle: int) -> bytes:
        """Take a value."""
        data, self.values[handle] = self.values[handle], b""
        return data

    def gatts_notify(self, connection: int, handle: int, data: bytes) -> None:
        """Send to one central. Raises OSError when its packets are smaller or the queue is full."""
        if self.is_full or connection not in self.connections:
            raise OSError(12, "no room")
        if len(data) > self.connections[connection] - 3:
            raise OSError(22, "longer than a packet")
        self.notified.append((connection, self.names[handle], bytes(data)))

    def gap_advertise(self, _interval_us: int, adv_data: bytes = b"", resp_data: bytes = b"") -> None:
        """Be seen. Raises OSError when it does not fit 31 bytes."""
        if len(adv_data) > 31 or len(resp_data) > 31:
            raise OSError(22, "longer than an advertisement")
        self.is_advertising, self.advertised = True, adv_data + resp_data

    def connect(self, connection: int, mtu: int = 23) -> None:
        """A central connects, and asks for larger packets when it can."""
        self.connections[connection] = mtu
        self.is_advertising = False
        self._tell(1, (connection, 0, b""))
        if mtu > 23:
            self._tell(21, (connection, mtu))

    def disconnect(self, connection: int) -> None:
        """A central goes."""
        del self.connections[connection]
        self._tell(2, (connection, 0, b""))

    def write(self, connection: int, name: "int | str", data: bytes) -> None:
        """A central writes."""
        handle = {name: handle for handle, name in self.names.items()}[name]
        self.values[handle] += data
        self._tell(3, (connection, handle))

    def _tell(self, event: int, data: "Any") -> None:
        if self._irq is not None:
            self._irq(event, data)


BLE, UUID = Radio, uuid
