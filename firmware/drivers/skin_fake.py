"""A hand between supply and converter, with the conductance it is told."""

from firmware.drivers.skin import RESISTOR_OHM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class FakeSkin:
    """Gives the converter's reading. conductance_us: microsiemens now; 0 is no contact."""

    def __init__(self, conductance_us: "Callable[[], float]") -> None:
        self._conductance_us = conductance_us

    def read_u16(self) -> int:
        """What the converter sees between skin and resistor."""
        siemens = self._conductance_us() * 1e-6
        return min(round(65_536 * siemens / (siemens + 1.0 / RESISTOR_OHM)), 65_535)
