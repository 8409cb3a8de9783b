"""Plain lines of numbers, as small boards print them: `512`, `12,512` (time, value), `S512` or `!`.

`!` is what the usual AD8232 sketch prints while an electrode is off. Of lines with several numbers the last
one counts. `S`, `B` and `Q` lines are those of PulseSensor, see `pulse_sensor`; only samples are used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.tracks import Input, Tracks
from cext import numbers

LONGEST_LINE = 120
# Sketches that wait with a delay between samples are slower than they say, by some parts in a hundred.
RATE_ERROR = 2e-2
# Noise now and then looks like a line. After more than so many bytes that are no text, so many good lines in
# a row are asked for.
_DOUBT_BYTES, _TRUST_LINES = 2, 3
_LETTER_S, _LETTER_B, _LETTER_Q = b"SBQ"
_TEXT = bytes(range(32, 127)) + b"\t"


class Lines:
    """Cuts a stream into lines and believes those that stand among text.

    `feed` gives (kinds, values) as `cext.numbers.lines` does, values being (n, 8). dropped: reason -> lines.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._is_skipping = True  # the first line is nearly always cut by the moment of connecting
        self._bad = 0
        self._needed = 0
        self._held: list[tuple[int, NDArray[np.float64]]] = []
        self.dropped: dict[str, int] = {}

    def restart(self) -> None:
        """Forget half a line."""
        self._rest, self._is_skipping = b"", True

    def feed(self, data: bytes) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Take bytes in pieces of any size; give the lines they complete."""
        data = self._rest + data
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        whole, self._rest = data[:end], data[end:]
        if self._is_skipping and whole:
            self._is_skipping = False
            first = min(at for at in (whole.find(b"\n"), whole.find(b"\r")) if at >= 0) + 1
            self._doubt(len(whole[: first - 1].translate(None, _TEXT)), at_most=0)
            whole = whole[first:]
        if len(self._rest) > LONGEST_LINE:
            self.drop("long")
            self._doubt(len(self._rest.translate(None, _TEXT)), at_most=0)
            self._rest, self._is_skipping = b"", True
        kinds, values, _, bad = numbers.lines(whole, LONGEST_LINE)
        unusable = (kinds >= numbers.TEXT) & (kinds <= numbers.HUGE)
        if not self._needed and not self._bad and not unusable.any():
            return kinds, values
        return self._believed(kinds, values, bad)

    def drop(self, reason: str, count: int = 1) -> None:
        """Count lines that could not be used."""
        if count:
            self.dropped[reason] = self.dropped.get(reason, 0) + count

    def _doubt(self, bad: int, at_most: int = _DOUBT_BYTES) -> None:
        self._bad += bad
        if self._bad > at_most:
            self._needed = _TRUST_LINES
            self._held.clear()

    def _believed(
        self, kinds: NDArray[np.uint8], values: NDArray[np.float64], bad: NDArray[np.uint16]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Line by line, where there is something to doubt."""
        taken: list[tuple[int, NDArray[np.float64]]] = []
        for kind, row, count in zip(kinds.tolist(), values, bad.tolist(), strict=True):
            if numbers.TEXT <= kind <= numbers.LONG:
                self.drop("long" if kind == numbers.LONG else "text")
                self._doubt(count)
            elif kind != numbers.HUGE:
                self._held.append((kind, row))
                self._needed = max(self._needed - 1, 0)
                if not self._needed:
                    self._bad = 0
                    taken += self._held
                    self._held.clear()
        if not taken:
            return np.empty(0, np.uint8), np.empty((0, values.shape[1]))
        return np.array([kind for kind, _ in taken], np.uint8), np.array([row for _, row in taken])


class LineDecoder:
    """What all devices share that print one channel in lines."""

    def __init__(self, sensor_id: str, rate_hz: float, channel: Input) -> None:
        self._tracks = Tracks(sensor_id, rate_hz, (channel,), drift_per_s=RATE_ERROR)
        self.clock = self._tracks.clock
        self._lines = Lines()
        self.name = ""

    @property
    def wrong_rate_hz(self) -> float | None:
        """Lines a second that really come, where that is not what was declared."""
        return self._tracks.rate.wrong_rate_hz

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("text", "long") -> count of lines."""
        return self._lines.dropped

    def restart(self) -> None:
        """Forget half a line: the cable was out."""
        self._lines.restart()


class TextLines(LineDecoder):
    """Reads one device that prints numbers.

    channel, rate_hz: what it measures and how often, as declared in the settings; for RR the rate is 0
    and each line is one interval in ms.
    """

    def __init__(self, sensor_id: str, channel: Channel, rate_hz: float) -> None:
        self._sensor_id = sensor_id
        self._channel = channel
        self._is_events = channel is Channel.RR or rate_hz == 0.0
        self._unit = "ms" if channel is Channel.RR else "a.u."
        super().__init__(sensor_id, rate_hz or 1.0, Input("", channel, self._unit))
        self._sequence = 0

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes; give one frame for each run of lines with the same contact."""
        kinds, values = self._lines.feed(data)
        is_value = (kinds <= numbers.OFF) | (kinds == _LETTER_S)
        if not is_value.all():
            others = ~is_value & (kinds != _LETTER_B) & (kinds != _LETTER_Q)
            self._lines.drop("text", int(others.sum()))
            kinds, values = kinds[is_value], values[is_value]
        if not len(kinds):
            return []
        samples, is_off = np.ascontiguousarray(values[:, -1]), kinds == numbers.OFF
        cuts = [0, *(np.flatnonzero(is_off[1:] != is_off[:-1]) + 1).tolist(), len(kinds)]
        frames: list[SensorFrame] = []
        for first, end in pairwise(cuts):
            has_contact = False if is_off[first] else None
            if self._is_events:
                frames.append(self._events(samples[first:end], has_contact, arrival_s))
            else:
                places = self._tracks.number(end - first)
                frames += self._tracks.frames(places, samples[None, first:end], arrival_s, has_contact)
        return frames

    def _events(self, values: NDArray[np.float64], has_contact: bool | None, arrival_s: float) -> SensorFrame:
        time_s = arrival_s - float(np.nansum(values[1:])) / 1000.0
        sequence = self._sequence
        self._sequence += 1
        return SensorFrame(
            self._sensor_id,
            self._channel,
            sequence,
            time_s,
            arrival_s,
            values,
            0.0,
            self._unit,
            has_contact=has_contact,
        )
