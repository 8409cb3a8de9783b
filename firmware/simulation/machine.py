"""MicroPython's `machine`, over the models in `world`: what our boards use of it and no more."""

from firmware.simulation.registers import Refused
from firmware.simulation.world import world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PWRON_RESET, WDT_RESET, SOFT_RESET = 1, 3, 5


class Reset(BaseException):
    """The board starts over; nothing of the program may catch this."""


def reset() -> None:
    """Start the board over."""
    if world.on_reset is not None:
        world.on_reset()
    raise Reset


def reset_cause() -> int:
    """Why the board started."""
    return PWRON_RESET


def unique_id() -> bytes:
    """The number that is burnt into the chip."""
    return bytes((0xE0, 0xC4, 0x0E, 0x10, 0x00, 0x01))


def freq(_hz: int = 0) -> int:
    """The processor's clock, in Hz."""
    return 160_000_000


def lightsleep(ms: int) -> None:
    """Sleep with memory kept."""
    world.asleep_ms += ms


class Pin:
    """One pin; behind it may be a model with `value()`, such as a button."""

    IN, OUT, PULL_UP, IRQ_FALLING, IRQ_RISING = 0, 1, 2, 2, 1

    def __init__(self, number: int, mode: int = 0, pull: int = -1, value: int = -1) -> None:
        self.number = number
        if value < 0:
            value = 1 if pull == self.PULL_UP else 0
        self._level = value
        self.levels = [value]

    def value(self, level: "int | None" = None) -> int:
        """Read the pin, or set it."""
        behind = world.pins.get(self.number)
        if level is None:
            return behind.value() if behind is not None else self._level
        if level != self._level:
            self.levels.append(level)
        self._level = level
        if behind is not None and hasattr(behind, "set"):
            behind.set(level)
        return level

    def irq(self, *, handler: "Callable[[object], None] | None", trigger: int) -> None:
        """Interrupt on an edge; the model behind the pin calls it."""
        behind = world.pins.get(self.number)
        if behind is not None and handler is not None:
            behind.interrupt = handler


class ADC:
    """One analogue input, read from the model behind its pin."""

    def __init__(self, pin: "Pin") -> None:
        behind = world.pins.get(pin.number)
        self.read_u16: Callable[[], int] = behind.read_u16 if behind is not None else _ground


def _ground() -> int:
    return 0


class I2C:
    """A bus with the models of the chips on it."""

    def __init__(self, _number: int, *, scl: "Pin", sda: "Pin", freq: int = 400_000) -> None:
        self.freq = freq

    def scan(self) -> "list[int]":
        """The addresses that answer."""
        return sorted(world.i2c)

    def writeto_mem(self, address: int, register: int, data: bytes, *, addrsize: int = 8) -> None:
        """Write from a register on; addrsize: bits of its address. Raises OSError when nobody answers."""
        self.writeto(address, register.to_bytes(addrsize // 8, "big") + bytes(data))

    def readfrom_mem_into(self, address: int, register: int, into: bytearray, *, addrsize: int = 8) -> None:
        """Fill a buffer from a register on. Raises OSError when nobody answers."""
        self.writeto(address, register.to_bytes(addrsize // 8, "big"))
        into[:] = self._chip(address).read(len(into))

    def writeto(self, address: int, data: bytes) -> int:
        """Write bytes. Raises OSError when nobody answers."""
        self._chip(address).write(bytes(data))
        return len(data)

    def readfrom_into(self, address: int, into: bytearray) -> None:
        """Fill a buffer. Raises OSError when nobody answers."""
        into[:] = self._chip(address).read(len(into))

    def _chip(self, address: int) -> "Any":
        if address not in world.i2c:
            raise Refused(19, "nobody answers at " + hex(address))
        return world.i2c[address]


class SPI:
    """A bus whose chips are chosen by their select pin, which the model behind that pin sees."""

    def __init__(self, number: int, **_settings: object) -> None:
        self._number = number

    def write_readinto(self, out: bytes, into: bytearray) -> None:
        """Send bytes and take what comes back meanwhile."""
        chip = world.spi.get(self._number)
        into[:] = chip.exchange(bytes(out)) if chip is not None else bytes(len(out))

    def write(self, out: bytes) -> None:
        """Send bytes."""
        self.write_readinto(out, bytearray(len(out)))


class PWM:
    """A pin that is on for a part of the time."""

    def __init__(self, pin: "Pin", freq: int = 1000) -> None:
        self._pin = pin

    def duty_u16(self, duty: int) -> None:
        """Set the part, of 65535."""
        self._pin.value(duty)


class OneWire:
    """A single wire, with the model behind its pin."""

    def __init__(self, pin: "Pin") -> None:
        self._far: Any = world.pins.get(pin.number)

    def reset(self) -> bool:
        """Wake the bus; whether anybody is there."""
        return self._far is not None and bool(self._far.reset())

    def writebyte(self, value: int) -> None:
        """Send one byte."""
        self._far.writebyte(value)

    def readinto(self, into: bytearray) -> None:
        """Fill a buffer."""
        self._far.readinto(into)


class Timer:
    """A timer that interrupts; its moments are kept in the world's time."""

    PERIODIC = 1

    def __init__(self, _number: int = -1) -> None:
        self.due_us = 0
        self._period_us = 0
        self._callback: Callable[[object], None] | None = None

    def init(self, *, mode: int, freq: float, callback: "Callable[[object], None]") -> None:
        """Interrupt from now on, so many times a second."""
        self._period_us = round(1_000_000 / freq)
        self._callback = callback
        self.due_us = world.now_us() + self._period_us
        if self not in world.timers:
            world.timers.append(self)

    def deinit(self) -> None:
        """Stop interrupting."""
        if self in world.timers:
            world.timers.remove(self)

    def fire(self) -> None:
        """Interrupt now."""
        self.due_us += self._period_us
        if self._callback is not None:
            self._callback(self)


class WDT:
    """The watchdog: the world sees when it was fed last."""

    def __init__(self, timeout: int = 5000) -> None:
        world.watchdog_ms = timeout
        self.feed()

    def feed(self) -> None:
        """Be content until the time-out has passed again."""
        world.fed_us = world.now_us()


class UART:
    """A serial line whose far end is in the world."""

    def __init__(self, number: int, baudrate: int = 115_200, **_settings: object) -> None:
        self._far = world.uarts[number]

    def any(self) -> int:
        """How many bytes wait."""
        waiting: int = self._far.any()
        return waiting

    def read(self, count: int) -> "bytes | None":
        """Give at most so many bytes; None when none wait."""
        data: bytes | None = self._far.read(count)
        return data

    def write(self, data: bytes) -> "int | None":
        """Send what fits; how many bytes that were, or None."""
        sent: int | None = self._far.write(bytes(data))
        return sent
