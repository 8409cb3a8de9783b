"""A BMI270 that is moved as it is told, and measures nothing until its file is in it."""

from firmware.drivers import bmi270 as chip
from firmware.simulation.registers import RegisterChip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# The model's own stand-in for the maker's file: of its size, and told apart by its first bytes.
FILE = b"\xc8\x2e\x00\x2e" + bytes(8188)
_PERIOD_US = 10_000
_MOST = 341  # frames of six bytes in its 2 KB


class FakeBmi270(RegisterChip):
    """Measures 100 times a second once it is set up. axes_g: the three accelerations at a moment."""

    address = chip.ADDRESS
    writable = frozenset(
        (0x40, 0x41, 0x42, 0x43, 0x46, 0x47, 0x48, 0x49, 0x59, 0x5B, 0x5C, 0x5E, 0x7C, 0x7D, 0x7E)
    )

    def __init__(
        self, axes_g: "Callable[[int], tuple[float, float, float]]", now_us: "Callable[[], int]"
    ) -> None:
        RegisterChip.__init__(self)
        self._axes_g = axes_g
        self._now_us = now_us
        self._measured_us = 0
        self._file = bytearray(len(FILE))
        self._loaded = 0
        self._bytes = bytearray()
        self.registers[chip.PART] = chip.PART_ID

    def wrote(self, register: int, value: int) -> None:
        """Take the file piece by piece, and the commands."""
        if register == chip.FILE:
            at = 2 * (self.registers[chip.PLACE] | self.registers[chip.PLACE + 1] << 4) + self._loaded
            if at < len(self._file):
                self._file[at] = value
            self._loaded += 1
        elif register == chip.PLACE:
            self._loaded = 0
        elif register == chip.LOADING and value == 1:
            is_right = self._file == FILE and self.registers[chip.POWER_CONFIG] == 0
            self.registers[chip.STATUS] = 1 if is_right else 2
        elif register == chip.COMMAND:
            self._bytes = bytearray()
            self._measured_us = self._now_us()
            if value == chip.SOFT_RESET:
                self.registers[chip.POWER_CONFIG] = 3
                self.registers[chip.POWER] = self.registers[chip.STATUS] = 0

    def next_register(self, register: int) -> int:
        """The file and the queue stay where they are."""
        return register if register in (chip.FILE, chip.QUEUE) else (register + 1) & 0xFF

    def before_read(self, register: int) -> None:
        """Measure what is due, and say how many bytes wait."""
        is_on = self.registers[chip.STATUS] & 0x0F == 1 and self.registers[chip.POWER] & 0x04
        is_queueing = self.registers[chip.QUEUE_CONFIG_1] == 0x40
        while is_on and is_queueing and self._now_us() - self._measured_us >= _PERIOD_US:
            self._measured_us += _PERIOD_US
            for axis_g in self._axes_g(self._measured_us):
                word = min(max(round(axis_g * 8192), -32768), 32767) & 0xFFFF
                self._bytes += bytes((word & 0xFF, word >> 8))
        self._bytes = self._bytes[max(len(self._bytes) - 6 * _MOST, 0) :]
        self.registers[chip.QUEUE_LENGTH] = len(self._bytes) & 0xFF
        self.registers[chip.QUEUE_LENGTH + 1] = len(self._bytes) >> 8

    def read_register(self, register: int) -> int:
        """Give a register; the queue gives byte after byte, and 0x8000 when it is empty."""
        if register != chip.QUEUE:
            return self.registers[register]
        if not self._bytes:
            self._bytes = bytearray((0x00, 0x80, 0, 0, 0, 0))
        byte = self._bytes[0]
        self._bytes = self._bytes[1:]
        return byte
