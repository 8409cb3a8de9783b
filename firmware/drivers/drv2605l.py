"""DRV2605L haptic driver on I2C: a plain buzz of any strength, or an effect of its library.

Source: Texas Instruments DRV2605L data sheet, SLOS854D: id 7 in the top of 0x00; mode 0x01 (0 by trigger, 5
real-time, 0x40 standby, 0x80 reset), real-time strength 0x02, library 0x03, sequence 0x04 on, go 0x0C,
feedback 0x1A.
"""

from firmware.drivers.driver import Absent, Registers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.drivers.driver import Bus

ADDRESS = 0x5A
DEVICE_ID = 7
STATUS, MODE, STRENGTH, LIBRARY, SEQUENCE, GO, FEEDBACK, CONTROL_3 = (
    0x00,
    0x01,
    0x02,
    0x03,
    0x04,
    0x0C,
    0x1A,
    0x1D,
)
BY_TRIGGER, REAL_TIME, STANDBY, RESET = 0x00, 0x05, 0x40, 0x80
_LRA, _LRA_LIBRARY = 0xB6, 6
_UNSIGNED_STRENGTH = 0xA8


class Drv2605l:
    """One vibration at a time, which ends by itself: `tick` is called often and stops it in time.

    Raises Absent when the chip's id is another.
    """

    def __init__(self, bus: "Bus") -> None:
        self._chip = Registers(bus, ADDRESS)
        found = self._chip.read(STATUS) >> 5
        if found != DEVICE_ID:
            raise Absent("DRV2605L answers " + hex(found) + ", not " + hex(DEVICE_ID))
        self._chip.write(MODE, BY_TRIGGER)
        self._chip.write(FEEDBACK, _LRA)
        self._chip.write(LIBRARY, _LRA_LIBRARY)
        self._chip.write(CONTROL_3, _UNSIGNED_STRENGTH)
        self._chip.write(MODE, STANDBY)
        self._until_ms = -1

    def play(self, strength: float, duration_ms: int, effect: int, now_ms: int) -> None:
        """Vibrate until the time is over, or until the next call. effect: 0 is a plain buzz."""
        if effect:
            self._chip.write(MODE, BY_TRIGGER)
            self._chip.write(SEQUENCE, effect)
            self._chip.write(SEQUENCE + 1, 0)
            self._chip.write(GO, 1)
        else:
            self._chip.write(MODE, REAL_TIME)
            self._chip.write(STRENGTH, round(strength * 255))
        self._until_ms = now_ms + duration_ms
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Stop what has lasted long enough."""
        if 0 <= self._until_ms <= now_ms:
            self._until_ms = -1
            self._chip.write(GO, 0)
            self._chip.write(STRENGTH, 0)
            self._chip.write(MODE, STANDBY)
