"""BMI270 accelerometer on I2C; it needs its maker's configuration file of 8 KB at every start.

Source: Bosch BMI270 data sheet, BST-BMI270-DS000: id 0x24 in 0x00; the file goes through 0x5B, 0x5C and 0x5E
while 0x59 is 0, then the low half of 0x21 says 1; ACC_CONF 0x40, ACC_RANGE 0x41, queue 0x24 to 0x26, 0x48,
0x49, power 0x7C and 0x7D, commands 0x7E. The file is Bosch's own, `bmi270_config_file` of their driver, and
lies as `/bmi270.bin` on the board; without it the chip measures nothing.
"""

from firmware.drivers.driver import Absent, Registers
from firmware.drivers.motion import Magnitude

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.drivers.driver import Bus

ADDRESS = 0x68
PART_ID = 0x24
PART, STATUS, QUEUE_LENGTH, QUEUE, RATE, RANGE = 0x00, 0x21, 0x24, 0x26, 0x40, 0x41
QUEUE_CONFIG_0, QUEUE_CONFIG_1, LOADING, PLACE, FILE = 0x48, 0x49, 0x59, 0x5B, 0x5E
POWER_CONFIG, POWER, COMMAND = 0x7C, 0x7D, 0x7E
FLUSH, SOFT_RESET = 0xB0, 0xB6
_PIECE = 32
_100_HZ_FILTERED, _4_G = 0xA8, 0x01
_ACCELERATION_WITHOUT_HEADERS, _KEEP_NEWEST = 0x40, 0x02
_ACCELERATION_ON = 0x04
_EMPTY = 0x8000


class Bmi270:
    """The strength of acceleration in g, 1 at rest.

    file: the maker's configuration. wait_ms: how to wait; the chip takes 20 ms to accept the file.
    Raises Absent when the id is another, the file is missing or the chip does not accept it.
    """

    channel = "motion"
    rate_hz = 100.0
    scale = 4.0 / 32768.0

    def __init__(self, bus: "Bus", file: "bytes | None", wait_ms: "Callable[[int], None]") -> None:
        self._bus = bus
        self._chip = Registers(bus, ADDRESS)
        self._chip.expect("BMI270", PART, PART_ID)
        if not file:
            raise Absent("BMI270 needs its maker's file as /bmi270.bin")
        self._frame = bytearray(6)
        self._length = bytearray(2)
        self._magnitude = Magnitude()
        self.overflows = 0
        self._chip.write(COMMAND, SOFT_RESET)
        wait_ms(2)
        self._load(file, wait_ms)
        self.wake()

    def _load(self, file: bytes, wait_ms: "Callable[[int], None]") -> None:
        self._chip.write(POWER_CONFIG, 0)
        wait_ms(1)
        self._chip.write(LOADING, 0)
        for at in range(0, len(file), _PIECE):
            word = at >> 1
            self._bus.writeto_mem(ADDRESS, PLACE, bytes((word & 0x0F, word >> 4)))
            self._bus.writeto_mem(ADDRESS, FILE, file[at : at + _PIECE])
        self._chip.write(LOADING, 1)
        wait_ms(20)
        if self._chip.read(STATUS) & 0x0F != 1:
            raise Absent("BMI270 does not accept its file")

    def wake(self) -> None:
        """Start measuring."""
        self._chip.write(RATE, _100_HZ_FILTERED)
        self._chip.write(RANGE, _4_G)
        self._chip.write(QUEUE_CONFIG_0, _KEEP_NEWEST)
        self._chip.write(QUEUE_CONFIG_1, _ACCELERATION_WITHOUT_HEADERS)
        self._chip.write(POWER, _ACCELERATION_ON)
        self._chip.write(COMMAND, FLUSH)

    def sleep(self) -> None:
        """Stop measuring."""
        self._chip.write(POWER, 0)

    @property
    def has_contact(self) -> "bool | None":
        """It cannot tell."""
        return None

    def fetch(self) -> "list[int]":
        """Take everything out of the queue, oldest first."""
        self._chip.read_into(QUEUE_LENGTH, self._length)
        waiting = (self._length[0] | (self._length[1] & 0x3F) << 8) // 6
        counts = []
        frame = self._frame
        for _ in range(waiting):
            self._chip.read_into(QUEUE, frame)
            if frame[0] | frame[1] << 8 == _EMPTY:
                break
            for at in (0, 2, 4):
                count = self._magnitude.axis(frame[at] | frame[at + 1] << 8)
            counts.append(count)
        return counts
