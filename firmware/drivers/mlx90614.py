"""MLX90614 infra-red thermometer on SMBus: the temperature of the skin it looks at.

Source: Melexis MLX90614 data sheet, rev. 13: object temperature in RAM 0x07, 0.02 K a count, bit 15 is an
error; every transfer ends with a CRC-8 of polynomial 0x07 over addresses, command and data. The haptic chip
DRV2605L has the same address 0x5A, so that the two cannot share a bus.
"""

from firmware.drivers.driver import Absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Bus

ADDRESS = 0x5A
OBJECT = 0x07


def crc8(data: bytes) -> int:
    """The packet error code of SMBus."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


class Mlx90614:
    """Skin temperature in hundredths of a degree Celsius, once a second. Raises Absent."""

    channel = "temperature"
    rate_hz = 1.0
    scale = 0.01

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus
        self._answer = bytearray(3)
        if self.measured() is None:
            raise Absent("MLX90614 answers with a wrong check")

    @property
    def has_contact(self) -> "bool | None":
        """It cannot tell."""
        return None

    def measured(self) -> "int | None":
        """Hundredths of a degree; None when the answer is damaged or the chip says that it cannot."""
        answer = self._answer
        self._bus.readfrom_mem_into(ADDRESS, OBJECT, answer)
        sent = bytes((ADDRESS << 1, OBJECT, ADDRESS << 1 | 1, answer[0], answer[1]))
        word = answer[0] | answer[1] << 8
        return None if crc8(sent) != answer[2] or word & 0x8000 else 2 * word - 27315
