"""What the light says, in patterns that also differ without colour: each is a rhythm.

The worst news wins. The light never blinks faster than 2 Hz, and it is dim: nobody shall be startled.
"""

# name -> milliseconds on, off, on, off, ...; the row repeats. The order is the order of importance.
PATTERNS = (
    ("fault", (150, 350, 150, 350, 150, 1350)),
    ("empty", (60, 5940)),
    ("updating", (500, 500)),
    ("identify", (1000, 250)),
    ("no_contact", (120, 380, 120, 1880)),
    ("trial", (900, 300, 200, 600)),
    ("waiting", (80, 2920)),
    ("streaming", (20, 4980)),
)
_TABLE = dict(PATTERNS)


class Light:
    """One light that plays the most important of what is true.

    set_level: 0 to 1. percent: how bright when it is on.
    """

    def __init__(self, percent: int) -> None:
        self._level = percent / 100
        self._true: set[str] = set()
        self._playing = ""
        self._began_ms = 0

    def say(self, name: str, is_true: bool) -> None:
        """Let something be true, or no longer. Raises KeyError for a name that is no pattern."""
        _TABLE[name]
        if is_true:
            self._true.add(name)
        else:
            self._true.discard(name)

    def level(self, now_ms: int) -> float:
        """How bright the light is at this moment, 0 to 1."""
        playing = ""
        for name, _ in PATTERNS:
            if name in self._true:
                playing = name
                break
        if playing != self._playing:
            self._playing, self._began_ms = playing, now_ms
        if not playing:
            return 0.0
        spans = _TABLE[playing]
        at = (now_ms - self._began_ms) % sum(spans)
        for place, span_ms in enumerate(spans):
            if at < span_ms:
                return 0.0 if place % 2 else self._level
            at -= span_ms
        return 0.0
