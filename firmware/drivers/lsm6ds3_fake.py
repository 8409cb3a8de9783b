"""An LSM6DS3 that is moved as it is told: its registers and its queue of words."""

from firmware.drivers import lsm6ds3 as chip
from firmware.simulation.registers import RegisterChip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PERIOD_US = 9_615
_MOST_WORDS = 4_095


class FakeLsm6ds3(RegisterChip):
    """Measures 104 times a second while it is on. axes_g: the three accelerations at a moment."""

    address = chip.ADDRESS
    writable = frozenset((0x06, 0x07, 0x08, 0x09, 0x0A, 0x0D, 0x10, 0x11, 0x12, 0x13))

    def __init__(
        self, axes_g: "Callable[[int], tuple[float, float, float]]", now_us: "Callable[[], int]"
    ) -> None:
        RegisterChip.__init__(self)
        self._axes_g = axes_g
        self._now_us = now_us
        self._measured_us = now_us()
        self._words: list[int] = []
        self._high = -1
        self.registers[chip.PART] = chip.PART_ID

    def wrote(self, register: int, value: int) -> None:
        """A new mode empties the queue."""
        if register == chip.QUEUE_MODE:
            self._words, self._high = [], -1
            self._measured_us = self._now_us()

    def before_read(self, register: int) -> None:
        """Measure what is due, and say how many words wait."""
        is_on = (
            self.registers[chip.ACCELERATION] & 0xF0 == 0x40
            and self.registers[chip.QUEUE_MODE] == 0x26
            and self.registers[chip.QUEUE_CHANNELS] & 0x07 == 0x01
        )
        while is_on and self._now_us() - self._measured_us >= _PERIOD_US:
            self._measured_us += _PERIOD_US
            for axis_g in self._axes_g(self._measured_us):
                self._words.append(min(max(round(axis_g / 0.000122), -32768), 32767) & 0xFFFF)
        overrun = 0x40 if len(self._words) > _MOST_WORDS else 0
        del self._words[: max(len(self._words) - _MOST_WORDS, 0)]
        self.registers[chip.QUEUE_STATUS_1] = len(self._words) & 0xFF
        self.registers[chip.QUEUE_STATUS_2] = len(self._words) >> 8 | overrun

    def read_register(self, register: int) -> int:
        """Give a register; the queue's two give the halves of the next word."""
        if register == chip.QUEUE:
            word = self._words.pop(0) if self._words else 0
            self._high = word >> 8
            return word & 0xFF
        return self._high if register == chip.QUEUE + 1 else self.registers[register]
