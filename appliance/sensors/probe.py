"""How one sensor does: its rate, jitter, gaps, contact and quality over some seconds of listening."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np

from appliance.contracts import SensorFrame
from appliance.errors import EchoelError
from appliance.sensors.sensor import Sensor

# Times on the box's clock are estimates; what is less than this many samples off is no gap.
_SLIP_SAMPLES = 1.5

Judge = Callable[[SensorFrame], None]


@dataclass(slots=True)
class Stream:
    """One channel so far; `told` gives its figures."""

    unit: str
    rate_hz: float
    frames: int = 0
    samples: int = 0
    lost_samples: int = 0
    gaps: int = 0
    missing_s: float = 0.0
    contact: list[bool] = field(default_factory=list)
    lateness_s: list[float] = field(default_factory=list)
    _first: tuple[float, int] = (0.0, 0)
    last_arrival_s: float = 0.0
    _sequence: int = 0
    _next_s: float = 0.0

    def feed(self, frame: SensorFrame) -> None:
        """Take one frame of this channel."""
        count = len(frame.values)
        is_event = frame.rate_hz == 0.0
        later_s = float(np.nansum(frame.values[1:])) / 1000.0 if is_event else (count - 1) / frame.rate_hz
        newest_s = frame.sensor_time_s + (later_s if count else 0.0)
        self.lateness_s.append(frame.arrival_s - newest_s)
        if not self.frames:
            self._first = (frame.arrival_s, count)
        else:
            self.gaps += frame.sequence != self._sequence + 1
            missing_s = frame.sensor_time_s - self._next_s
            if not is_event and missing_s > _SLIP_SAMPLES / frame.rate_hz:
                self.missing_s += missing_s
        self._sequence, self.last_arrival_s = frame.sequence, frame.arrival_s
        self._next_s = newest_s + (0.0 if is_event else 1.0 / frame.rate_hz)
        self.frames += 1
        self.samples += count
        self.lost_samples += int(np.isnan(frame.values).sum())
        if frame.has_contact is not None:
            self.contact.append(frame.has_contact)

    def told(self) -> dict[str, object]:
        """Figures for people and programs.

        measured_hz: samples (or beats) a second by their arrival. jitter_ms: how much later than the quickest
        frame 95 of 100 come at most. contact: 0..1, the share of frames with it, None when it cannot tell.
        """
        span_s = self.last_arrival_s - self._first[0]
        lateness_s = np.array(self.lateness_s)
        jitter_s = float(np.percentile(lateness_s, 95) - lateness_s.min()) if len(lateness_s) > 1 else None
        return {
            "unit": self.unit,
            "rate_hz": self.rate_hz,
            "measured_hz": round((self.samples - self._first[1]) / span_s, 3) if span_s > 0 else None,
            "samples": self.samples,
            "frames": self.frames,
            "jitter_ms": None if jitter_s is None else round(1000.0 * jitter_s, 1),
            "gaps": self.gaps,
            "missing_ms": round(1000.0 * self.missing_s, 1),
            "lost_samples": self.lost_samples,
            "contact": round(sum(self.contact) / len(self.contact), 3) if self.contact else None,
        }


@dataclass(slots=True)
class Report:
    """What was heard: a stream an input, and what went wrong, if anything did."""

    streams: dict[str, Stream] = field(default_factory=dict)
    trouble: EchoelError | None = None

    def feed(self, frame: SensorFrame, sensor_id: str = "") -> None:
        """Take one frame; inputs beside each other are told apart by what follows the sensor's id."""
        name = frame.channel.value + (frame.sensor_id.removeprefix(sensor_id) if sensor_id else "")
        stream = self.streams.setdefault(name, Stream(frame.unit, frame.rate_hz))
        stream.feed(frame)


async def probe(
    sensor: Sensor,
    length_s: float,
    judge: Judge = lambda _: None,
    each_second: Callable[[Report], None] = lambda _: None,
) -> Report:
    """Connect, listen for length_s, let go. Raises what `open` raises; a loss later on stands in the report.

    judge: also gets every frame. each_second: called once a second with what there is.
    """
    report = Report()
    try:
        await sensor.open()
        ticking = asyncio.create_task(_tick(report, each_second))
        try:
            async with asyncio.timeout(length_s), aclosing(sensor.frames()) as frames:
                async for frame in frames:
                    report.feed(frame, sensor.identity.sensor_id)
                    judge(frame)
        except TimeoutError as error:
            if isinstance(error, EchoelError):
                report.trouble = error
        except EchoelError as error:
            report.trouble = error
        finally:
            ticking.cancel()
    finally:
        await asyncio.shield(sensor.close())
    return report


async def _tick(report: Report, each_second: Callable[[Report], None]) -> None:
    while True:
        await asyncio.sleep(1.0)
        each_second(report)
