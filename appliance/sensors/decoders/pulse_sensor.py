"""PulseSensor boards: `S512` samples, `B72` beats a minute, `Q830` ms between beats, or `BPM,IBI,Signal`.

With several sensors on one board the lines begin with a, b, ... for samples. Beats are found here from the
samples; what the board thinks of them is kept beside. Source: PulseSensor Playground, serial output.
"""

from __future__ import annotations

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.text_lines import LineDecoder
from appliance.sensors.decoders.tracks import Input
from cext import numbers

# The usual sketch prints every 20 ms, although it measures every 2.
RATE_HZ = 50.0
_FEWEST_BPM, _MOST_BPM, _SHORTEST_MS, _LONGEST_MS = 20.0, 250.0, 240.0, 3000.0


class PulseSensor(LineDecoder):
    """Reads the first pulse sensor of a board, as PPG.

    rate_hz: lines of samples a second. rate_bpm, interval_ms: what the board found last; None before that.
    """

    def __init__(self, sensor_id: str, rate_hz: float = RATE_HZ) -> None:
        super().__init__(sensor_id, rate_hz, Input("", Channel.PPG, "a.u."))
        self.rate_bpm: float | None = None
        self.interval_ms: float | None = None

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        """Take bytes; give one frame for what they complete."""
        kinds, values = self._lines.feed(data)
        if not len(kinds):
            return []
        is_sample = (kinds == numbers.NUMBER) | (kinds == ord("S")) | (kinds == ord("a"))
        last = values[:, -1]
        for letters, read in ((b"BA", self._beats), (b"QM", self._interval)):
            told = last[(kinds == letters[0]) | (kinds == letters[1])]
            if len(told):
                read(float(told[-1]))
        known = is_sample.sum() + sum(int((kinds == letter).sum()) for letter in b"BAQMbcNC!")
        self._lines.drop("text", len(kinds) - int(known) - int((kinds == numbers.OFF).sum()))
        samples = last[is_sample]
        return self._tracks.frames(self._tracks.number(len(samples)), samples[None], arrival_s)

    def _beats(self, rate_bpm: float) -> None:
        self.rate_bpm = rate_bpm if _FEWEST_BPM <= rate_bpm <= _MOST_BPM else None

    def _interval(self, interval_ms: float) -> None:
        self.interval_ms = interval_ms if _SHORTEST_MS <= interval_ms <= _LONGEST_MS else None
