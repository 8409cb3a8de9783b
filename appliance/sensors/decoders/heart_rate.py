"""The Heart Rate Measurement of standard BLE straps: flags, beats a minute, contact, RR intervals.

Source: Bluetooth Heart Rate Service 1.0, characteristic 0x2A37. RR intervals come in 1/1024 s, oldest first,
none to nine in a notification, about one notification a second, without a time of their own.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import ClockMap

_WIDE_RATE, _CONTACT, _CONTACT_KNOWN, _ENERGY, _RR = 0x01, 0x02, 0x04, 0x08, 0x10
# A notification can come a second late; more than this apart from the sum of intervals, beats are missing.
GAP_S = 2.5
# One that never came shows sooner: a hole in their even row, empty ones counted, that its beats do not fill.
HOLE_SLOTS = 1.6
EVEN_SHARE = 0.4
UNFILLED_S = 0.3
SLOTS_KEPT = 9
SLOTS_NEEDED = 4
# A strap's intervals need not add up to the time that passes: rounding, and beats it leaves out.
DRIFT_PER_S = 2e-3


@dataclass(frozen=True, slots=True)
class HeartRate:
    """One notification. has_contact: None when the strap cannot tell. intervals_ms: not rounded."""

    rate_bpm: int
    has_contact: bool | None
    energy_kj: int | None
    intervals_ms: tuple[float, ...]


def parse(data: bytes) -> HeartRate | None:
    """Read one notification; None when it is too short for what its flags announce."""
    if len(data) < 2:
        return None
    flags, at = data[0], 1
    rate_size = 2 if flags & _WIDE_RATE else 1
    energy_size = 2 if flags & _ENERGY else 0
    if len(data) < at + rate_size + energy_size:
        return None
    rate_bpm = int.from_bytes(data[at : at + rate_size], "little")
    at += rate_size
    energy_kj = int.from_bytes(data[at : at + energy_size], "little") if energy_size else None
    at += energy_size
    has_contact = bool(flags & _CONTACT) if flags & _CONTACT_KNOWN else None
    intervals: tuple[float, ...] = ()
    if flags & _RR:
        count = (len(data) - at) // 2
        steps = struct.unpack_from(f"<{count}H", data, at)
        intervals = tuple(step * 1000.0 / 1024.0 for step in steps if step)
    return HeartRate(rate_bpm, has_contact, energy_kj, intervals)


class StrapBeats:
    """Places a strap's intervals in time: each beat ends where the one before it plus its interval says.

    The sum of the intervals is the strap's clock, mapped to the box's by the quickest notifications. It
    starts over, with a jump in sequence, when beats are missing. A frame holds all intervals of one
    notification; its sensor time is that of its first beat.
    """

    def __init__(self, sensor_id: str) -> None:
        self._sensor_id = sensor_id
        self._sequence = 0
        self._summed_s = 0.0
        self._clock = ClockMap(DRIFT_PER_S)
        self._arrival_s: float | None = None
        self._told_s = float("inf")
        self._slots: deque[float] = deque(maxlen=SLOTS_KEPT)
        self._has_hole = False
        self._dropped: dict[str, int] = {}
        self.rate_bpm: int | None = None
        self.name = ""

    @property
    def dropped(self) -> Mapping[str, int]:
        """Reason ("short") -> count of notifications."""
        return self._dropped

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take one notification; give at most one frame."""
        found = parse(data)
        if found is None:
            self._dropped["short"] = self._dropped.get("short", 0) + 1
            return []
        self.rate_bpm = found.rate_bpm or None
        self._watch(arrival_s)
        if found.has_contact is False:
            self._clock.forget()
            return [self._frame(arrival_s, arrival_s, (float("nan"),), has_contact=False)]
        if not found.intervals_ms:
            return []
        span_s = sum(found.intervals_ms) / 1000.0
        self._summed_s += span_s
        last_s = self._clock.box_time_s(self._summed_s, self._summed_s, arrival_s)
        is_unfilled = self._has_hole and arrival_s - self._told_s - span_s > UNFILLED_S
        self._told_s, self._has_hole = arrival_s, False
        if is_unfilled or arrival_s - last_s > GAP_S:
            self._sequence += 1
            self._clock.forget()
            last_s = self._clock.box_time_s(self._summed_s, self._summed_s, arrival_s)
        first_s = last_s - span_s + found.intervals_ms[0] / 1000.0
        return [self._frame(first_s, arrival_s, found.intervals_ms, found.has_contact)]

    def _watch(self, arrival_s: float) -> None:
        """Notice when a notification did not come in its turn."""
        if self._arrival_s is not None:
            slot_s = arrival_s - self._arrival_s
            if len(self._slots) >= SLOTS_NEEDED:
                usual_s = median(self._slots)
                is_even = max(self._slots) - min(self._slots) < EVEN_SHARE * usual_s
                self._has_hole |= is_even and slot_s > HOLE_SLOTS * usual_s
            self._slots.append(slot_s)
        self._arrival_s = arrival_s

    def _frame(
        self, time_s: float, arrival_s: float, values_ms: tuple[float, ...], has_contact: bool | None
    ) -> SensorFrame:
        sequence = self._sequence
        self._sequence += 1
        return SensorFrame(
            self._sensor_id,
            Channel.RR,
            sequence,
            time_s,
            arrival_s,
            np.array(values_ms),
            0.0,
            "ms",
            has_contact=has_contact,
        )
