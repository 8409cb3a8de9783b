"""DS18B20 thermometer on a single wire: converts for 750 ms while others work, then is asked.

Source: Maxim DS18B20 data sheet, 19-7487 rev. 6: commands 0xCC, 0x44 and 0xBE; a scratchpad of nine bytes,
the last a CRC-8 of x8 + x5 + x4 + 1; 1/16 of a degree; 85 degrees after power-on means that nothing was
converted.
"""

from firmware.drivers.driver import Absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import OneWire

SKIP, CONVERT, READ = 0xCC, 0x44, 0xBE
_POWER_ON = 85 * 16


def crc8(data: "bytes | bytearray") -> int:
    """The check of the single-wire chips; 0 over data with its check."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return crc


class Ds18b20:
    """Hundredths of a degree Celsius, once a second. Raises Absent when nobody is on the wire."""

    channel = "temperature"
    rate_hz = 1.0
    scale = 0.01

    def __init__(self, wire: "OneWire") -> None:
        self._wire = wire
        self._pad = bytearray(9)
        if not wire.reset():
            raise Absent("DS18B20: nobody is on the wire")
        self._convert()

    @property
    def has_contact(self) -> "bool | None":
        """It cannot tell."""
        return None

    def _convert(self) -> None:
        if self._wire.reset():
            self._wire.writebyte(SKIP)
            self._wire.writebyte(CONVERT)

    def measured(self) -> "int | None":
        """Hundredths of a degree of a second ago, and begin anew; None when there is none to be believed."""
        if not self._wire.reset():
            return None
        self._wire.writebyte(SKIP)
        self._wire.writebyte(READ)
        pad = self._pad
        self._wire.readinto(pad)
        self._convert()
        # A wire held at ground reads as zeros, whose check is right.
        if crc8(pad) or not any(pad):
            return None
        sixteenths = pad[0] | pad[1] << 8
        if sixteenths == _POWER_ON:
            return None
        if sixteenths & 0x8000:
            sixteenths -= 0x10000
        return (sixteenths * 100 + 8) // 16
