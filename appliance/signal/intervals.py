"""Intervals straight from a strap or an optical sensor: placed in time without drift, gaps seen, each with
how far it may be wrong.

A strap sends none to four intervals about once a second, in 1/1024 s, without a time of their own (Bluetooth
Heart Rate Service 1.0); the newest beat was a little before the notification came, the others before it by
the intervals after them. Their sum is the strap's own clock: the quickest notification so far says where
it stands on ours, because a notification can be late and never early. An optical sensor (pulse to pulse)
adds an error estimate in ms and says whether it moved or lost the skin.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

TICKS_PER_S = 1024
# Crystals, and intervals cut to whole ticks, run behind by less than this; the offset grows no faster.
DRIFT_PER_S = 1e-3
# A notification can be late by a second or two; beyond this, beats are missing.
GAP_S = 2.5
# One that never came shows sooner: a hole in their even row that its intervals do not fill.
HOLE_SLOTS = 1.6
EVEN_SHARE = 0.4
UNFILLED_S = 0.3
SLOTS_KEPT = 9
# Of its interval, how far a beat is at least placed from the one before it.
SLOWEST_SHARE = 0.75
SLOTS_NEEDED = 4
SHORTEST_MS = 200.0
LONGEST_MS = 3000.0
# An error estimate at which a pulse interval is worth nothing, as a share of the variability that counts.
WORTHLESS_MS = 50.0
STRAP_ERROR_MS = 1000.0 / TICKS_PER_S


@dataclass(frozen=True, slots=True)
class Timed:
    """One interval placed in time.

    time_s: when it ended. is_joined: False after a gap: the beat before it is not the end of the one before.
    error_ms: how far it may be wrong. quality: 0..1.
    """

    time_s: float
    rr_ms: float
    is_joined: bool
    error_ms: float = STRAP_ERROR_MS
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """One pulse-to-pulse interval of an optical sensor, with what it says about itself."""

    interval_ms: float
    error_ms: float
    has_moved: bool = False
    has_contact: bool = True


def milliseconds(ticks: Iterable[int]) -> list[float]:
    """Intervals in ms from a strap's 1/1024 s, not rounded."""
    return [tick * 1000.0 / TICKS_PER_S for tick in ticks]


class IntervalClock:
    """Places intervals in time, notification by notification.

    sees_all: False when notifications without intervals are kept back from it; then a lost one is only seen
    by the silence it leaves. gaps: (start, length) in seconds of every stretch whose beats never came.
    rejected: intervals that were none (not finite, below 200 or above 3,000 ms).
    """

    def __init__(self, sees_all: bool = True) -> None:
        self.gaps: list[tuple[float, float]] = []
        self.rejected = 0
        self._sees_all = sees_all
        self._summed_s = 0.0
        self._offset_s: float | None = None
        self._arrival_s: float | None = None
        self._told_s: float | None = None
        self._slots: deque[float] = deque(maxlen=SLOTS_KEPT)
        self._has_hole = False
        self._last_s: float | None = None
        self._is_joined = False

    def restart(self) -> None:
        """What comes next follows nothing that came before, as after a cut that somebody else saw."""
        self._offset_s = None
        self._is_joined = False

    def feed(self, arrival_s: float, intervals_ms: Sequence[float]) -> list[Timed]:
        """Take one notification with its intervals, oldest first; there may be none."""
        return self.feed_pulses(arrival_s, [Pulse(value, STRAP_ERROR_MS) for value in intervals_ms])

    def feed_pulses(self, arrival_s: float, pulses: Sequence[Pulse]) -> list[Timed]:
        """Take one notification of an optical sensor; what moved or lost the skin leaves a gap."""
        if not math.isfinite(arrival_s):
            self.rejected += len(pulses)
            return []
        self._watch(arrival_s)
        # What has no length cuts the row: what follows it is placed anew, back from the arrival.
        rows: list[list[Pulse]] = [[]]
        for pulse in pulses:
            if _has_length(pulse.interval_ms):
                rows[-1].append(pulse)
            else:
                self.rejected += 1
                rows.append([])
        found: list[Timed] = []
        for number, row in enumerate(rows):
            if number:
                self.restart()
            if row:
                later_s = sum(pulse.interval_ms for other in rows[number + 1 :] for pulse in other) / 1000.0
                found += self._row(arrival_s - later_s, row)
        return found

    def _row(self, arrival_s: float, pulses: list[Pulse]) -> list[Timed]:
        span_s = sum(pulse.interval_ms for pulse in pulses) / 1000.0
        was_placed = self._offset_s is not None
        self._summed_s += span_s
        now_s = self._place(arrival_s, span_s) + self._summed_s - span_s
        if not was_placed and self._last_s is not None and now_s > self._last_s:
            self._lose(self._last_s, now_s - self._last_s)
        found = []
        for pulse in pulses:
            now_s += pulse.interval_ms / 1000.0
            if pulse.interval_ms < SHORTEST_MS:
                self.rejected += 1
                self._is_joined = False
                continue
            if pulse.has_moved or not pulse.has_contact or not pulse.error_ms < WORTHLESS_MS:
                self._lose(now_s - pulse.interval_ms / 1000.0, pulse.interval_ms / 1000.0)
                continue
            quality = 1.0 if pulse.error_ms <= STRAP_ERROR_MS else 1.0 - pulse.error_ms / WORTHLESS_MS
            time_s = self._after_last(now_s, pulse.interval_ms / 1000.0)
            found.append(Timed(time_s, pulse.interval_ms, self._is_joined, pulse.error_ms, quality))
            self._last_s, self._is_joined = time_s, True
        return found

    def _watch(self, arrival_s: float) -> None:
        """Notice when a notification did not come in its turn."""
        if self._arrival_s is not None:
            slot_s = arrival_s - self._arrival_s
            if self._sees_all and len(self._slots) >= SLOTS_NEEDED:
                usual_s = median(self._slots)
                is_even = max(self._slots) - min(self._slots) < EVEN_SHARE * usual_s
                self._has_hole |= is_even and slot_s > HOLE_SLOTS * usual_s
            self._slots.append(slot_s)
        self._arrival_s = arrival_s

    def _place(self, arrival_s: float, span_s: float) -> float:
        """Where the strap's clock stands on ours; starts anew where beats are missing."""
        seen_s = arrival_s - self._summed_s
        if self._offset_s is not None and self._told_s is not None:
            passed_s = max(0.0, arrival_s - self._told_s)
            leaked_s = self._offset_s + passed_s * DRIFT_PER_S
            is_unfilled = self._has_hole and passed_s - span_s > UNFILLED_S
            if is_unfilled or seen_s - leaked_s > GAP_S:
                last_s = self._offset_s + self._summed_s - span_s
                self._lose(last_s, max(0.0, passed_s - span_s))
                # A late notification looks the same; then the next ones, early again, pull this back.
                self._offset_s = seen_s
            else:
                self._offset_s = min(leaked_s, seen_s)
        else:
            self._offset_s = seen_s
        self._told_s, self._has_hole = arrival_s, False
        return self._offset_s

    def _after_last(self, time_s: float, interval_s: float) -> float:
        """Where the offset has fallen, come after it by a quarter of each interval, not at once."""
        if self._last_s is None:
            return time_s
        return max(time_s, self._last_s + (SLOWEST_SHARE * interval_s if self._is_joined else 1e-3))

    def _lose(self, start_s: float, length_s: float) -> None:
        self.gaps.append((start_s, length_s))
        self._is_joined = False


def _has_length(interval_ms: float) -> bool:
    return 0.0 < interval_ms <= LONGEST_MS
