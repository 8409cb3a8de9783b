"""A lithium cell by the converter, behind a divider by two: for boards without a gauge chip."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Pin

# Millivolts at rest -> percent, on straight lines between; typical of lithium cobalt cells.
_CURVE = (
    (3300, 0),
    (3500, 5),
    (3680, 15),
    (3740, 30),
    (3790, 45),
    (3870, 60),
    (3980, 75),
    (4080, 90),
    (4180, 100),
)
_FULL_MV = 3300
_DIVIDER = 2


class Cell:
    """Percent and volts; it cannot tell whether it charges."""

    def __init__(self, converter: "Pin") -> None:
        self._read = converter.read_u16

    def millivolts(self) -> int:
        """The cell's voltage, of eight readings."""
        total = 0
        for _ in range(8):
            total += self._read()
        return total * _FULL_MV * _DIVIDER // (8 * 65_535)

    def percent(self) -> int:
        """How full, 0 to 100."""
        millivolts = self.millivolts()
        below_mv, below = _CURVE[0]
        for point_mv, percent in _CURVE:
            if millivolts < point_mv:
                span_mv = max(point_mv - below_mv, 1)
                return max(below + (percent - below) * (millivolts - below_mv) // span_mv, 0)
            below_mv, below = point_mv, percent
        return 100

    def is_charging(self) -> bool:
        """Not known here."""
        return False
