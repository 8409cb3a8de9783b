"""Gathers raw samples into chunks of half a second, so that a row is worth its commit.

Sensor frames flow in, chunks flow out; a chunk ends where frames are missing, so that a gap stays visible.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import SensorFrame
from appliance.journal.rows import RawChunk

SPAN_S = 0.5
_ROUNDING_S = 1e-6


class Gatherer:
    """The unfinished chunk of each sensor and channel."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], list[SensorFrame]] = {}
        self._samples: dict[tuple[str, str], list[bytes]] = {}

    def add(self, frame: SensorFrame) -> list[RawChunk]:
        """Take one frame; returns the chunks that are finished now.

        Several axes or sites in one frame are kept apart, as `motion.1`, `motion.2` and so on.
        """
        if frame.values.ndim == 1:
            return self._add(frame, str(frame.channel), frame.values)
        return [
            chunk
            for axis, values in enumerate(frame.values.T, start=1)
            for chunk in self._add(frame, f"{frame.channel}.{axis}", values)
        ]

    def _add(self, frame: SensorFrame, channel: str, values: NDArray[np.float64]) -> list[RawChunk]:
        key = (frame.sensor_id, channel)
        frames = self._open.get(key, [])
        done = []
        if frames and not _continues(frames[-1], frame):
            done.append(self._close(key))
            frames = []
        # Copied at once: the frame may be a view into a buffer that its sensor fills again.
        self._samples.setdefault(key, []).append(values.astype("<f4").tobytes())
        self._open[key] = [*frames[:1], frame]
        if frame.arrival_s - self._open[key][0].arrival_s + _length_s(frame) >= SPAN_S - _ROUNDING_S:
            done.append(self._close(key))
        return done

    def finish(self) -> list[RawChunk]:
        """Return what is left, at the end of a session."""
        return [self._close(key) for key in list(self._open)]

    def _close(self, key: tuple[str, str]) -> RawChunk:
        frames = self._open.pop(key)
        first, last = frames[0], frames[-1]
        return RawChunk(
            sensor_id=first.sensor_id,
            channel=key[1],
            unit=first.unit,
            rate_hz=first.rate_hz,
            first_sequence=first.sequence,
            last_sequence=last.sequence,
            sensor_time_s=first.sensor_time_s,
            arrival_s=first.arrival_s,
            has_contact=first.has_contact,
            samples=b"".join(self._samples.pop(key)),
        )


def _length_s(frame: SensorFrame) -> float:
    return len(frame.values) / frame.rate_hz if frame.rate_hz > 0 else 0.0


def _continues(before: SensorFrame, frame: SensorFrame) -> bool:
    return (
        frame.sequence == before.sequence + 1
        and frame.rate_hz == before.rate_hz
        and frame.unit == before.unit
        and frame.has_contact == before.has_contact
    )
