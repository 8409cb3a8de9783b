"""Beats on the wearable itself, for the standard Heart Rate service; the box has far better detectors.

Rising slope over a short span, rectified; a beat is a summit of it above half the decaying size of the last
summits, at least 300 ms after the one before. Whole numbers, a few operations a sample.
"""

_REFRACTORY_S = 0.3
_FORGET_S = 3.0
_SPAN_S = {"ecg": 0.02, "ppg": 0.09}
STEPS_PER_S = 1024  # of an RR interval in the Heart Rate service


class Beats:
    """Finds the beats of one channel. channel: "ecg" or "ppg"."""

    def __init__(self, channel: str, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._past = [0] * max(round(_SPAN_S[channel] * rate_hz), 1)
        self._place = 0
        self._refractory = round(_REFRACTORY_S * rate_hz)
        self._forget = round(_FORGET_S * rate_hz)
        self._size = 0
        self._number = 0
        self._summit = 0
        self._summit_at = 0
        self._last_at = -1
        self._intervals: list[int] = []
        self.rate_bpm = 0

    def take(self, counts: "list[int]") -> "list[int]":
        """Take samples; gives the RR intervals that ended in them, in 1/1024 s."""
        found: list[int] = []
        for count in counts:
            self._number += 1
            slope = count - self._past[self._place]
            self._past[self._place] = count
            self._place = (self._place + 1) % len(self._past)
            if self._number <= 2 * len(self._past):
                continue
            self._size -= self._size // self._forget + 1 if self._size > 0 else 0
            if slope > self._summit and 2 * slope > self._size:
                self._summit, self._summit_at = slope, self._number
            elif self._summit and self._number - self._summit_at >= self._refractory:
                self._beat(found)
        if self._number - self._last_at > self._forget:
            self.rate_bpm = 0
            self._intervals = []
        return found

    def _beat(self, found: "list[int]") -> None:
        self._size += (self._summit - self._size) // 2
        if self._last_at >= 0 and self._summit_at - self._last_at < self._forget:
            interval = round((self._summit_at - self._last_at) * STEPS_PER_S / self._rate_hz)
            found.append(interval)
            self._intervals = self._intervals[-7:] + [interval]  # noqa: RUF005  MicroPython stars no lists
            ordered = sorted(self._intervals)
            self.rate_bpm = round(60 * STEPS_PER_S / ordered[len(ordered) // 2])
        self._last_at, self._summit = self._summit_at, 0


class Oxygen:
    """An estimate of oxygen saturation from red and infra-red light; without calibration, and said to be so.

    The ratio of the two pulses' relative sizes over windows of three seconds, and the straight line that the
    makers' notes print: 110 - 25 R.
    """

    def __init__(self, rate_hz: float) -> None:
        self._window = round(3 * rate_hz)
        self._reset()
        self.percent = 0

    def _reset(self) -> None:
        self._count = 0
        self._least = [1 << 20, 1 << 20]
        self._most = [0, 0]

    def take(self, red: int, infrared: int, has_contact: "bool | None") -> None:
        """Take the newest pair; `percent` is 0 as long as there is nothing to say."""
        if not has_contact:
            self.percent = 0
            self._reset()
            return
        for place, light in ((0, red), (1, infrared)):
            self._least[place] = min(self._least[place], light)
            self._most[place] = max(self._most[place], light)
        self._count += 1
        if self._count < self._window:
            return
        sizes = [(self._most[place] - self._least[place]) / max(self._least[place], 1) for place in (0, 1)]
        self.percent = min(max(round(110 - 25 * sizes[0] / sizes[1]), 0), 100) if sizes[1] > 0 else 0
        self._reset()
