"""What the accelerometers share: three axes become one strength, whichever way the wearable hangs."""

import math


class Magnitude:
    """Gathers the words of three axes, 16 bits each, and gives their strength at every third."""

    def __init__(self) -> None:
        self._sum = 0
        self._axes = 0

    def axis(self, word: int) -> int:
        """Take the next axis; gives the strength after the third, -1 before."""
        if word & 0x8000:
            word -= 0x10000
        self._sum += word * word
        self._axes += 1
        if self._axes < 3:
            return -1
        strength = min(int(math.sqrt(self._sum) + 0.5), 32767)
        self._sum, self._axes = 0, 0
        return strength
