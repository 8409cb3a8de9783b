"""The sensors that a wearable may carry: a row makes its source, or raises when the chip is absent."""

from firmware.sampling import Fetched, Timed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.board import Board
    from firmware.drivers.driver import Analogue
    from firmware.settings import Settings


def _ad8232(board: "Board", _settings: "Settings") -> "Timed":
    from firmware.drivers.ad8232 import Ad8232

    plus, minus = board.pin("ecg_off_plus"), board.pin("ecg_off_minus")
    return _timed(board, Ad8232(board.converter("ecg"), plus, minus))


def _max30102(board: "Board", _settings: "Settings") -> "Fetched":
    from firmware.drivers.max30102 import Max30102

    return Fetched(Max30102(board.i2c()))


def _timed(board: "Board", driver: "Analogue") -> "Timed":
    source = Timed(driver, board.ticks_us)
    board.every(driver.rate_hz, source.ring.tick)
    return source


DEVICES: "dict[str, Callable[[Board, Settings], Timed | Fetched]]" = {
    "ad8232": _ad8232,
    "max30102": _max30102,
}


def opened(board: "Board", settings: "Settings") -> "tuple[list[Timed | Fetched], list[str]]":
    """Make the sources of the sensors that are set, and say of each that is missing what it answered."""
    sources: list[Timed | Fetched] = []
    troubles: list[str] = []
    for name in settings.text("sensors").split(","):
        make = DEVICES.get(name.strip())
        if make is None:
            troubles.append(name + " is no sensor we know")
            continue
        try:
            sources.append(make(board, settings))
        except OSError as error:
            troubles.append(name + ": " + str(error))
    return sources, troubles
