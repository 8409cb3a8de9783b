"""What is missing in the frames of every sensor, and who is listened to when several measure the same."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from appliance.contracts import Channel, SensorFrame

HEART = frozenset((Channel.ECG, Channel.PPG, Channel.RR))
# As long as a source was heard within so many seconds it keeps its place.
YIELD_S = 3.0
_MOST_GAPS = 1000


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without samples: when it began on the box's clock, and how long it was."""

    sensor_id: str
    channel: Channel
    start_s: float
    length_s: float


class GapWatch:
    """Notes each jump in the numbers of a sensor's frames, with its true length.

    gaps: the last thousand. Where the sensor's own clock went on, the length is what that clock says.
    """

    def __init__(self) -> None:
        self.gaps: deque[Gap] = deque(maxlen=_MOST_GAPS)
        self._ends: dict[tuple[str, Channel], tuple[int, float]] = {}

    def saw(self, frame: SensorFrame) -> None:
        """Take in one frame."""
        key = (frame.sensor_id, frame.channel)
        before = self._ends.get(key)
        if before is not None and frame.sequence != before[0] + 1:
            length_s = frame.sensor_time_s - before[1]
            if length_s > 0.0:
                self.gaps.append(Gap(frame.sensor_id, frame.channel, before[1], length_s))
        if frame.rate_hz > 0.0:
            end_s = frame.sensor_time_s + len(frame.values) / frame.rate_hz
        else:
            end_s = frame.sensor_time_s
        self._ends[key] = (frame.sequence, end_s)


class Precedence:
    """Lets one source a channel through; ECG, PPG and RR count as one, because there is one heart.

    The first that is heard keeps its place until it has been silent for three seconds.
    """

    def __init__(self) -> None:
        self._owners: dict[Channel, tuple[str, Channel, float]] = {}

    def admits(self, frame: SensorFrame) -> bool:
        """Whether this frame is of the source that counts now."""
        place = Channel.ECG if frame.channel in HEART else frame.channel
        owner = self._owners.get(place)
        source = (frame.sensor_id, frame.channel)
        if owner is not None and owner[:2] != source and frame.arrival_s - owner[2] < YIELD_S:
            return False
        self._owners[place] = (*source, frame.arrival_s)
        return True
