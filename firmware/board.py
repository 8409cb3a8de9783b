"""The boards we know: their pins in one table, and the parts of a board made from its row.

A row's `sensors` are drivers of `devices`; a pin of -1 is not there.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# ADC pins of the ESP32 are those of its first converter: the second one is taken by the radio.
# The Pico's ADC pins are 26 to 28; its light hangs on the radio chip and has a name instead of a number.
# fmt: off
_COLUMNS = (
    "name", "port", "scl", "sda", "sck", "mosi", "miso", "chip_select", "data_ready",
    "ecg", "ecg_off_plus", "ecg_off_minus", "skin", "breath", "one_wire", "battery", "light", "button",
)
# fmt: on
_ROWS = (
    ("esp32", "stdio", 22, 21, 18, 23, 19, 5, 4, 36, 16, 17, 39, 34, 25, 35, 2, 0),
    ("esp32s3", "stdio", 9, 8, 12, 11, 13, 10, 14, 1, 5, 6, 2, 3, 7, 4, 21, 0),
    ("pico_w", "stdio", 5, 4, 18, 19, 16, 17, 20, 26, 14, 15, 27, 28, 22, -1, "LED", 9),
    ("pico2_w", "stdio", 5, 4, 18, 19, 16, 17, 20, 26, 14, 15, 27, 28, 22, -1, "LED", 9),
    ("simulated", "uart", 22, 21, 18, 23, 19, 5, 4, 36, 16, 17, 39, 34, 25, -1, 2, 0),
)
BOARDS: "dict[str, dict[str, Any]]" = {str(row[0]): dict(zip(_COLUMNS, row)) for row in _ROWS}  # noqa: B905  MicroPython's zip has no strict


# What `os.uname().machine` contains -> row; the more particular names come first.
_SAID = (("esp32s3", "esp32s3"), ("esp32", "esp32"), ("pico 2 w", "pico2_w"), ("pico w", "pico_w"))


_NAP_MS = 5000


def _nothing(_pin: object) -> None:
    """An interrupt that only wakes."""


class UnknownBoard(ValueError):
    """There is no row of this name in the table of boards."""


def this() -> "Board":
    """The board this runs on, told by MicroPython's own name of it."""
    import os
    import time

    import bluetooth  # type: ignore[import-not-found, unused-ignore]
    import machine  # type: ignore[import-not-found, unused-ignore]
    import onewire  # type: ignore[import-not-found, unused-ignore]

    said = os.uname().machine.lower()
    for words, name in _SAID:
        if words in said:
            clocks: Any = time
            return Board(name, machine, clocks.ticks_us, clocks.sleep_ms, onewire.OneWire, bluetooth)
    raise UnknownBoard(said + " is no board of the table")


class Board:
    """One board: its row, its `machine`, and its buses and pins, made when first asked for.

    machine: MicroPython's module of that name. ticks_us: the clock of the interrupts. wait_ms: to be used
    while starting only. one_wire: makes a single-wire bus of a pin. radio: MicroPython's
    `bluetooth`, or None.
    """

    def __init__(
        self,
        name: str,
        machine: "Any",
        ticks_us: "Callable[[], int]",
        wait_ms: "Callable[[int], None]",
        one_wire: "Callable[[Any], Any]",
        radio: "Any",
    ) -> None:
        if name not in BOARDS:
            raise UnknownBoard(name + " is none of " + ", ".join(sorted(BOARDS)))
        self.name = name
        self.machine = machine
        self.ticks_us = ticks_us
        self.wait_ms = wait_ms
        self.radio = radio
        self._one_wire = one_wire
        self._row = BOARDS[name]
        self._i2c = None
        self._spi = None
        self._timers = 0
        self._light: Any = None

    def watchdog(self) -> "Callable[[], None]":
        """The watchdog's `feed`; it runs since the first line of `boot.py`."""
        feed: Callable[[], None] = self.machine.WDT(timeout=8000).feed
        return feed

    def has(self, *names: str) -> bool:
        """Whether the board has all these pins."""
        return all(self._row[name] != -1 for name in names)

    def serial(self) -> str:
        """What tells this board from every other: its chip's number in hexadecimal."""
        return "".join(["%02x" % byte for byte in self.machine.unique_id()])  # noqa: UP031  as MicroPython has it

    def i2c(self) -> "Any":
        """The bus of the small chips."""
        if self._i2c is None:
            pins = self.machine.Pin
            scl, sda = pins(self._row["scl"]), pins(self._row["sda"])
            self._i2c = self.machine.I2C(0, scl=scl, sda=sda, freq=400_000)
        return self._i2c

    def spi(self) -> "Any":
        """The fast bus, in the mode of the converters on it: clock low at rest, read on its second edge."""
        if self._spi is None:
            pins = {name: self.machine.Pin(self._row[name]) for name in ("sck", "mosi", "miso")}
            self._spi = self.machine.SPI(1, baudrate=2_000_000, polarity=0, phase=1, **pins)
        return self._spi

    def converter(self, name: str) -> "Any":
        """An analogue input by its name in the table."""
        return self.machine.ADC(self.machine.Pin(self._row[name]))

    def pin(self, name: str, is_output: bool = False, is_pulled_up: bool = False) -> "Any":
        """A digital pin by its name in the table."""
        kinds = self.machine.Pin
        if is_output:
            return kinds(self._row[name], kinds.OUT)
        return (
            kinds(self._row[name], kinds.IN, kinds.PULL_UP)
            if is_pulled_up
            else kinds(self._row[name], kinds.IN)
        )

    def one_wire(self) -> "Any":
        """The bus of a single wire."""
        return self._one_wire(self.machine.Pin(self._row["one_wire"]))

    def when_falling(self, name: str, interrupt: "Callable[[object], None]") -> None:
        """Let a pin interrupt whenever it goes low."""
        self.pin(name).irq(handler=interrupt, trigger=self.machine.Pin.IRQ_FALLING)

    def every(self, rate_hz: float, interrupt: "Callable[[object], None]") -> None:
        """Let a hardware timer interrupt so many times a second."""
        # ESP32 numbers its four timers, RP2 has only those of software, which are called -1.
        timer = self.machine.Timer(-1 if self.name.startswith("pico") else self._timers)
        self._timers += 1
        timer.init(mode=timer.PERIODIC, freq=rate_hz, callback=interrupt)

    def light(self, level: float) -> None:
        """Set the light, 0 to 1; a light on the radio chip is only on or off."""
        if self._light is None:
            kinds = self.machine
            pin = kinds.Pin(self._row["light"], kinds.Pin.OUT)
            self._light = pin if isinstance(self._row["light"], str) else kinds.PWM(pin, freq=1000)
        if isinstance(self._row["light"], str):
            self._light.value(1 if level else 0)
        else:
            self._light.duty_u16(round(level * 65535))

    def sleep(self) -> None:
        """Sleep until the button is pressed, then start over."""
        # The watchdog cannot be stopped, so the sleep is a row of naps shorter than its eight seconds. A
        # Pico wakes at the press, an ESP32 at the end of the nap in which the button is held.
        button = self.pin("button", is_pulled_up=True)
        button.irq(handler=_nothing, trigger=self.machine.Pin.IRQ_FALLING)
        feed = self.watchdog()
        while button.value():
            feed()
            self.machine.lightsleep(_NAP_MS)
        self.machine.reset()

    def port(self) -> "Any":
        """The bytes of the cable: MicroPython's own USB console, or a UART."""
        if self._row["port"] == "uart":
            return self.machine.UART(0, baudrate=115_200)
        from firmware.links.console import Console

        return Console()
