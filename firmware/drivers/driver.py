"""What every driver looks like to the sampling, and the two things they all do.

An analogue driver is read by a timer's interrupt; a driver with a queue is fetched from. Both say what a
count means: `scale` physical units (mV, g, uS, ...) each.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Bus(Protocol):
        """The part of MicroPython's `machine.I2C` that drivers use."""

        def readfrom_mem_into(self, address: int, register: int, into: bytearray) -> None:
            """Fill a buffer from a register on."""
            ...

        def writeto_mem(self, address: int, register: int, data: "bytes | bytearray") -> None:
            """Write bytes from a register on."""
            ...

    class SpiBus(Protocol):
        """The part of MicroPython's `machine.SPI` that drivers use."""

        def write_readinto(self, out: bytes, into: bytearray) -> None:
            """Send bytes and take what comes back meanwhile."""
            ...

    class OneWire(Protocol):
        """The part of MicroPython's `onewire.OneWire` that drivers use."""

        def reset(self) -> bool:
            """Wake the bus; whether anybody is there."""
            ...

        def writebyte(self, value: int) -> None:
            """Send one byte."""
            ...

        def readinto(self, into: bytearray) -> None:
            """Fill a buffer."""
            ...

    class Analogue(Protocol):
        """A sensor behind the analogue converter."""

        channel: str
        rate_hz: float
        scale: float

        @property
        def has_contact(self) -> "bool | None":
            """Whether the sensor lies on skin; None when it cannot tell."""
            ...

        def read(self) -> int:
            """Give one count; allocates nothing, as an interrupt calls it."""
            ...

    class Fifo(Protocol):
        """A sensor with a clock and a queue of its own."""

        channel: str
        rate_hz: float
        scale: float
        overflows: int

        @property
        def has_contact(self) -> "bool | None":
            """Whether the sensor lies on skin; None when it cannot tell."""
            ...

        def fetch(self) -> "list[int]":
            """Take everything out of the queue, oldest first."""
            ...

    class Slow(Protocol):
        """A sensor that is asked now and then."""

        channel: str
        rate_hz: float
        scale: float

        @property
        def has_contact(self) -> "bool | None":
            """Whether the sensor lies on skin; None when it cannot tell."""
            ...

        def measured(self) -> "int | None":
            """Give one count; None when there is none to be believed."""
            ...

    Pin = Any


class Absent(OSError):
    """The chip does not answer as its data sheet says; what answered stands in the text."""


class Registers:
    """One chip on the I2C bus: its registers, read into buffers that are made once."""

    def __init__(self, bus: "Bus", address: int) -> None:
        self._bus = bus
        self._address = address
        self._one = bytearray(1)

    def read(self, register: int) -> int:
        """Give one register."""
        self._bus.readfrom_mem_into(self._address, register, self._one)
        return self._one[0]

    def read_into(self, register: int, into: bytearray) -> None:
        """Fill a buffer from this register on."""
        self._bus.readfrom_mem_into(self._address, register, into)

    def write(self, register: int, value: int) -> None:
        """Set one register."""
        self._one[0] = value
        self._bus.writeto_mem(self._address, register, self._one)

    def expect(self, name: str, register: int, value: int) -> None:
        """Make sure that the right chip is there. Raises Absent."""
        found = self.read(register)
        if found != value:
            raise Absent(name + " answers " + hex(found) + ", not " + hex(value))


class Levelled:
    """Takes the slow part of a large reading away, so that the pulse in it fits 16 bits at full fineness.

    The level follows with a time constant of 2**shift samples; what does not fit is held at the edge.
    """

    def __init__(self, shift: int) -> None:
        self._shift = shift
        self._level = 0
        self._is_begun = False

    def apply(self, reading: int) -> int:
        """Give the reading without its slow part."""
        if not self._is_begun:
            self._is_begun = True
            self._level = reading << self._shift
        level = self._level >> self._shift
        self._level += reading - level
        return min(max(reading - level, -32767), 32767)
