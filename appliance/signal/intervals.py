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
UNFILLED_S = 0.3
SLOTS_KEPT = 9
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

    gaps: (start, length) in seconds of every stretch whose beats never came. rejected: intervals that were
    none (not finite, below 200 or above 3,000 ms).
    """

    def __init__(self) -> None:
        self.gaps: list[tuple[float, float]] = []
        self.rejected = 0
        self._summed_s = 0.0
        self._offset_s: float | None = None
        self._arrival_s: float | None = None
        self._told_s: float | None = None
        self._slots: deque[float] = deque(maxlen=SLOTS_KEPT)
        self._has_hole = False
        self._last_s: float | None = None
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
        known_ms = [pulse.interval_ms for pulse in pulses if _has_length(pulse.interval_ms)]
        if not known_ms:
            self.rejected += len(pulses)
            self._is_joined = self._is_joined and not pulses
            return []
        self._summed_s += sum(known_ms) / 1000.0
        self._place(arrival_s, sum(known_ms) / 1000.0)
        assert self._offset_s is not None
        now_s = self._offset_s + self._summed_s - sum(known_ms) / 1000.0
        found = []
        for pulse in pulses:
            if _has_length(pulse.interval_ms):
                now_s += pulse.interval_ms / 1000.0
            if not SHORTEST_MS <= pulse.interval_ms <= LONGEST_MS:
                self.rejected += 1
                self._is_joined = False
                continue
            if pulse.has_moved or not pulse.has_contact or not pulse.error_ms < WORTHLESS_MS:
                self._lose(now_s - pulse.interval_ms / 1000.0, pulse.interval_ms / 1000.0)
                continue
            quality = 1.0 if pulse.error_ms <= STRAP_ERROR_MS else 1.0 - pulse.error_ms / WORTHLESS_MS
            # The offset may only fall; a beat is never placed before the one before it.
            time_s = now_s if self._last_s is None else max(now_s, self._last_s + 1e-3)
            found.append(Timed(time_s, pulse.interval_ms, self._is_joined, pulse.error_ms, quality))
            self._last_s, self._is_joined = time_s, True
        return found

    def _watch(self, arrival_s: float) -> None:
        """Notice when a notification did not come in its turn."""
        if self._arrival_s is not None:
            slot_s = arrival_s - self._arrival_s
            if len(self._slots) >= SLOTS_NEEDED and slot_s > HOLE_SLOTS * median(self._slots):
                self._has_hole = True
            self._slots.append(slot_s)
        self._arrival_s = arrival_s

    def _place(self, arrival_s: float, span_s: float) -> None:
        """Find where the strap's clock stands on ours; start anew where beats are missing."""
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

    def _lose(self, start_s: float, length_s: float) -> None:
        self.gaps.append((start_s, length_s))
        self._is_joined = False


def _has_length(interval_ms: float) -> bool:
    return math.isfinite(interval_ms) and interval_ms > 0.0
