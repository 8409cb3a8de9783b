"""The signal chain: raw frames of one wearer go in, features come out, the same live and from a file.

One chain follows one heart, from whatever channel carries it (ECG, PPG or ready RR intervals), and a
breath belt beside it. Gaps are filled with NaN so that the detector's time never slips.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Beat, Channel, Features, Interval, SensorFrame
from appliance.contracts.messages import Summary
from appliance.signal.beside import Beside
from appliance.signal.breath import Breath
from appliance.signal.breath_fusion import BreathFusion
from appliance.signal.breath_levels import Levels
from appliance.signal.heart import Heart
from appliance.signal.intervals import IntervalClock
from appliance.signal.quality import Quality
from cext import beats
from cext.beats.trace import Trace

SILENCE_S = 3.0
LONGEST_FILL_S = 10.0
SLIP_S = 0.25
# How much of its trust each heart signal loses while the wearer moves: light through the skin loses most.
SPOILED_BY_MOTION = {Channel.ECG: 0.4, Channel.PPG: 0.9, Channel.RR: 0.3}
HEART_CHANNELS = (Channel.ECG, Channel.PPG, Channel.RR)


class SignalChain:
    """Frames in with `feed`, what is new out with `features`.

    gaps: (start, length) in seconds of every stretch without usable heart signal so far.
    """

    def __init__(self) -> None:
        self.heart = Heart()
        self.beside = Beside()
        self.breath = BreathFusion()
        self.gaps: list[tuple[float, float]] = []
        self._quality = Quality()
        self._beats: list[Beat] = []
        self._intervals: list[Interval] = []
        self._wave: list[float] = []
        self._source: tuple[str, Channel, float] | None = None
        self._detector: beats.Detector | None = None
        self._trace: Trace | None = None
        self._levels: Levels | None = None
        self._sequence = -1
        self._origin_s = 0.0
        self._offset_s = 0.0
        self._samples = 0
        self._started_s: float | None = None
        self._heard_s: float | None = None
        self._rr_at_s: float | None = None
        self._places = IntervalClock(sees_all=False)
        self._bad_since_s: float | None = None

    def feed(self, frame: SensorFrame) -> None:
        """Take one frame; frames of channels nobody asks for are let pass."""
        if frame.channel in (Channel.ECG, Channel.PPG):
            self._feed_wave(frame)
        elif frame.channel is Channel.RR:
            self._feed_intervals(frame)
        else:
            self.beside.feed(frame)

    def features(self, now_s: float) -> Features:
        """Everything new since the last call, and the figures as they stand at now_s."""
        heart = self.heart
        is_lost = self._is_lost(now_s)
        if is_lost:
            self._quality.clear()
        else:
            heart.window.expire(now_s)
        breath = self._breath_now(now_s, is_lost)
        found, self._beats = tuple(self._beats), []
        intervals, self._intervals = tuple(self._intervals), []
        wave, self._wave = tuple(self._wave), []
        return Features(
            time_s=now_s,
            beats=found,
            intervals=intervals,
            heart_rate_bpm=None if is_lost else heart.heart_rate_bpm(),
            mean_hr_bpm=None if is_lost else heart.window.mean_hr_bpm,
            rmssd_ms=None if is_lost else heart.window.rmssd_ms,
            sdnn_ms=None if is_lost else heart.window.sdnn_ms,
            pnn50=None if is_lost else heart.window.pnn50,
            coherence=None if is_lost else heart.coherence,
            breath_rate_bpm=breath.rate_bpm if breath else None,
            breath_phase=breath.phase(now_s) if breath else None,
            quality=self._quality.now() * self._unspoiled(now_s),
            is_lost=is_lost,
            wave=wave,
            wave_rate_hz=self._trace.wave_rate_hz if self._trace else 0.0,
            breath_confidence=breath.confidence if breath else 0.0,
            **self.beside.figures(now_s),
        )

    def finish(self) -> Features:
        """The recording is over: settle the last intervals without looking ahead."""
        self._settled(self.heart.gap())
        end_s = self._heard_s or 0.0
        self._mark_gap(end_s, is_bad=False)
        return self.features(end_s)

    def summary(self) -> Summary:
        """Everything so far in figures."""
        heart = self.heart
        scores = heart.coherences
        breath = self._breath_so_far()
        length_s = (
            0.0 if self._started_s is None or self._heard_s is None else self._heard_s - self._started_s
        )
        return Summary(
            beats=heart.beats,
            duration_s=max(0.0, length_s),
            mean_hr_bpm=heart.whole.mean_hr_bpm,
            rmssd_ms=heart.whole.rmssd_ms,
            sdnn_ms=heart.whole.sdnn_ms,
            pnn50=heart.whole.pnn50,
            coherence=min(1.0, sum(scores) / len(scores)) if scores else None,
            breath_rate_bpm=breath.mean_rate_bpm(),
            quality=self._quality.mean(),
        )

    def breath_confidence(self) -> float:
        """How far the mean breath rate of the summary can be trusted, 0..1; 0 when there is none."""
        return self._breath_so_far().mean_confidence()

    def _breath_now(self, now_s: float, is_lost: bool) -> Breath | None:
        """All sources together where there are several, else the one that knows a rate."""
        sources = [*self.beside.breaths(now_s), *([] if is_lost else [self.heart.breath])]
        self.breath.update(sources, now_s)
        known = [one for one in (self.breath, *sources) if one.rate_bpm is not None]
        return known[0] if known else None

    def _breath_so_far(self) -> Breath:
        """The source that heard the breath most often; together counts as one."""
        heard = [one for one in (*self.beside.breaths(), self.heart.breath) if one.mean_confidence() > 0.0]
        together = [self.breath] if len(heard) > 1 else []
        return max((*together, *heard), key=lambda one: one.mean_confidence(), default=self.heart.breath)

    def _unspoiled(self, now_s: float) -> float:
        """0..1, what movement leaves of the heart signal's quality."""
        artefact = self.beside.artefact(now_s)
        if artefact is None or self._source is None:
            return 1.0
        return 1.0 - SPOILED_BY_MOTION[self._source[1]] * artefact

    def _is_lost(self, now_s: float) -> bool:
        if self._heard_s is None or now_s - self._heard_s > SILENCE_S:
            return True
        last_s = (
            self.heart.last_beat_s if self._source and self._source[1] is not Channel.RR else self._rr_at_s
        )
        if last_s is None or now_s - last_s > SILENCE_S + 1.0:
            return True
        return self._detector is not None and self._detector.is_lost

    def _feed_wave(self, frame: SensorFrame) -> None:
        values = np.asarray(frame.values, dtype=np.float64)
        if frame.has_contact is False:
            values = np.full(len(values), np.nan)
        if not self._follows(frame):
            self._begin(frame)
        assert self._detector is not None
        assert self._trace is not None
        missing_s = frame.sensor_time_s - self._origin_s - self._samples / frame.rate_hz
        has_jumped = frame.sequence != self._sequence + 1
        self._sequence = frame.sequence
        if has_jumped or abs(missing_s) > SLIP_S:
            if not 0.0 <= missing_s <= LONGEST_FILL_S:
                self._settled(self.heart.gap())
                self._begin(frame)
            else:
                self._take(np.full(round(missing_s * frame.rate_hz), np.nan), frame.rate_hz)
        self._take(values, frame.rate_hz)
        if self._started_s is None:
            self._started_s = self._offset_s + frame.sensor_time_s
        self._heard_s = max(frame.arrival_s, self._place_s(self._samples / frame.rate_hz))

    def _follows(self, frame: SensorFrame) -> bool:
        return self._source == (frame.sensor_id, frame.channel, frame.rate_hz)

    def _begin(self, frame: SensorFrame) -> None:
        """A new sensor, a new rate, or a gap too long to fill: the detector starts over at this frame."""
        if self._source is not None:
            self._settled(self.heart.gap())
        self._source = (frame.sensor_id, frame.channel, frame.rate_hz)
        self._detector = beats.make(frame.channel.value, frame.rate_hz)
        self._trace = Trace(frame.rate_hz)
        self._levels = Levels(frame.channel, frame.rate_hz)
        self._origin_s = frame.sensor_time_s
        # A frame arrives when its last sample has been taken.
        self._offset_s = frame.arrival_s - len(frame.values) / frame.rate_hz - frame.sensor_time_s
        self._samples = 0
        self._sequence = frame.sequence - 1

    def _place_s(self, detector_s: float) -> float:
        return self._offset_s + self._origin_s + detector_s

    def _take(self, values: NDArray[np.float64], rate_hz: float) -> None:
        assert self._detector is not None
        assert self._trace is not None
        assert self._levels is not None
        start_s = self._place_s(self._samples / rate_hz)
        if len(values):
            self._mark_gap(start_s, is_bad=not bool(np.isfinite(values).any()))
        self._samples += len(values)
        self._wave.extend(self._trace.feed(values).tolist())
        self._levels.feed(values)
        for event in self._detector.feed(values):
            if event.kind != "confirmed":
                continue
            beat = Beat(self._place_s(event.time_s), self._place_s(event.found_s), event.quality)
            self._beats.append(beat)
            self.heart.breath.level(beat.time_s, self._levels.at(event.time_s))
            self._settled(self.heart.add(beat, event.amplitude))

    def _mark_gap(self, now_s: float, *, is_bad: bool) -> None:
        if is_bad and self._bad_since_s is None:
            self._bad_since_s = now_s
        elif not is_bad and self._bad_since_s is not None:
            self.gaps.append((self._bad_since_s, now_s - self._bad_since_s))
            self._bad_since_s = None

    def _settled(self, intervals: list[Interval]) -> None:
        for one in intervals:
            self._quality.add(one.quality)
        self._intervals += intervals

    def _feed_intervals(self, frame: SensorFrame) -> None:
        if self._source is None or self._source[:2] != (frame.sensor_id, frame.channel):
            if self._source is not None:
                self._settled(self.heart.gap())
            self._source = (frame.sensor_id, frame.channel, 0.0)
            self._detector = None
            self._trace = None
            self._rr_at_s = None
            self._places = IntervalClock(sees_all=False)
            self._sequence = frame.sequence - 1
        # A sensor that saw beats go missing jumps in sequence.
        if frame.sequence != self._sequence + 1 or frame.has_contact is False:
            self._places.restart()
        self._sequence = frame.sequence
        self._heard_s = frame.arrival_s
        if frame.has_contact is False:
            return
        placed = self._places.feed(frame.arrival_s, np.asarray(frame.values, dtype=np.float64).tolist())
        self.gaps += self._places.gaps
        self._places.gaps.clear()
        for one in placed:
            if not one.is_joined:
                self._settled(self.heart.gap())
                self._open_row(one.time_s - one.rr_ms / 1000)
            self._beats.append(Beat(one.time_s, max(one.time_s, frame.arrival_s)))
            self.heart.beats += 1
            self._settled(self.heart.add_interval(one.time_s, one.rr_ms, one.quality))
            self._rr_at_s = one.time_s
            self._heard_s = max(self._heard_s, one.time_s)

    def _open_row(self, time_s: float) -> None:
        """The beat that began the first interval."""
        if self._rr_at_s is not None:
            time_s = max(time_s, self._rr_at_s)
        if self._started_s is None:
            self._started_s = time_s
        self._beats.append(Beat(time_s, time_s))
        self.heart.beats += 1
