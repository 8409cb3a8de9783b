"""Finding and mending the intervals that are not the heart's own rhythm, beat by beat.

Source: Lipponen and Tarvainen, J Med Eng Technol 43 (2019) 173, made online: thresholds from the trailing
91 beats instead of the surrounding ones, decisions two beats after the fact. Until there is enough history
the thresholds are fixed shares of the usual interval. An extra beat is taken out, a missed one put back in
the middle, anything else drawn straight from the last interval that was the heart's own to the next.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from statistics import median

from appliance.contracts import Interval

LOOK_AHEAD = 2
HISTORY = 91
SPREAD = 5.2
ENOUGH = 21
# The thresholds of the paper are held between these shares of the usual interval: below, the smallest sigh
# of a very even heart would count as ectopic; above, frequent ectopic beats would make each other usual.
STEP_SHARES = (0.12, 0.25)
DISTANCE_SHARES = (0.10, 0.15)
START_SHARES = (0.15, 0.10)
# A neighbour this near the usual may be drawn to.
NEAR_SHARE = 0.15
SHORTEST_MS = 250.0
LONGEST_MS = 2200.0


class _Spread:
    """The threshold of the paper: 5.2 times the quartile deviation of the last 91 distances."""

    def __init__(self) -> None:
        self._order: deque[float] = deque()
        self._sorted: list[float] = []

    def __len__(self) -> int:
        return len(self._order)

    def add(self, value: float) -> None:
        size = abs(value)
        self._order.append(size)
        insort(self._sorted, size)
        if len(self._order) > HISTORY:
            del self._sorted[bisect_left(self._sorted, self._order.popleft())]

    def threshold(self, usual_ms: float, shares: tuple[float, float]) -> float:
        count = len(self._sorted)
        quartiles = self._sorted[(3 * (count - 1)) // 4] - self._sorted[(count - 1) // 4]
        return min(max(SPREAD * quartiles / 2, shares[0] * usual_ms), shares[1] * usual_ms)


@dataclass(slots=True)
class _Row:
    time_s: float
    raw_ms: float
    quality: float
    step_ms: float
    kind: str = "normal"


class Correction:
    """Takes measured intervals, gives corrected ones two beats later, each marked with what it was."""

    def __init__(self) -> None:
        self._steps = _Spread()
        self._distances = _Spread()
        self._rows: list[_Row] = []
        self._recent: deque[float] = deque(maxlen=11)
        self._clean: deque[float] = deque(maxlen=11)
        self._mended_run = 0

    def add(self, time_s: float, raw_ms: float, quality: float = 1.0) -> list[Interval]:
        """Take one interval that ended at time_s; returns what is settled now."""
        step_ms = raw_ms - self._rows[-1].raw_ms if self._rows else 0.0
        self._recent.append(raw_ms)
        self._steps.add(step_ms)
        self._distances.add(self._distance(raw_ms))
        self._rows.append(_Row(time_s, raw_ms, quality, step_ms))
        # One settled row stays in front as the left neighbour of the one being judged.
        settled: list[Interval] = []
        while self._ready() > LOOK_AHEAD:
            settled += self._settle()
        return settled

    def gap(self) -> list[Interval]:
        """The next interval is not a neighbour of the last: settle what is left without looking ahead."""
        settled: list[Interval] = []
        while self._ready() > 0:
            settled += self._settle()
        self._rows.clear()
        self._mended_run = 0
        return settled

    def _ready(self) -> int:
        return sum(row.kind != "done" for row in self._rows)

    def _distance(self, raw_ms: float) -> float:
        """How far from the median of the last eleven; shorter counts double, as in the paper."""
        distance = raw_ms - median(self._recent)
        return distance * 2 if distance < 0 else distance

    def _settle(self) -> list[Interval]:
        place = next(i for i, row in enumerate(self._rows) if row.kind != "done")
        rows = self._rows[place:]
        row = rows[0]
        if row.kind == "normal":
            self._judge(place)
        self._recent_clean(row)
        given = self._mend(place)
        del self._rows[: max(0, place - 1)]
        return given

    def _recent_clean(self, row: _Row) -> None:
        if row.kind == "normal":
            self._clean.append(row.raw_ms)
            self._mended_run = 0
        else:
            self._mended_run += 1

    def _judge(self, place: int) -> None:
        """Decide what the row at `place` is; may mark its right neighbour too."""
        rows = self._rows
        row = rows[place]
        usual_ms = median(self._recent)
        if len(self._steps) < ENOUGH:
            step_threshold, distance_threshold = START_SHARES[0] * usual_ms, START_SHARES[1] * usual_ms
        else:
            step_threshold = self._steps.threshold(usual_ms, STEP_SHARES)
            distance_threshold = self._distances.threshold(usual_ms, DISTANCE_SHARES)

        def step(index: int) -> float:
            return rows[index].step_ms / step_threshold if 0 <= index < len(rows) else 0.0

        # An ectopic beat is a short interval and a long one: found at the step between the two.
        after = step(place + 1)
        around = (step(place), step(place + 2))
        if (after > 1 and max(around) < -0.13 * after - 0.17) or (
            after < -1 and min(around) > -0.13 * after + 0.17
        ):
            row.kind = rows[place + 1].kind = "ectopic"
            return
        here = step(place)
        following = (step(place + 1), step(place + 2))
        distance = self._distance(row.raw_ms) / distance_threshold
        is_long = (here > 1 and min(following) < -1) or distance > 3 or row.raw_ms > LONGEST_MS
        is_short = (here < -1 and max(following) > 1) or distance < -3 or row.raw_ms < SHORTEST_MS
        if is_short and place + 1 < len(rows):
            both = row.raw_ms + rows[place + 1].raw_ms
            if abs(both - usual_ms) < distance_threshold:
                row.kind = "extra"
                return
        if is_long and abs(row.raw_ms / 2 - usual_ms) < distance_threshold:
            row.kind = "missed"
        elif is_long:
            row.kind = "long"
        elif is_short:
            row.kind = "short"

    def _mend(self, place: int) -> list[Interval]:
        """Give the row its corrected form and take it off the list of the unsettled."""
        row = self._rows[place]
        kind, row.kind = row.kind, "done"
        if kind == "normal":
            return [Interval(row.time_s, row.raw_ms, row.raw_ms, kind, row.quality)]
        quality = 0.5 * row.quality
        if kind == "extra":
            other = self._rows[place + 1]
            other.kind = "done"
            whole_ms = row.raw_ms + other.raw_ms
            # The next step is measured from the joined interval.
            other.raw_ms = whole_ms
            if place + 2 < len(self._rows):
                self._rows[place + 2].step_ms = self._rows[place + 2].raw_ms - whole_ms
            return [Interval(other.time_s, row.raw_ms, whole_ms, kind, quality)]
        if kind == "missed":
            half_ms = row.raw_ms / 2
            return [
                Interval(row.time_s - half_ms / 1000, row.raw_ms, half_ms, kind, quality),
                Interval(row.time_s, row.raw_ms, half_ms, kind, quality),
            ]
        return [Interval(row.time_s, row.raw_ms, self._drawn(place), kind, quality)]

    def _drawn(self, place: int) -> float:
        """Straight from the last of the heart's own intervals to the next one within sight."""
        usual_ms = median(self._clean) if self._clean else median(self._recent)
        last_ms = self._clean[-1] if self._clean else usual_ms
        for ahead, row in enumerate(self._rows[place + 1 :], 1):
            if row.kind == "normal" and abs(row.raw_ms - usual_ms) <= NEAR_SHARE * usual_ms:
                share = self._mended_run / (self._mended_run + ahead)
                return last_ms + share * (row.raw_ms - last_ms)
        return usual_ms
