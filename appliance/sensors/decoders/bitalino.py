"""BITalino: one to six inputs of 10 or 6 bits at up to 1000 Hz, each packet with a number and a CRC-4.

A CRC of four bits lets one in sixteen broken packets through, so a packet counts only when those around it
fit, too. Source: BITalino's published packet layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.tracks import Input, Tracks
from cext import packets

RATES_HZ = (1, 10, 100, 1000)
# Samples change slowly, and what passes such a CRC once by chance passes it again: a full turn of the number.
_CONFIRM, _AHEAD = 16, 4
_STOP, _LIVE = b"\x00", 1


def start_commands(rate_hz: int, inputs: Sequence[int] = (1, 2, 3, 4, 5, 6)) -> tuple[bytes, ...]:
    """What to send 0.1 s apart to begin; inputs: 1 to 6. Raises ValueError for no such rate."""
    rate = RATES_HZ.index(rate_hz)
    return bytes([rate << 6 | 3]), bytes([_LIVE | sum(1 << (1 + number) for number in inputs)])


def stop_command() -> bytes:
    """What to send to end."""
    return _STOP


class Bitalino:
    """Reads one board that was started.

    channels: what each started input measures, in the order of the inputs. rate_hz: as it was started. Values
    are raw counts. lost: packets whose numbers never came, as far as four bits tell.
    """

    def __init__(
        self, sensor_id: str, channels: Sequence[Channel] = (Channel.ECG,), rate_hz: int = 1000
    ) -> None:
        if rate_hz not in RATES_HZ or not 1 <= len(channels) <= 6:
            raise ValueError(
                f"a BITalino has 1 to 6 inputs at {RATES_HZ} Hz, not {len(channels)} at {rate_hz}"
            )
        self._channels = len(channels)
        inputs = tuple(
            Input(str(number), channel, "a.u.") for number, channel in enumerate(channels, start=1)
        )
        self._tracks = Tracks(sensor_id, float(rate_hz), inputs, counts=16)
        self.clock = self._tracks.clock
        size = packets.bitalino_size(self._channels)
        self._packets = packets.Packets(packets.BITALINO, size, _CONFIRM, _AHEAD)
        self.name = ""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("framing", "duplicate") -> count."""
        return self._packets.dropped

    @property
    def lost(self) -> int:
        """Packets whose numbers never came, as far as four bits tell, or that came in doubt."""
        return self._packets.missing

    def restart(self) -> None:
        """Forget half a packet."""
        self._packets.restart()

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes; give one frame an input for what they complete."""
        places, found = self._packets.feed(data)
        if not len(places):
            return []
        return self._tracks.frames(places, packets.tens(found, self._channels), arrival_s)
