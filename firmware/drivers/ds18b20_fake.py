"""A DS18B20 at the temperature it is told: its commands, its slow conversion, its check."""

from firmware.drivers import ds18b20 as chip
from firmware.simulation.registers import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_CONVERSION_US = 750_000


class FakeDs18b20:
    """One chip on its wire. celsius: the skin now. is_there: whether it answers a reset."""

    def __init__(self, celsius: "Callable[[], float]", now_us: "Callable[[], int]") -> None:
        self._celsius = celsius
        self._now_us = now_us
        self._sixteenths = 85 * 16
        self._converting: tuple[int, int] | None = None
        self._chosen = False
        self._pad = b""
        self.is_there = True

    def reset(self) -> bool:
        """Wake the chip."""
        self._chosen, self._pad = False, b""
        return self.is_there

    def writebyte(self, value: int) -> None:
        """Take a command. Raises Refused for one out of order."""
        if not self._chosen:
            if value != chip.SKIP:
                raise Refused("after a reset comes the choice of a chip")
            self._chosen = True
        elif value == chip.CONVERT:
            self._converting = (self._now_us() + _CONVERSION_US, round(self._celsius() * 16))
        elif value == chip.READ:
            if self._converting and self._now_us() >= self._converting[0]:
                self._sixteenths, self._converting = self._converting[1], None
            word = self._sixteenths & 0xFFFF
            pad = bytes((word & 0xFF, word >> 8, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10))
            self._pad = pad + bytes((chip.crc8(pad),))
        else:
            raise Refused("there is no command " + hex(value))

    def readinto(self, into: bytearray) -> None:
        """Give the scratchpad; a wire that nobody pulls down reads as ones."""
        into[:] = (self._pad + b"\xff" * len(into))[: len(into)]
