"""A MAX30102 on a finger that is a recording: its registers, its queue and what it refuses."""

from firmware.drivers import max30102 as chip
from firmware.simulation.registers import RegisterChip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_LEVEL, _DEPTH_OF_PULSE = 120_000, 3_000


class FakeMax30102(RegisterChip):
    """Samples the wearer 100 times a second while its mode says so.

    ppg: blood volume of the wearer at a moment in microseconds, about -1 to 1; now_us: the world's time.
    """

    address = chip.ADDRESS
    writable = frozenset((0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x11, 0x12, 0x21))

    def __init__(self, ppg: "Callable[[int], float]", now_us: "Callable[[], int]") -> None:
        RegisterChip.__init__(self)
        self._ppg = ppg
        self._now_us = now_us
        self._sampled_us = now_us()
        self._queue: list[bytes] = []
        self._half = b""
        self.is_worn = True
        self.registers[chip.PART] = chip.PART_ID

    def wrote(self, register: int, value: int) -> None:
        """Start over at a reset or at a mode; empty the queue where its pointers are set."""
        if register == chip.MODE and value & 0x40:
            self.registers[chip.MODE] = 0
        if register in (chip.MODE, chip.READ_POINTER):
            self._sampled_us = self._now_us()
            self._queue, self._half = [], b""

    def before_read(self, register: int) -> None:
        """Take the samples that are due."""
        if self.registers[chip.MODE] != 0x03:
            return
        while self._now_us() - self._sampled_us >= 10_000:
            self._sampled_us += 10_000
            self._sample()

    def _sample(self) -> None:
        light = _LEVEL - self._ppg(self._sampled_us) * _DEPTH_OF_PULSE if self.is_worn else 900
        count = min(max(round(light), 0), 0x3FFFF).to_bytes(3, "big")
        if len(self._queue) == chip.DEPTH:
            self._queue.pop(0)
            self.registers[chip.OVERFLOWS] = min(self.registers[chip.OVERFLOWS] + 1, 31)
            self._step(chip.READ_POINTER)
        self._queue.append(count + count)
        self._step(chip.WRITE_POINTER)

    def _step(self, pointer: int) -> None:
        self.registers[pointer] = (self.registers[pointer] + 1) % chip.DEPTH

    def read_register(self, register: int) -> int:
        """Give a register; the queue's gives byte after byte and moves the pointer after six."""
        if register != chip.QUEUE:
            return self.registers[register]
        if not self._half:
            self.registers[chip.OVERFLOWS] = 0
            if not self._queue:
                return 0
            self._half = self._queue.pop(0)
            self._step(chip.READ_POINTER)
        byte, self._half = self._half[0], self._half[1:]
        return byte

    def next_register(self, register: int) -> int:
        """The queue's register does not move on."""
        return register if register == chip.QUEUE else (register + 1) & 0xFF
