"""MLX90632 infra-red thermometer on I2C: the temperature of the skin it looks at.

Source: Melexis MLX90632 data sheet, standard range: 16-bit addresses, words with the high byte first; the
calibration in EEPROM from 0x240C, 32-bit values with the low word first; a measurement in two turns, twice
a second. The chip gives raw voltages; the temperature is worked out here.
"""

import struct

from firmware.drivers.driver import Absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ADDRESS = 0x3A
VERSION, DSP_5 = 0x240B, 5
CONTROL, STATUS, RAM_4 = 0x3001, 0x3FFF, 0x4003
CONTINUOUS = 0x0006
IS_NEW = 0x0001
EMISSIVITY = 0.98
# name, address, bytes, power of two of the unit
CONSTANTS = (
    ("p_r", 0x240C, 4, -8),
    ("p_g", 0x240E, 4, -20),
    ("p_t", 0x2410, 4, -44),
    ("p_o", 0x2412, 4, -8),
    ("ea", 0x2424, 4, -16),
    ("eb", 0x2426, 4, -8),
    ("fa", 0x2428, 4, -46),
    ("fb", 0x242A, 4, -36),
    ("ga", 0x242C, 4, -36),
    ("gb", 0x242E, 2, -10),
    ("ka", 0x242F, 2, -10),
    ("ha", 0x2481, 2, -14),
    ("hb", 0x2482, 2, -10),
)
_TURNS = 5
_KELVIN = 273.15


class Mlx90632:
    """Skin temperature in hundredths of a degree Celsius, once a second. Raises Absent."""

    channel = "temperature"
    rate_hz = 1.0
    scale = 0.01

    def __init__(self, bus: "Any") -> None:
        self._bus = bus
        self._two, self._ram = bytearray(2), bytearray(12)
        version = self._word(VERSION)
        if version & 0xFF != DSP_5:
            raise Absent("MLX90632 answers " + hex(version) + ", not a version that ends in 05")
        self._of = {name: self._constant(at, size) * 2.0**power for name, at, size, power in CONSTANTS}
        if self._of["ea"] <= 0 or self._of["fa"] <= 0:
            raise Absent("MLX90632 answers without its calibration")
        self._write(CONTROL, self._word(CONTROL) | CONTINUOUS)

    @property
    def has_contact(self) -> "bool | None":
        """It cannot tell."""
        return None

    def measured(self) -> "int | None":
        """Hundredths of a degree; None when nothing new was measured, or a turn ended while it was read."""
        status = self._word(STATUS)
        turn = status >> 2 & 0x1F
        if not status & IS_NEW or turn not in (1, 2):
            return None
        self._write(STATUS, status & ~IS_NEW)
        self._bus.readfrom_mem_into(ADDRESS, RAM_4, self._ram, addrsize=16)
        if self._word(STATUS) & IS_NEW:
            return None
        # RAM 4 to 9: object of the second turn, ambient, object of the first turn, reference.
        second_4, second_5, ambient, first_7, first_8, reference = struct.unpack(">6h", self._ram)
        if ambient <= 0 or reference <= 0:  # before its first measurement, or nobody drives the bus
            return None
        total = second_4 + second_5 if turn == 2 else first_7 + first_8
        return round(100 * self._celsius(total / 2, ambient, reference))

    def _celsius(self, seen: float, ambient: int, reference: int) -> float:
        of = self._of
        own = ambient / 12 / (reference + of["gb"] * ambient / 12) * 524288
        signal = seen / 12 / (reference + of["ka"] * ambient / 12) * 524288
        chip = (own - of["eb"]) / of["ea"] + 25
        # The chip's warmth and the object's change its sensitivity; the object's is found turn by turn.
        celsius = 25.0
        for _ in range(_TURNS):
            gain = of["fa"] * of["ha"] * (1 + of["ga"] * (celsius - 25) + of["fb"] * (chip - 25))
            fourth = signal / (EMISSIVITY * gain) + (chip + _KELVIN) ** 4
            celsius = max(fourth, 0.0) ** 0.25 - _KELVIN - of["hb"]
        return celsius

    def _word(self, register: int) -> int:
        self._bus.readfrom_mem_into(ADDRESS, register, self._two, addrsize=16)
        return self._two[0] << 8 | self._two[1]

    def _write(self, register: int, value: int) -> None:
        self._bus.writeto_mem(ADDRESS, register, bytes((value >> 8, value & 0xFF)), addrsize=16)

    def _constant(self, register: int, size: int) -> int:
        low = self._word(register)
        value = low if size == 2 else self._word(register + 1) << 16 | low
        limit = 1 << 8 * size - 1
        return value - 2 * limit if value >= limit else value
