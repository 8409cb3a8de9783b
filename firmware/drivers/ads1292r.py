"""ADS1292R on SPI: a 24-bit ECG with lead-off detection, in continuous mode with a data-ready pin.

Source: Texas Instruments ADS1292R data sheet, SBAS502C: id 0x73; commands 0x06, 0x08, 0x0A, 0x10, 0x11,
0x20, 0x40; a result is 24 bits of status (1100, five lead-off bits), channel 1 and channel 2; reference 2.42
V, gain 6.
"""

from firmware.drivers.driver import Absent, Levelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Pin, SpiBus

PART_ID = 0x73
RESET, START, STOP, CONTINUOUS, STOP_CONTINUOUS, STANDBY, WAKE_UP = 0x06, 0x08, 0x0A, 0x10, 0x11, 0x04, 0x02
READ_REGISTER, WRITE_REGISTER = 0x20, 0x40
ID, CONFIG_1, CONFIG_2, LEAD_OFF, CHANNEL_1, CHANNEL_2, LEAD_OFF_SENSE = (
    0x00,
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x07,
)
RESPIRATION_2 = 0x0A

# Five bits below the top of 24, so that 16 bits hold 12 mV in steps of 0.38 uV.
_SHIFT = 3
LSB_MV = 2420.0 / 6 / 8_388_607
_SETUP = (
    (CONFIG_1, 0x01),  # 250 samples a second
    (CONFIG_2, 0xE0),  # lead-off comparators and the reference on, 2.42 V
    (LEAD_OFF, 0x10),  # 95 % and 5 %, 6 nA direct current
    (CHANNEL_1, 0x81),  # the respiration channel is off and shorted
    (CHANNEL_2, 0x00),  # gain 6, electrodes
    (LEAD_OFF_SENSE, 0x0C),  # both electrodes of channel 2
    (RESPIRATION_2, 0x03),  # the lowest bit must be set
)
# Of the lead-off status: both inputs of channel 2.
_OFF_BITS = 0x0C


class Ads1292r:
    """ECG in mV of channel 2; `read` is called by the data-ready interrupt. Raises Absent."""

    channel = "ecg"
    rate_hz = 250.0
    scale = LSB_MV * (1 << _SHIFT)

    def __init__(self, bus: "SpiBus", select: "Pin") -> None:
        self._bus = bus
        self._select = select
        self._zeros = bytes(9)
        self._result = bytearray(9)
        self._level = Levelled(9)
        self._is_off = 0
        select.value(1)
        self._command(RESET)
        self._command(STOP_CONTINUOUS)
        found = self._exchange(bytes((READ_REGISTER | ID, 0, 0)))[2]
        if found != PART_ID:
            raise Absent("ADS1292R answers " + hex(found) + ", not " + hex(PART_ID))
        for register, value in _SETUP:
            self._exchange(bytes((WRITE_REGISTER | register, 0, value)))
        self.wake()

    def wake(self) -> None:
        """Start converting."""
        for command in (WAKE_UP, START, CONTINUOUS):
            self._command(command)

    def sleep(self) -> None:
        """Stop converting; the registers stay."""
        for command in (STOP_CONTINUOUS, STOP, STANDBY):
            self._command(command)

    @property
    def has_contact(self) -> "bool | None":
        """Whether both electrodes lie on skin."""
        return not self._is_off

    def read(self) -> int:
        """Give one count; allocates nothing."""
        result = self._result
        self._select.value(0)
        self._bus.write_readinto(self._zeros, result)
        self._select.value(1)
        # After 1100 the five bits of the lead-off status begin in the low half of the first byte.
        self._is_off = (result[0] << 1 | result[1] >> 7) & _OFF_BITS
        value = result[6] << 16 | result[7] << 8 | result[8]
        if value & 0x800000:
            value -= 0x1000000
        return self._level.apply(value >> _SHIFT)

    def _command(self, command: int) -> None:
        self._exchange(bytes((command,)))

    def _exchange(self, out: bytes) -> bytearray:
        into = bytearray(len(out))
        self._select.value(0)
        self._bus.write_readinto(out, into)
        self._select.value(1)
        return into
