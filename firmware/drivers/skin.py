"""Skin conductance by the converter: skin and a known resistor share the supply.

The skin lies between supply and input, the resistor between input and ground, so that the conductance is
reading / (full - reading) / resistor. Source: Boucsein et al., Psychophysiology 49 (2012) 1017, for the
range of 0.05 to 30 uS; the circuit is the plain divider that the common boards carry.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Pin

RESISTOR_OHM = 100_000
# One count is a nanosiemens.
_NANOSIEMENS = 1_000_000_000 // RESISTOR_OHM
_FULL = 65_536
# Where the largest count is reached; above it the product would leave the whole numbers that need no memory.
_MOST = 50_000
_CONTACT = 50


class Skin:
    """Conductance in uS. zero: counts with nothing attached, found by calibrating."""

    channel = "skin"
    rate_hz = 50.0
    scale = 0.001

    def __init__(self, converter: "Pin", zero: int = 0) -> None:
        self._read = converter.read_u16
        self._zero = zero
        self._newest = 0

    @property
    def has_contact(self) -> "bool | None":
        """Whether any current flows."""
        return self._newest > _CONTACT

    def read(self) -> int:
        """Give one count; allocates nothing."""
        reading = self._read()
        if reading >= _MOST:
            count = 32767
        else:
            count = reading * _NANOSIEMENS // (_FULL - reading) - self._zero
            if count > 32767:
                count = 32767
        self._newest = count
        return count
