"""A MAX17048 on a cell of the charge it is told."""

from firmware.drivers import max17048 as chip
from firmware.simulation.registers import RegisterChip


class FakeMax17048(RegisterChip):
    """percent, millivolts, rate_percent_per_h: the cell, set by whoever plays with it."""

    address = chip.ADDRESS
    writable = frozenset((0x06, 0x07, 0x0A, 0x0B, 0x0C, 0x0D, 0xFE, 0xFF))

    def __init__(self, percent: float = 80.0, millivolts: float = 3950.0) -> None:
        RegisterChip.__init__(self)
        self.percent = percent
        self.millivolts = millivolts
        self.rate_percent_per_h = -4.0

    def before_read(self, register: int) -> None:
        """Bring the words up to date."""
        self._put(chip.VERSION, 0x0012)
        self._put(chip.VOLTAGE, round(self.millivolts / 0.078125))
        self._put(chip.CHARGE, round(self.percent * 256))
        self._put(chip.RATE, round(self.rate_percent_per_h / 0.208) & 0xFFFF)

    def _put(self, register: int, word: int) -> None:
        self.registers[register] = word >> 8 & 0xFF
        self.registers[register + 1] = word & 0xFF
