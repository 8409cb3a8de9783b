"""From beats to the figures of the heart: rate, variability, coherence, breath in the heartbeat.

Intervals arrive measured and leave corrected two beats later; variability counts only neighbours that
are both the heart's own ("normal"), so that an artefact can lower a figure or its trust, never polish it.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from appliance.contracts import Beat, Interval
from appliance.signal.breath import SPAN_S, BreathFromHeart
from appliance.signal.correction import Correction
from cext import spectra
from cext.hrv import Sliding

WINDOW_S = 60.0
KEPT_S = 128.0
GAP_S = 3.0
SHORTEST_S = 0.2
STEP_S = 1.0


class Heart:
    """Everything that follows from a row of beats; feed it in the order of time."""

    def __init__(self) -> None:
        self.beats = 0
        self.artefacts = 0
        self.window = Sliding(WINDOW_S)
        self.whole = Sliding(86400.0)
        self.breath = BreathFromHeart()
        self.coherence: float | None = None
        self.coherences: list[float] = []
        self._correction = Correction()
        self._last: Beat | None = None
        self._last_settled_s: float | None = None
        self._recent: deque[float] = deque(maxlen=5)
        self._times_s: deque[float] = deque()
        self._intervals_ms: deque[float] = deque()
        self._is_normal: deque[bool] = deque()
        self._beats_s: deque[float] = deque()
        self._heights: deque[float] = deque()
        self._next_step_s = 0.0

    @property
    def last_beat_s(self) -> float | None:
        """When the last beat was, or None before the first."""
        return self._last.time_s if self._last else None

    def heart_rate_bpm(self) -> float | None:
        """The rate of the last five intervals, by their median; None without any."""
        return 60000.0 / median(self._recent) if self._recent else None

    def add(self, beat: Beat, height: float = 0.0) -> list[Interval]:
        """Take one beat and its height over its surroundings; returns the intervals that are settled now."""
        previous, self._last = self._last, beat
        self.beats += 1
        self._beats_s.append(beat.time_s)
        self._heights.append(height)
        while self._beats_s[0] < beat.time_s - SPAN_S:
            self._beats_s.popleft()
            self._heights.popleft()
        if previous is None:
            return []
        interval_s = beat.time_s - previous.time_s
        if interval_s > GAP_S:
            settled = self.gap()
            self._last = beat
            return settled
        return self.add_interval(beat.time_s, 1000.0 * interval_s, min(previous.quality, beat.quality))

    def add_interval(self, time_s: float, raw_ms: float, quality: float = 1.0) -> list[Interval]:
        """Take one measured interval that ended at time_s."""
        self._recent.append(raw_ms)
        return self._settle(self._correction.add(time_s, raw_ms, quality))

    def gap(self) -> list[Interval]:
        """The row of beats is broken here: settle what waits, and join nothing across."""
        settled = self._settle(self._correction.gap())
        self._last = None
        self._recent.clear()
        self._last_settled_s = None
        return settled

    def _settle(self, intervals: list[Interval]) -> list[Interval]:
        for one in intervals:
            is_normal = one.kind == "normal"
            self.artefacts += not is_normal
            if is_normal:
                is_joined = bool(self._is_normal) and self._is_normal[-1] and self._last_settled_s is not None
                self.window.add(one.time_s, one.rr_ms, is_joined)
                self.whole.add(one.time_s, one.rr_ms, is_joined)
            self._last_settled_s = one.time_s
            if not self._times_s or one.time_s > self._times_s[-1]:
                self._times_s.append(one.time_s)
                self._intervals_ms.append(one.rr_ms)
                self._is_normal.append(is_normal)
                while self._times_s[0] < one.time_s - KEPT_S:
                    self._times_s.popleft()
                    self._intervals_ms.popleft()
                    self._is_normal.popleft()
            if one.time_s >= self._next_step_s:
                self._next_step_s = one.time_s + STEP_S
                self._step(one.time_s)
        return intervals

    def _step(self, now_s: float) -> None:
        """Once a second: the slow figures."""
        times = list(self._times_s)
        intervals = list(self._intervals_ms)
        is_corrected = [not is_normal for is_normal in self._is_normal]
        value = spectra.coherence(times, intervals, now_s, is_corrected=is_corrected)
        if value is not None:
            self.coherences.append(value)
        self.coherence = value
        self.breath.update((times, intervals), (list(self._beats_s), list(self._heights)), now_s)
