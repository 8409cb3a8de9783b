"""MAX30102 pulse oximeter: red and infra-red light through a finger, with a queue of 32 samples.

Source: Maxim MAX30102 data sheet, 19-7740 rev. 1: part id 0x15 in register 0xFF, queue pointers 0x04 to 0x06,
queue data 0x07, mode 0x09, configuration 0x0A, pulse amplitudes 0x0C and 0x0D.
"""

from firmware.drivers.driver import Levelled, Registers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Bus

ADDRESS = 0x57
PART_ID = 0x15
WRITE_POINTER, OVERFLOWS, READ_POINTER, QUEUE = 0x04, 0x05, 0x06, 0x07
QUEUE_CONFIG, MODE, SPO2_CONFIG = 0x08, 0x09, 0x0A
RED_CURRENT, INFRARED_CURRENT, PART = 0x0C, 0x0D, 0xFF
DEPTH = 32

_RESET, _SPO2_MODE, _SHUTDOWN = 0x40, 0x03, 0x80
_QUEUE_ROLLS_OVER = 0x10
# 4096 nA full scale, 100 samples a second, pulses of 411 us and so 18 bits.
_SPO2_100_HZ_18_BIT = 0x27
_CURRENT_7_MA = 0x24
# A finger reflects far more than air does, of 262,143.
_CONTACT_LEVEL = 50_000


class Max30102:
    """Infra-red PPG in counts; red goes along for the oxygen estimate.

    Raises Absent when the chip's id is another.
    """

    channel = "ppg"
    rate_hz = 100.0
    scale = 1.0

    def __init__(self, bus: "Bus") -> None:
        self._chip = Registers(bus, ADDRESS)
        self._chip.expect("MAX30102", PART, PART_ID)
        self._sample = bytearray(6)
        self._level = Levelled(8)
        self.overflows = 0
        self.red = 0
        self.infrared = 0
        self.wake()

    def wake(self) -> None:
        """Set the chip up and start it."""
        self._chip.write(MODE, _RESET)
        self._chip.write(QUEUE_CONFIG, _QUEUE_ROLLS_OVER)
        self._chip.write(SPO2_CONFIG, _SPO2_100_HZ_18_BIT)
        self._chip.write(RED_CURRENT, _CURRENT_7_MA)
        self._chip.write(INFRARED_CURRENT, _CURRENT_7_MA)
        for register in (WRITE_POINTER, OVERFLOWS, READ_POINTER):
            self._chip.write(register, 0)
        self._chip.write(MODE, _SPO2_MODE)

    def sleep(self) -> None:
        """Stop light and converter; the registers stay."""
        self._chip.write(MODE, _SHUTDOWN | _SPO2_MODE)

    @property
    def has_contact(self) -> "bool | None":
        """Whether something reflects the light."""
        return self.infrared > _CONTACT_LEVEL

    def fetch(self) -> "list[int]":
        """Take everything out of the queue, oldest first."""
        over = self._chip.read(OVERFLOWS)
        waiting = (self._chip.read(WRITE_POINTER) - self._chip.read(READ_POINTER)) % DEPTH
        if over:
            # The pointers meet when the queue is full; the counter tells that from empty.
            waiting = DEPTH
            self.overflows += over
        counts = []
        sample = self._sample
        for _ in range(waiting):
            self._chip.read_into(QUEUE, sample)
            self.red = (sample[0] << 16 | sample[1] << 8 | sample[2]) & 0x3FFFF
            self.infrared = (sample[3] << 16 | sample[4] << 8 | sample[5]) & 0x3FFFF
            # More blood swallows more light: turned over, a beat goes up.
            counts.append(-self._level.apply(self.infrared))
        return counts
