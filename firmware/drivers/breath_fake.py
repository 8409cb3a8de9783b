"""A belt around a chest whose girth is told."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class FakeBelt:
    """Gives the converter's reading. girth: -1 to 1 of half the range, now."""

    def __init__(self, girth: "Callable[[], float]") -> None:
        self._girth = girth
        self.is_plugged = True

    def read_u16(self) -> int:
        """What the converter sees; an open input is pulled to ground."""
        return min(max(32768 + round(self._girth() * 32768), 0), 65_535) if self.is_plugged else 0
