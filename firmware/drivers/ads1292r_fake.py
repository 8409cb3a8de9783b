"""An ADS1292R on a wearer whose heart is a recording: its commands, registers and results."""

from firmware.drivers import ads1292r as chip
from firmware.simulation.registers import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class FakeAds1292r:
    """Gives a result for every nine bytes read in continuous mode. ecg_mv: the heart's voltage now."""

    def __init__(self, ecg_mv: "Callable[[], float]") -> None:
        self._ecg_mv = ecg_mv
        self.is_worn = True
        self._is_continuous = True  # as after power-on
        self._is_started = False
        self.registers = bytearray(12)

    def exchange(self, out: bytes) -> bytes:
        """One transfer while the chip is selected. Raises Refused for what the data sheet forbids."""
        command = out[0]
        if command == 0 and self._is_continuous:
            return self._result()[: len(out)]
        kind = command & 0xE0
        if kind in (chip.READ_REGISTER, chip.WRITE_REGISTER) and len(out) == 3:
            return self._register(kind, command & 0x1F, out[2])
        if len(out) != 1:
            raise Refused("command " + hex(command) + " stands alone")
        if command == chip.RESET:
            self.registers = bytearray((chip.PART_ID, 0x02, 0x80, 0x10, 0, 0, 0, 0, 0, 0, 0x02, 0x0C))
            self._is_continuous, self._is_started = True, False
        elif command in (chip.CONTINUOUS, chip.STOP_CONTINUOUS):
            self._is_continuous = command == chip.CONTINUOUS
        elif command in (chip.START, chip.STOP):
            self._is_started = command == chip.START
        elif command not in (chip.WAKE_UP, chip.STANDBY):
            raise Refused("there is no command " + hex(command))
        return bytes(1)

    def _register(self, kind: int, register: int, value: int) -> bytes:
        if self._is_continuous:
            raise Refused("registers are out of reach in continuous mode")
        if kind == chip.READ_REGISTER:
            return bytes((0, 0, self.registers[register]))
        fixed = {chip.CONFIG_2: 0x80, chip.LEAD_OFF: 0x10, chip.RESPIRATION_2: 0x01}.get(register, 0)
        if register in (0, 8) or value & fixed != fixed:
            raise Refused("register " + hex(register) + " does not take " + hex(value))
        self.registers[register] = value
        return bytes(3)

    def _result(self) -> bytes:
        off = 0x0C if not self.is_worn and self.registers[chip.LEAD_OFF_SENSE] & 0x0C else 0
        status = 0xC00000 | off << 15
        value = round(self._ecg_mv() / chip.LSB_MV) if self._is_started and self.is_worn else 0
        value = min(max(value, -0x800000), 0x7FFFFF) & 0xFFFFFF
        return status.to_bytes(3, "big") + bytes(3) + value.to_bytes(3, "big")
