"""A breath belt by the converter: a force-sensitive resistor or a hall sensor beside a magnet.

Both give a voltage that follows the girth; which way is up, the box finds out.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Pin

_EDGE = 600


class Belt:
    """Girth in parts of half the converter's range. zero: counts at rest, found by calibrating."""

    channel = "breath"
    rate_hz = 50.0
    scale = 1.0 / 32768.0

    def __init__(self, converter: "Pin", zero: int = 0) -> None:
        self._read = converter.read_u16
        self._zero = zero
        self._reading = 32768

    @property
    def has_contact(self) -> "bool | None":
        """Whether the belt is plugged in and not at the end of its range."""
        return _EDGE < self._reading < 65_535 - _EDGE

    def read(self) -> int:
        """Give one count; allocates nothing."""
        reading = self._read()
        self._reading = reading
        count: int = reading - 32768 - self._zero
        if count > 32767:
            return 32767
        return count if count > -32767 else -32767
