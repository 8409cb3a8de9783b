"""The sensors that a wearable may carry: a row makes its source, or raises when the chip is absent."""

from firmware.sampling import Asked, Fetched, Timed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.board import Board
    from firmware.disk import Disk
    from firmware.drivers.cell import Cell
    from firmware.drivers.driver import Analogue
    from firmware.drivers.drv2605l import Drv2605l
    from firmware.drivers.max17048 import Max17048
    from firmware.settings import Settings

    Source = Timed | Fetched | Asked
    Maker = Callable[[Board, Settings, Disk], Source]


# An input with nothing on it reads less than any living cell.
_NO_CELL_MV = 2500


def _timed(board: "Board", driver: "Analogue") -> "Timed":
    source = Timed(driver, board.ticks_us)
    board.every(driver.rate_hz, source.ring.tick)
    return source


def _ad8232(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.ad8232 import Ad8232

    plus, minus = board.pin("ecg_off_plus"), board.pin("ecg_off_minus")
    return _timed(board, Ad8232(board.converter("ecg"), plus, minus))


def _ads1292r(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.ads1292r import Ads1292r

    driver = Ads1292r(board.spi(), board.pin("chip_select", is_output=True))
    source = Timed(driver, board.ticks_us)
    board.when_falling("data_ready", source.ring.tick)
    return source


def _max30102(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.max30102 import Max30102

    return Fetched(Max30102(board.i2c()))


def _max86141(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.max86141 import Max86141

    return Fetched(Max86141(board.spi(), board.pin("chip_select", is_output=True)))


def _skin(board: "Board", settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.skin import Skin

    return _timed(board, Skin(board.converter("skin"), settings.number("skin_zero")))


def _breath(board: "Board", settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.breath import Belt

    return _timed(board, Belt(board.converter("breath"), settings.number("breath_zero")))


def _lsm6ds3(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.lsm6ds3 import Lsm6ds3

    return Fetched(Lsm6ds3(board.i2c()))


def _bmi270(board: "Board", _settings: "Settings", disk: "Disk") -> "Source":
    from firmware.drivers.bmi270 import Bmi270

    return Fetched(Bmi270(board.i2c(), disk.read("/bmi270.bin"), board.wait_ms))


def _mlx90614(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.mlx90614 import Mlx90614

    return Asked(Mlx90614(board.i2c()))


def _mlx90632(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.mlx90632 import Mlx90632

    return Asked(Mlx90632(board.i2c()))


def _ds18b20(board: "Board", _settings: "Settings", _disk: "Disk") -> "Source":
    from firmware.drivers.ds18b20 import Ds18b20

    return Asked(Ds18b20(board.one_wire()))


# name -> (who makes its source, the pins of the board it needs)
DEVICES: "dict[str, tuple[Maker, tuple[str, ...]]]" = {
    "ad8232": (_ad8232, ("ecg", "ecg_off_plus", "ecg_off_minus")),
    "ads1292r": (_ads1292r, ("sck", "chip_select", "data_ready")),
    "max30102": (_max30102, ("scl", "sda")),
    "max86141": (_max86141, ("sck", "chip_select")),
    "skin": (_skin, ("skin",)),
    "breath": (_breath, ("breath",)),
    "lsm6ds3": (_lsm6ds3, ("scl", "sda")),
    "bmi270": (_bmi270, ("scl", "sda")),
    "mlx90614": (_mlx90614, ("scl", "sda")),
    "mlx90632": (_mlx90632, ("scl", "sda")),
    "ds18b20": (_ds18b20, ("one_wire",)),
}


def opened(board: "Board", settings: "Settings", disk: "Disk") -> "tuple[list[Source], list[str]]":
    """Make the sources of the sensors that are set, and say of each that is missing what it answered."""
    sources: list[Source] = []
    troubles: list[str] = []
    for name in settings.text("sensors").split(","):
        name = name.strip()
        if name not in DEVICES:
            troubles.append(name + " is no sensor we know")
            continue
        make, pins = DEVICES[name]
        if not board.has(*pins):
            troubles.append(name + " needs a pin that this board has not")
            continue
        try:
            sources.append(make(board, settings, disk))
        except OSError as error:
            troubles.append(name + ": " + str(error))
    return sources, troubles


def haptic(board: "Board") -> "Drv2605l | None":
    """The motor's driver, when there is one."""
    from firmware.drivers.drv2605l import Drv2605l

    try:
        return Drv2605l(board.i2c())
    except OSError:
        return None


def gauge(board: "Board") -> "Max17048 | Cell | None":
    """What tells of the battery: a gauge chip, or the converter when a cell hangs on it."""
    from firmware.drivers.max17048 import Max17048

    try:
        return Max17048(board.i2c())
    except OSError:
        pass
    if board.has("battery"):
        from firmware.drivers.cell import Cell

        cell = Cell(board.converter("battery"))
        if cell.millivolts() > _NO_CELL_MV:
            return cell
    return None
