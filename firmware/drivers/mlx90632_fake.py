"""An MLX90632 before a skin of the temperature it is told; its calibration is that of a typical chip."""

from firmware.drivers import mlx90632 as chip
from firmware.simulation.registers import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_TYPICAL = {
    "p_r": 0x00587F5B,
    "p_g": 0x04A10289,
    "p_t": -0x69908,
    "p_o": 0x1E0F,
    "ea": 4859535,
    "eb": 5686508,
    "fa": 53855361,
    "fb": 42874149,
    "ga": -14556410,
    "gb": 9728,
    "ka": 10752,
    "ha": 16384,
    "hb": 0,
}
_HALF_US = 500_000
_AMBIENT, _REFERENCE = 22454, 23030


class FakeMlx90632:
    """Measures in two turns. celsius: the skin; now_us: the clock. `words` holds its memory."""

    address = chip.ADDRESS

    def __init__(self, celsius: "Callable[[], float]", now_us: "Callable[[], int]") -> None:
        self._celsius = celsius
        self._now_us = now_us
        self._seen = 0
        self._pointer = 0
        self.words = {chip.VERSION: 0x8505, chip.CONTROL: 0, chip.STATUS: 0}
        for name, at, size, _ in chip.CONSTANTS:
            value = _TYPICAL[name]
            self.words[at] = value & 0xFFFF
            if size == 4:
                self.words[at + 1] = value >> 16 & 0xFFFF
        for place in range(6):
            self.words[chip.RAM_4 + place] = 0

    def _measure(self) -> None:
        """Bring a new turn into the RAM when its half second has passed."""
        turns = self._now_us() // _HALF_US
        if turns == self._seen or self.words[chip.CONTROL] & chip.CONTINUOUS != chip.CONTINUOUS:
            return
        self._seen = turns
        raw = _raw(self._celsius())
        turn = 1 + turns % 2
        # What the other turn holds is of no use: a driver that takes it would be found.
        second, first = (raw, 9) if turn == 2 else (9, raw)
        for place, value in enumerate((second, second, _AMBIENT, first, first, _REFERENCE)):
            self.words[chip.RAM_4 + place] = value & 0xFFFF
        self.words[chip.STATUS] = turn << 2 | chip.IS_NEW

    def write(self, data: bytes) -> None:
        """Take an address of two bytes and at most one word. Raises Refused."""
        if len(data) not in (2, 4):
            raise Refused("an address has two bytes and a word two more")
        self._pointer = data[0] << 8 | data[1]
        if len(data) == 4:
            if self._pointer not in (chip.CONTROL, chip.STATUS):
                raise Refused("word " + hex(self._pointer) + " may not be written")
            self.words[self._pointer] = data[2] << 8 | data[3]

    def read(self, count: int) -> bytes:
        """Give words from the pointer on. Raises Refused."""
        self._measure()
        out = bytearray()
        while len(out) < count:
            if self._pointer not in self.words:
                raise Refused("word " + hex(self._pointer) + " is not modelled")
            word = self.words[self._pointer]
            out += bytes((word >> 8, word & 0xFF))
            self._pointer += 1
        return bytes(out[:count])


def _raw(celsius: float) -> int:
    """The voltage of the thermopile before this skin: the balance of radiation, forward."""
    ambient, reference = _AMBIENT / 12, _REFERENCE
    own = ambient / (reference + 9.5 * ambient) * 2**19
    chip_celsius = (own - _TYPICAL["eb"] / 2**8) / (_TYPICAL["ea"] / 2**16) + 25
    drift = _TYPICAL["ga"] / 2**36 * (celsius - 25) + _TYPICAL["fb"] / 2**36 * (chip_celsius - 25)
    radiated = (celsius + 273.15) ** 4 - (chip_celsius + 273.15) ** 4
    signal = chip.EMISSIVITY * _TYPICAL["fa"] / 2**46 * (1 + drift) * radiated
    return round(signal * 12 * (reference + 10.5 * ambient) / 2**19)
