"""A MAX86141 on a wrist that is a recording: its SPI words, its queue and its tags."""

from firmware.drivers import max86141 as chip
from firmware.simulation.registers import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PERIOD_US = 10_010
_DEPTH = 128


class FakeMax86141:
    """Samples the wearer while it runs. ppg: blood volume at a moment, about -1 to 1."""

    writable = frozenset((0x09, 0x0A, 0x0D, 0x10, 0x11, 0x12, 0x13, 0x15, 0x20, 0x21, 0x22, 0x23, 0x24, 0x2A))

    def __init__(self, ppg: "Callable[[int], float]", now_us: "Callable[[], int]") -> None:
        self._ppg = ppg
        self._now_us = now_us
        self._sampled_us = now_us()
        self._queue: list[int] = []
        self.is_worn = True
        self.registers = bytearray(256)
        self.registers[chip.PART] = chip.PART_ID
        self.registers[chip.SYSTEM] = 0x02

    def exchange(self, out: bytes) -> bytes:
        """One transfer while the chip is selected. Raises Refused for what the data sheet does not know."""
        if len(out) < 3 or out[1] not in (chip.READ, chip.WRITE):
            raise Refused("a transfer is a register, a direction and at least one byte")
        self._sample()
        register = out[0]
        if out[1] == chip.READ:
            return b"\0\0" + self._bytes(register, len(out) - 2)
        if register not in self.writable:
            raise Refused("register " + hex(register) + " may not be written")
        self._set(register, out[2])
        return bytes(len(out))

    def _set(self, register: int, value: int) -> None:
        if register == chip.SYSTEM and value & 0x01:
            value = 0
        if register == chip.SYSTEM or (register == chip.QUEUE_CONFIG_2 and value & 0x10):
            self._queue = []
            self._sampled_us = self._now_us()
        self.registers[register] = value

    def _bytes(self, register: int, count: int) -> bytes:
        if register == chip.WAITING:
            return bytes([min(len(self._queue), 255)])
        if register == chip.OVERFLOWS:
            lost, self.registers[register] = self.registers[register], 0
            return bytes([lost])
        if register != chip.QUEUE:
            return bytes(self.registers[register : register + count])
        out = b""
        while len(out) < count:
            word = self._queue.pop(0) if self._queue else 0
            out += word.to_bytes(3, "big")
        return out[:count]

    def _sample(self) -> None:
        is_on = not self.registers[chip.SYSTEM] & 0x02 and self.registers[chip.LED_SEQUENCE_1] & 0x0F == 1
        while is_on and self._now_us() - self._sampled_us >= _PERIOD_US:
            self._sampled_us += _PERIOD_US
            light = 200_000 - self._ppg(self._sampled_us) * 4_000 if self.is_worn else 1_200
            if len(self._queue) == _DEPTH:
                self._queue.pop(0)
                self.registers[chip.OVERFLOWS] = min(self.registers[chip.OVERFLOWS] + 1, 127)
            self._queue.append(1 << 19 | min(max(round(light), 0), 0x7FFFF))
