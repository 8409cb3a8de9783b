"""MAX17048 battery gauge on I2C: how full, by the maker's model of a lithium cell.

Source: Maxim MAX17048 data sheet, 19-6171 rev. 7: cell voltage 0x02 in 78.125 uV, charge 0x04 in 1/256 %,
version 0x08, rate 0x16 in 0.208 % an hour, each 16 bits with the high byte first.
"""

from firmware.drivers.driver import Absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Bus

ADDRESS = 0x36
VOLTAGE, CHARGE, VERSION, RATE = 0x02, 0x04, 0x08, 0x16


class Max17048:
    """Percent, volts and whether it charges. Raises Absent when the version is not a MAX17048's."""

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus
        self._word = bytearray(2)
        version = self._read(VERSION)
        if version & 0xFFF0 != 0x0010:
            raise Absent("MAX17048 answers version " + hex(version))

    def _read(self, register: int) -> int:
        self._bus.readfrom_mem_into(ADDRESS, register, self._word)
        return self._word[0] << 8 | self._word[1]

    def percent(self) -> int:
        """How full, 0 to 100; the chip may say a little more of a full cell."""
        return min(self._read(CHARGE) >> 8, 100)

    def millivolts(self) -> int:
        """The cell's voltage."""
        return self._read(VOLTAGE) * 5 // 64

    def is_charging(self) -> bool:
        """Whether the charge grows."""
        rate = self._read(RATE)
        return 0 < rate < 0x8000
