"""An MLX90614 before a skin of the temperature it is told."""

from firmware.drivers import mlx90614 as chip
from firmware.simulation.registers import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class FakeMlx90614:
    """Answers its one register, with the check of SMBus. celsius: the skin. is_damaged: a wrong check."""

    address = chip.ADDRESS

    def __init__(self, celsius: "Callable[[], float]") -> None:
        self._celsius = celsius
        self._command = -1
        self.is_damaged = False

    def write(self, data: bytes) -> None:
        """Take the command. Raises Refused for any but the one we model."""
        if len(data) != 1 or data[0] != chip.OBJECT:
            raise Refused("only the object's temperature is modelled")
        self._command = data[0]

    def read(self, count: int) -> bytes:
        """Give word and check."""
        word = round((self._celsius() + 273.15) / 0.02) & 0xFFFF
        data = bytes((word & 0xFF, word >> 8))
        check = chip.crc8(bytes((self.address << 1, self._command, self.address << 1 | 1)) + data)
        return (data + bytes((check ^ self.is_damaged,)))[:count]
