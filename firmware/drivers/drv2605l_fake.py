"""A DRV2605L whose motor is a list of what it felt."""

from firmware.drivers import drv2605l as chip
from firmware.simulation.registers import RegisterChip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class FakeDrv2605l(RegisterChip):
    """felt: (microseconds, strength of 255 or minus the effect's number), an entry at each change."""

    address = chip.ADDRESS
    writable = frozenset(range(0x01, 0x0D)) | frozenset(range(0x0D, 0x21))

    def __init__(self, now_us: "Callable[[], int]") -> None:
        RegisterChip.__init__(self)
        self._now_us = now_us
        self.felt: list[tuple[int, int]] = []
        self.registers[chip.STATUS] = chip.DEVICE_ID << 5
        self.registers[chip.MODE] = chip.STANDBY

    def wrote(self, register: int, value: int) -> None:
        """Drive the motor as the registers now say."""
        mode = self.registers[chip.MODE]
        force = 0
        if mode == chip.REAL_TIME:
            force = self.registers[chip.STRENGTH]
        elif mode == chip.BY_TRIGGER and self.registers[chip.GO] & 1:
            force = -self.registers[chip.SEQUENCE]
        if force != (self.felt[-1][1] if self.felt else 0):
            self.felt.append((self._now_us(), force))
