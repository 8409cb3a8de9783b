"""When a wearable may sleep: nobody listens, the battery is empty, or somebody asked for it."""


class Rest:
    """Decides, but does not sleep itself.

    after_s: how long nobody may listen; 0 is never. A cable counts as a listener only when it speaks.
    """

    def __init__(self, after_s: int, now_ms: int) -> None:
        self._after_ms = after_s * 1000
        self._heard_ms = now_ms
        self._is_asked = False

    def heard(self, now_ms: int) -> None:
        """Somebody listens: a link is up, or a command came."""
        self._heard_ms = now_ms

    def ask(self) -> None:
        """Sleep as soon as possible."""
        self._is_asked = True

    def reason(self, is_empty: bool, now_ms: int) -> str:
        """Why to sleep now; empty when there is no reason."""
        if is_empty:
            return "battery"
        if self._is_asked:
            return "asked"
        if self._after_ms and now_ms - self._heard_ms >= self._after_ms:
            return "nobody listens"
        return ""
