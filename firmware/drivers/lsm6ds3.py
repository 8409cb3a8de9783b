"""LSM6DS3 accelerometer on I2C, with its queue in continuous mode.

Source: ST LSM6DS3 data sheet, DocID026899 rev. 10: id 0x69 in 0x0F; CTRL1_XL 0x10, CTRL3_C 0x12, FIFO_CTRL3
0x08, FIFO_CTRL5 0x0A, FIFO_STATUS1 and 2 at 0x3A, queue data 0x3E; 0.122 mg a digit at 4 g.
"""

from firmware.drivers.driver import Registers
from firmware.drivers.motion import Magnitude

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Bus

ADDRESS = 0x6A
PART_ID = 0x69
QUEUE_CHANNELS, QUEUE_MODE, PART, ACCELERATION, COMMON = 0x08, 0x0A, 0x0F, 0x10, 0x12
QUEUE_STATUS_1, QUEUE_STATUS_2, QUEUE = 0x3A, 0x3B, 0x3E
_ONLY_ACCELERATION = 0x01
_CONTINUOUS_104_HZ = 0x26
_104_HZ_4_G = 0x48
_WHOLE_SAMPLES_AND_COUNTING_UP = 0x44
_OVERRUN = 0x40


class Lsm6ds3:
    """The strength of acceleration in g, 1 at rest. Raises Absent when the chip's id is another."""

    channel = "motion"
    rate_hz = 104.0
    scale = 0.000122

    def __init__(self, bus: "Bus") -> None:
        self._chip = Registers(bus, ADDRESS)
        self._chip.expect("LSM6DS3", PART, PART_ID)
        self._word = bytearray(2)
        self._magnitude = Magnitude()
        self.overflows = 0
        self.wake()

    def wake(self) -> None:
        """Set the chip up and start it."""
        self._chip.write(COMMON, _WHOLE_SAMPLES_AND_COUNTING_UP)
        self._chip.write(ACCELERATION, _104_HZ_4_G)
        self._chip.write(QUEUE_CHANNELS, _ONLY_ACCELERATION)
        self._chip.write(QUEUE_MODE, _CONTINUOUS_104_HZ)

    def sleep(self) -> None:
        """Stop measuring."""
        self._chip.write(QUEUE_MODE, 0)
        self._chip.write(ACCELERATION, 0)

    @property
    def has_contact(self) -> "bool | None":
        """It cannot tell."""
        return None

    def fetch(self) -> "list[int]":
        """Take everything out of the queue, oldest first: three words a sample."""
        high = self._chip.read(QUEUE_STATUS_2)
        words = self._chip.read(QUEUE_STATUS_1) | (high & 0x0F) << 8
        if high & _OVERRUN:
            self.overflows += 1
        counts = []
        for _ in range(words):
            self._chip.read_into(QUEUE, self._word)
            count = self._magnitude.axis(self._word[0] | self._word[1] << 8)
            if count >= 0:
                counts.append(count)
        return counts
