"""The streams of a file through the signal chain, second by second, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Beat, Channel, Interval, SensorFrame
from appliance.contracts.messages import Summary
from appliance.errors import BadRecording
from appliance.sensors.recordings import Stream
from appliance.signal.analysis.companions import Companion, companion
from appliance.signal.analysis.condition import Condition
from appliance.signal.chain import HEART_CHANNELS, SignalChain
from appliance.signal.quality import MUTED

BLOCK_S = 60.0
FRAME_S = 1.0
# Where an interval is missing the clock of the recording still has to move on.
USUAL_INTERVAL_MS = 1000.0
# A middle interval outside of these is no person's, whatever the file says.
SHORTEST_MIDDLE_MS, LONGEST_MIDDLE_MS = 300.0, 2000.0

Progress = Callable[[float], None]


@dataclass
class Analysis:
    """Everything found in a file.

    heart: the stream the beats came from, None without one. quality, breaths, coherence: (time in s, value)
    once a second where known. conditions, companions: one for each stream, None where there is none.
    """

    name: str
    streams: Sequence[Stream]
    heart: Stream | None
    duration_s: float = 0.0
    beats: list[Beat] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    artefacts: int = 0
    summary: Summary = field(default_factory=Summary)
    breath_confidence: float = 0.0
    quality: list[tuple[float, float]] = field(default_factory=list)
    breaths: list[tuple[float, float]] = field(default_factory=list)
    coherence: list[tuple[float, float]] = field(default_factory=list)
    conditions: list[Condition | None] = field(default_factory=list)
    companions: list[Companion | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run(streams: Sequence[Stream], progress: Progress = lambda _: None) -> Analysis:
    """Send all streams of a file through one chain.

    The first heart signal gives the beats; one of each other kind goes with it. progress is told the second
    that has been reached. Raises BadRecording when nothing in the heart signal is a number.
    """
    heart = next((stream for stream in streams if stream.channel in HEART_CHANNELS), None)
    found = Analysis(streams[0].name, streams, heart)
    found.notes += dict.fromkeys(note for stream in streams for note in stream.notes)
    found.conditions = [Condition(one.rate_hz) if one.rate_hz > 0 else None for one in streams]
    found.companions = [_companion(found, one) for one in streams]
    chain = SignalChain()
    followed = _followed(streams, heart)
    players = [
        _frames(stream, condition, index in followed or found.companions[index] is not None)
        for index, (stream, condition) in enumerate(zip(streams, found.conditions, strict=True))
    ]
    waiting = [next(player, None) for player in players]
    said_s = 0.0
    try:
        while any(frame is not None for frame in waiting):
            index = min(
                (i for i, frame in enumerate(waiting) if frame is not None),
                key=lambda i: (waiting[i].arrival_s, i),  # type: ignore[union-attr]
            )
            frame = waiting[index]
            waiting[index] = next(players[index], None)
            beside = found.companions[index]
            if frame is not None and beside is not None:
                beside.feed(frame.values, frame.arrival_s)
            if frame is None or index not in followed:
                continue
            try:
                chain.feed(frame)
            except ValueError as error:
                if streams[index] is heart:
                    raise
                # What stands beside the heart must not silence it.
                followed.discard(index)
                found.notes.append(f"{streams[index].column}: {error}")
            if streams[index] is heart or heart is None:
                _keep(found, chain, frame.arrival_s)
            if frame.arrival_s >= said_s + BLOCK_S:
                said_s = frame.arrival_s
                progress(said_s)
    except ValueError as error:
        if isinstance(error, BadRecording):
            raise
        raise BadRecording(
            f"{found.name} cannot be analysed: {error}", "check --rate and --kind against the recording"
        ) from error
    _finish(found, chain)
    return found


def _companion(found: Analysis, stream: Stream) -> Companion | None:
    try:
        return companion(stream)
    except ValueError as error:
        found.notes.append(f"{stream.column}: {error}")
        return None


def _followed(streams: Sequence[Stream], heart: Stream | None) -> set[int]:
    """The heart, and the first stream of every other kind."""
    first: dict[Channel, int] = {}
    for index, stream in enumerate(streams):
        if stream is heart or stream.channel not in HEART_CHANNELS:
            first.setdefault(stream.channel, index)
    return set(first.values())


def _keep(found: Analysis, chain: SignalChain, now_s: float) -> None:
    now = chain.features(now_s)
    found.beats += now.beats
    found.intervals += now.intervals
    found.quality.append((now_s, now.quality))
    if now.breath_rate_bpm is not None:
        found.breaths.append((now_s, now.breath_rate_bpm))
    if now.coherence is not None:
        found.coherence.append((now_s, now.coherence))


def _finish(found: Analysis, chain: SignalChain) -> None:
    last = chain.finish()
    found.beats += last.beats
    found.intervals += last.intervals
    found.summary = chain.summary()
    found.breath_confidence = chain.breath_confidence()
    found.gaps = list(chain.gaps)
    found.artefacts = chain.heart.artefacts
    if found.beats and found.summary.quality < MUTED:
        found.notes.append(
            f"the signal is poor (quality {found.summary.quality:.2f}): its figures are guesses"
        )
    longest = found.heart or max(found.streams, key=lambda stream: stream.duration_s)
    found.duration_s = longest.duration_s
    for condition in found.conditions:
        if condition is not None:
            condition.finish()
    heart = found.heart
    if heart is not None and heart.rate_hz > 0:
        condition = found.conditions[list(found.streams).index(heart)]
        if condition is not None and condition.missing == condition.samples:
            raise BadRecording(
                f"{heart.name} holds no number in {heart.column or 'its column'}, only gaps",
                "choose another column with --channel, or another file",
            )
        if found.intervals:
            middle_ms = float(np.median([one.raw_ms for one in found.intervals]))
            if not SHORTEST_MIDDLE_MS <= middle_ms <= LONGEST_MIDDLE_MS:
                found.notes.append(
                    f"a heart that beats every {middle_ms:.0f} ms is unusual: check the rate of the recording"
                )


def _frames(stream: Stream, condition: Condition | None, is_followed: bool) -> Iterator[SensorFrame]:
    """A stream as frames of a second (intervals: one each), looked at for gaps on the way."""
    sensor_id = f"recording-{stream.column or stream.channel.value}"
    if stream.rate_hz <= 0:
        yield from _interval_frames(stream, sensor_id)
        return
    block = max(1, round(BLOCK_S * stream.rate_hz))
    step = max(1, round(FRAME_S * stream.rate_hz))
    block -= block % step or 0
    for start in range(0, stream.count, block):
        values = _finite(stream.read(start, min(start + block, stream.count)))
        assert condition is not None
        condition.feed(values)
        if not is_followed:
            # Still one frame a block, so that all streams are read side by side.
            yield _frame(stream, sensor_id, start, values[:0], (start + len(values)) / stream.rate_hz)
            continue
        for first in range(0, len(values), step):
            piece = values[first : first + step]
            end_s = (start + first + len(piece)) / stream.rate_hz
            yield _frame(stream, sensor_id, start + first, piece, end_s, (start + first) // step)


def _interval_frames(stream: Stream, sensor_id: str) -> Iterator[SensorFrame]:
    values = stream.whole().values
    usual_ms = float(np.nanmedian(values)) if np.isfinite(values).any() else USUAL_INTERVAL_MS
    ends_s = np.cumsum(np.nan_to_num(values, nan=usual_ms)) / 1000.0
    for number, end_s in enumerate(ends_s.tolist()):
        yield SensorFrame(
            sensor_id, stream.channel, number, end_s, end_s, values[number : number + 1], 0.0, stream.unit
        )


def _frame(
    stream: Stream, sensor_id: str, first: int, values: NDArray[np.float64], end_s: float, sequence: int = 0
) -> SensorFrame:
    start_s = first / stream.rate_hz
    return SensorFrame(
        sensor_id, stream.channel, sequence, start_s, end_s, values, stream.rate_hz, stream.unit
    )


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    is_number = np.isfinite(values)
    kept = values if is_number.all() else np.where(is_number, values, np.nan)
    return np.ascontiguousarray(kept, dtype=np.float64)
