"""AD8232 heart rate monitor front end: one analogue output and two pins that tell of loose electrodes.

Source: Analog Devices AD8232 data sheet, rev. D: in-amp gain 100, with the usual circuit 1100 in all;
LO+ and LO- go high when an electrode is off (DC detection).
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Pin

GAIN = 1100.0
SUPPLY_MV = 3300.0


class Ad8232:
    """ECG in mV around half the supply."""

    channel = "ecg"
    scale = SUPPLY_MV / 65536.0 / GAIN

    def __init__(self, converter: "Pin", off_plus: "Pin", off_minus: "Pin", rate_hz: float = 250.0) -> None:
        self.rate_hz = rate_hz
        self._read = converter.read_u16
        self._off_plus = off_plus
        self._off_minus = off_minus

    @property
    def has_contact(self) -> "bool | None":
        """Whether both electrodes lie on skin."""
        return not (self._off_plus.value() or self._off_minus.value())

    def read(self) -> int:
        """Give one count; the lowest one is kept free, for it marks a lost sample."""
        count: int = self._read() - 32768
        return count if count > -32768 else -32767
