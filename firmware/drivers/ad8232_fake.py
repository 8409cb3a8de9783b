"""An AD8232 on a wearer whose heart is a recording."""

from firmware.drivers.ad8232 import GAIN, SUPPLY_MV

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class FakeAd8232:
    """Gives the converter's reading of an ECG, and the two pins of loose electrodes.

    ecg_mv: the heart's voltage at this moment.
    """

    def __init__(self, ecg_mv: "Callable[[], float]") -> None:
        self._ecg_mv = ecg_mv
        self.is_worn = True

    def read_u16(self) -> int:
        """What the converter sees: the amplified signal around half the supply, the rail without contact."""
        if not self.is_worn:
            return 65535
        counts = 32768 + round(self._ecg_mv() * GAIN / SUPPLY_MV * 65536)
        return min(max(counts, 0), 65535)

    def value(self) -> int:
        """What LO+ and LO- say."""
        return 0 if self.is_worn else 1
