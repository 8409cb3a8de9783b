"""Our own wearable: frames of `firmware.wire` in notifications, and frames of the box written back.

A frame that fits travels whole, one to a notification. A link with the smallest packets carries 20 bytes and
the shortest frame has 22: there the serial line's form (stuffed, with a zero at the end) is sent in pieces of
at most 20 bytes, and the length alone tells one from the other.
"""

from __future__ import annotations

from appliance.contracts import SensorFrame
from appliance.sensors.ble.profile import Line
from appliance.sensors.decoders.wearable import WearableDecoder
from appliance.sensors.reasons import Reason, fault
from firmware import wire

SERVICE = "e3c40001-7a6b-4c5e-9d10-6563686f656c"
UP = "e3c40002-7a6b-4c5e-9d10-6563686f656c"
DOWN = "e3c40003-7a6b-4c5e-9d10-6563686f656c"
LONGEST_PIECE = 20
# So many frames in a row that cannot be believed are no accident of the air.
_UNBELIEVED = 20


class WearableProfile:
    """One wearable.

    keys: key id -> secret of the pairing; with one, only keyed frames are let in, without any only others.
    """

    def __init__(self, sensor_id: str, keys: dict[int, bytes] | None = None) -> None:
        self._decoder = WearableDecoder.paired(sensor_id, keys) if keys else WearableDecoder(sensor_id)
        self._line: Line | None = None
        self._name = ""
        self._unbelieved = 0
        self.notes: list[str] = []

    @property
    def dropped(self) -> dict[str, int]:
        """Reason -> count of what was not let in."""
        return dict(self._decoder.dropped)

    async def begin(self, line: Line) -> None:
        """Subscribe to the frames."""
        self._line, self._name, self._unbelieved = line, line.name, 0
        self._decoder.restart()
        await line.listen(UP, self.heard)

    async def end(self, line: Line) -> None:
        """The wearable notices by itself that nobody listens."""
        self._line = None

    async def send(self, frame: bytes) -> None:
        """Send one frame of the box, such as a vibration. Raises LinkLost or LinkRefused."""
        if self._line is None:
            raise fault(Reason.DISCONNECTED, self._name)
        if len(frame) <= await self._line.packet_bytes(DOWN, len(frame)):
            await self._line.write(DOWN, frame)
            return
        for piece in pieces(frame):
            await self._line.write(DOWN, piece)

    def heard(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Read one notification."""
        before = sum(self._decoder.dropped.values())
        is_piece = len(data) <= LONGEST_PIECE
        read = self._decoder.feed if is_piece else self._decoder.notified
        frames = read(data, arrival_s)
        dropped = sum(self._decoder.dropped.values()) - before
        self._unbelieved = 0 if frames else self._unbelieved + dropped
        return frames

    def trouble(self, now_s: float) -> Exception | None:
        """Nothing but frames that cannot be believed."""
        if self._unbelieved < _UNBELIEVED:
            return None
        counts = ", ".join(f"{reason} {count}" for reason, count in self.dropped.items())
        return fault(Reason.WRONG_KEY, self._name, counts)


def pieces(frame: bytes) -> list[bytes]:
    """Cut a frame for the smallest packets."""
    line = wire.lined(frame)
    return [line[at : at + LONGEST_PIECE] for at in range(0, len(line), LONGEST_PIECE)]
