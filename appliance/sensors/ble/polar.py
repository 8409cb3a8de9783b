"""Polar's own service beside Heart Rate: raw ECG, motion, raw pulse and beat-to-beat intervals.

A strap sends 73 samples of ECG in a packet of 229 bytes, one each 0.56 s; where the link carries less, or the
strap will not, its heartbeats are taken instead. The streams are stopped before leaving, because a strap that
is left streaming stays on.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.ble import polar_control as pmd
from appliance.sensors.ble.heart_rate import MEASUREMENT, HeartRateProfile
from appliance.sensors.ble.profile import Line
from appliance.sensors.decoders.polar_pmd import CONTROL, DATA, SERVICE, SMALLEST_MTU, PolarPmd
from appliance.sensors.reasons import Reason, fault

__all__ = ["CONTROL", "DATA", "SERVICE", "PolarProfile"]

_LONGEST_PACKET = SMALLEST_MTU - 3


@dataclass(frozen=True, slots=True)
class Measurement:
    """One stream: its number at the control point, and the settings that are enough for it."""

    number: int
    wanted: Mapping[int, int]


MEASUREMENTS: dict[Channel, Measurement] = {
    Channel.ECG: Measurement(pmd.ECG, {pmd.RATE: 130}),
    Channel.PPG: Measurement(pmd.PPG, {pmd.RATE: 55}),
    # Breath and steps need no more; a smaller range would clip a jump.
    Channel.MOTION: Measurement(pmd.ACC, {pmd.RATE: 50, pmd.RANGE: 4, pmd.RESOLUTION: 16}),
    Channel.RR: Measurement(pmd.PPI, {}),
}
_REASONS = {pmd.SMALL_PACKETS: Reason.SMALL_PACKETS, pmd.IN_CHARGER: Reason.IN_CHARGER}


class PolarProfile:
    """One Polar sensor.

    streams: what to start; by default the ECG, or the intervals of a sensor that has none.
    """

    def __init__(self, sensor_id: str, streams: tuple[Channel, ...] = ()) -> None:
        self._sensor_id, self._streams = sensor_id, streams
        self._decoder = PolarPmd(sensor_id)
        self._agreed: tuple[dict[int, float], dict[int, float]] = ({}, {})
        self._beats = HeartRateProfile(sensor_id)
        self._has_beats = False
        self._running: list[int] = []
        self.notes: list[str] = []

    async def begin(self, line: Line) -> None:
        """Start the streams. Raises LinkRefused when none can be, or the sensor sits in its charger."""
        self.notes, self._running, self._has_beats = [], [], False
        before, self._agreed = self._agreed, ({}, {})
        there = pmd.features(await line.read(CONTROL))
        await line.packet_bytes(DATA, _LONGEST_PACKET)
        await line.listen(DATA, self.heard)
        for channel in self._streams or _usual(there):
            if channel is Channel.RR and pmd.ECG in there and line.has(MEASUREMENT):
                await self._take_beats(line)  # a strap with electrodes tells its intervals only there
                continue
            await self._begin(line, channel, there)
        if not self._running and not self._has_beats:
            raise fault(Reason.NO_SIGNAL, line.name)
        if self._agreed == before:
            self._decoder.restart()
        else:
            self._decoder = PolarPmd(self._sensor_id, *self._agreed)

    async def _begin(self, line: Line, channel: Channel, there: frozenset[int]) -> None:
        row = MEASUREMENTS.get(channel)
        if row is None or row.number not in there:
            self.notes.append(f"{line.name} has no {channel.value}")
            return
        error = await self._start(line, row)
        if error == pmd.DONE:
            self._running.append(row.number)
            return
        detail = f"{channel.value}: {pmd.ERRORS.get(error, f'error {error}')}"
        refused = fault(_REASONS.get(error, Reason.STREAM_REFUSED), line.name, detail)
        if refused.reason is Reason.IN_CHARGER or not line.has(MEASUREMENT):
            raise refused
        self.notes.append(f"{refused}; {refused.remedy}")
        if channel is Channel.ECG:
            await self._take_beats(line)

    async def _take_beats(self, line: Line) -> None:
        if not self._has_beats:
            await self._beats.begin(line)
            self._has_beats = True

    async def _start(self, line: Line, row: Measurement) -> int:
        """Agree on settings and start one stream; gives the sensor's error, 0 for none."""
        offer = await _asked(line, bytes([pmd.GET_SETTINGS, row.number]))
        # PPI has nothing to be set, and says so by an error.
        offered = pmd.settings(offer.rest) if offer.error == pmd.DONE else {}
        picked = pmd.chosen(offered, row.wanted)
        begun = await _asked(line, pmd.start(row.number, picked))
        if begun.error == pmd.ALREADY:  # left running by somebody who did not say good-bye
            await _asked(line, bytes([pmd.STOP, row.number]))
            begun = await _asked(line, pmd.start(row.number, picked))
        if begun.error == pmd.DONE:
            rates_hz, factors = self._agreed
            if pmd.RATE in picked:
                rates_hz[row.number] = float(picked[pmd.RATE])
            for bits in pmd.settings(begun.rest).get(pmd.FACTOR, ()):
                factors[row.number] = struct.unpack("<f", bits.to_bytes(4, "little"))[0]
        return begun.error

    async def end(self, line: Line) -> None:
        """Stop what runs."""
        while self._running:
            await _asked(line, bytes([pmd.STOP, self._running.pop()]))

    def heard(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Read one data packet. Three axes are one frame; of the lights of an armband the first is taken."""
        frames = self._decoder.feed(data, arrival_s)
        if len(frames) < 2:
            return frames
        if frames[0].channel is Channel.MOTION:
            axes = np.stack([frame.values for frame in frames], axis=1)
            return [replace(frames[0], sensor_id=self._sensor_id, values=axes)]
        return [replace(frames[0], sensor_id=self._sensor_id)]

    def trouble(self, now_s: float) -> Exception | None:
        """What the heartbeats lack, where they are taken."""
        return self._beats.trouble(now_s) if self._has_beats and not self._running else None


def _usual(there: frozenset[int]) -> tuple[Channel, ...]:
    for channel in (Channel.ECG, Channel.RR, Channel.PPG):
        if MEASUREMENTS[channel].number in there:
            return (channel,)
    return (Channel.RR,)


async def _asked(line: Line, question: bytes) -> pmd.Answer:
    answer = pmd.Answer(question[0], question[1])
    await line.ask(CONTROL, question, answer.take)
    return answer
