"""One button, told apart by how long it is held; it is asked every few milliseconds and may bounce."""

NOTHING, SHORT, LONG, VERY_LONG = 0, 1, 2, 3
_BOUNCE_MS = 30
_LONG_MS = 1500
_VERY_LONG_MS = 6000


class Button:
    """Gives each press once, when it is let go; a very long one already while it is held.

    Short: mark this moment, or wake. Long: sleep. Very long: forget the pairing.
    """

    def __init__(self) -> None:
        self._is_down = False
        self._changed_ms = 0
        self._raw = False
        self._raw_ms = 0
        self._is_told = False

    def ask(self, is_down: bool, now_ms: int) -> int:
        """Take what the pin says now; gives `NOTHING` or what was done."""
        if is_down != self._raw:
            self._raw, self._raw_ms = is_down, now_ms
        if now_ms - self._raw_ms < _BOUNCE_MS:
            return NOTHING
        if self._raw != self._is_down:
            self._is_down = self._raw
            held_ms = self._raw_ms - self._changed_ms
            self._changed_ms = self._raw_ms
            if self._is_down:
                self._is_told = False
                return NOTHING
            if self._is_told:
                return NOTHING
            return LONG if held_ms >= _LONG_MS else SHORT
        if self._is_down and not self._is_told and now_ms - self._changed_ms >= _VERY_LONG_MS:
            self._is_told = True
            return VERY_LONG
        return NOTHING
