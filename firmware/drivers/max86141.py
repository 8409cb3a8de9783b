"""MAX86141 optical front end on SPI: a queue of 128 tagged samples of 19 bits.

Source: Maxim MAX86140/MAX86141 data sheet, 19-100081: part id 0x25 in register 0xFF; a transfer is the
register, 0x80 to read or 0x00 to write, then the bytes; queue 0x04 to 0x0A, system 0x0D, PPG 0x11 and 0x12,
LEDs 0x20 on.
"""

from firmware.drivers.driver import Absent, Levelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Pin, SpiBus

PART_ID = 0x25
OVERFLOWS, WAITING, QUEUE, QUEUE_CONFIG_2, SYSTEM = 0x06, 0x07, 0x08, 0x0A, 0x0D
PPG_CONFIG_1, PPG_CONFIG_2, LED_SEQUENCE_1, LED_1_CURRENT, LED_RANGE, PART = (
    0x11,
    0x12,
    0x20,
    0x23,
    0x2A,
    0xFF,
)
READ, WRITE = 0x80, 0x00

_RESET, _SHUTDOWN, _RUN = 0x01, 0x02, 0x00
_FLUSH_AND_ROLL_OVER = 0x12
# 16,384 nA full scale, 58.7 us of light; 99.902 samples a second, not averaged.
_RANGE_AND_WIDTH, _RATE_99_9_HZ = 0x0A, 0x18
_LED_1_ONLY, _RANGE_31_MA, _CURRENT_8_MA = 0x01, 0x00, 0x40
_TAG_LED_1 = 1
_CONTACT_LEVEL = 60_000


class Max86141:
    """Green PPG of the first photodiode in counts. Raises Absent when the chip's id is another."""

    channel = "ppg"
    rate_hz = 99.902
    scale = 1.0

    def __init__(self, bus: "SpiBus", select: "Pin") -> None:
        self._bus = bus
        self._select = select
        self._level = Levelled(8)
        self.overflows = 0
        self.light = 0
        select.value(1)
        found = self._read(PART, 1)[0]
        if found != PART_ID:
            raise Absent("MAX86141 answers " + hex(found) + ", not " + hex(PART_ID))
        self.wake()

    def wake(self) -> None:
        """Set the chip up and start it."""
        for register, value in (
            (SYSTEM, _RESET),
            (QUEUE_CONFIG_2, _FLUSH_AND_ROLL_OVER),
            (PPG_CONFIG_1, _RANGE_AND_WIDTH),
            (PPG_CONFIG_2, _RATE_99_9_HZ),
            (LED_RANGE, _RANGE_31_MA),
            (LED_1_CURRENT, _CURRENT_8_MA),
            (LED_SEQUENCE_1, _LED_1_ONLY),
            (SYSTEM, _RUN),
        ):
            self._write(register, value)

    def sleep(self) -> None:
        """Stop light and converter; the registers stay."""
        self._write(SYSTEM, _SHUTDOWN)

    @property
    def has_contact(self) -> "bool | None":
        """Whether something reflects the light."""
        return self.light > _CONTACT_LEVEL

    def fetch(self) -> "list[int]":
        """Take everything out of the queue, oldest first."""
        self.overflows += self._read(OVERFLOWS, 1)[0] & 0x7F
        waiting = self._read(WAITING, 1)[0]
        if not waiting:
            return []
        data = self._read(QUEUE, 3 * waiting)
        counts = []
        for at in range(0, len(data), 3):
            word = data[at] << 16 | data[at + 1] << 8 | data[at + 2]
            if word >> 19 == _TAG_LED_1:
                self.light = word & 0x7FFFF
                counts.append(-self._level.apply(self.light))
        return counts

    def _read(self, register: int, count: int) -> bytearray:
        return self._exchange(bytes((register, READ)) + bytes(count))[2:]

    def _write(self, register: int, value: int) -> None:
        self._exchange(bytes((register, WRITE, value)))

    def _exchange(self, out: bytes) -> bytearray:
        into = bytearray(len(out))
        self._select.value(0)
        self._bus.write_readinto(out, into)
        self._select.value(1)
        return into
