"""The signal chain with the virtual wearer: the same for a file and live, honest when the signal goes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from appliance.contracts import Channel, Features, SensorFrame
from appliance.sensors.virtual import VirtualWearer
from appliance.signal import SignalChain
from cext import hrv


def frames(
    channel: Channel, length_s: float = 90.0, seed: int = 3, **habits: float
) -> tuple[list[SensorFrame], VirtualWearer]:
    wearer = VirtualWearer(seed, (channel,), length_s=length_s, **habits)  # type: ignore[arg-type]
    taken = []
    now_s = 0.0
    while not wearer.is_finished:
        now_s += 0.05
        taken += wearer.take(now_s)
    return taken, wearer


def pace_bpm(wearer: VirtualWearer) -> float:
    starts_s = wearer.breaths_s
    return 60 * (len(starts_s) - 1) / (starts_s[-1] - starts_s[0])


def run(given: Sequence[SensorFrame], chain: SignalChain | None = None) -> tuple[SignalChain, list[Features]]:
    chain = chain or SignalChain()
    seen = []
    for frame in given:
        chain.feed(frame)
        seen.append(chain.features(frame.arrival_s))
    return chain, seen


def plain(values: np.ndarray, rate_hz: float = 250.0, step: int = 25) -> list[SensorFrame]:  # type: ignore[type-arg]
    given = []
    for number, first in enumerate(range(0, len(values), step)):
        part = values[first : first + step]
        start_s, end_s = first / rate_hz, (first + len(part)) / rate_hz
        given.append(SensorFrame("test", Channel.ECG, number, start_s, end_s, part, rate_hz, "mV"))
    return given


@pytest.mark.parametrize("channel", [Channel.ECG, Channel.PPG, Channel.RR])
def test_the_wearers_heart_comes_out_as_it_went_in(channel: Channel) -> None:
    given, wearer = frames(channel)
    chain, seen = run(given)
    last = chain.finish()
    truth = np.array(wearer.pulses_s if channel is Channel.PPG else wearer.beats_s)
    found = np.array([beat.time_s for one in (*seen, last) for beat in one.beats])
    assert abs(len(found) - len(truth)) <= 2
    matched = [np.min(np.abs(truth - time_s)) for time_s in found]
    # A strap's intervals carry no clock: the arrival of a notification places them.
    assert np.median(matched) < (0.05 if channel is Channel.RR else 0.02)
    figures = chain.summary()
    rr = 1000 * np.diff(truth)
    assert figures.mean_hr_bpm == pytest.approx(hrv.mean_hr(rr), rel=0.01)
    assert figures.rmssd_ms == pytest.approx(hrv.rmssd(rr), rel=0.12)
    assert figures.sdnn_ms == pytest.approx(hrv.sdnn(rr), rel=0.1)
    assert figures.quality > 0.8
    assert chain.heart.artefacts == 0


def test_the_breath_is_heard_in_the_heart() -> None:
    given, wearer = frames(Channel.ECG)
    chain, seen = run(given)
    assert chain.summary().breath_rate_bpm == pytest.approx(pace_bpm(wearer), abs=1.5)
    assert chain.breath_confidence() > 0.5
    phases = [one.breath_phase for one in seen if one.breath_phase is not None]
    assert phases
    assert all(0.0 <= phase < 1.0 for phase in phases)


def test_a_belt_is_believed_before_the_heart() -> None:
    given, wearer = frames(Channel.BREATH, length_s=60.0, breaths_per_min=9.0)
    chain, seen = run(given)
    assert seen[-1].breath_rate_bpm is not None
    assert seen[-1].is_lost  # a belt is no heart
    assert chain.summary().breath_rate_bpm == pytest.approx(pace_bpm(wearer), abs=1.5)


def test_frames_of_any_length_give_the_same_features() -> None:
    given, _ = frames(Channel.ECG, length_s=40.0)
    values = np.concatenate([frame.values for frame in given])
    results = []
    for step in (10, 25, 1000):
        chain, seen = run(plain(values, step=step))
        last = chain.finish()
        results.append(
            (
                [beat.time_s for one in (*seen, last) for beat in one.beats],
                [interval.rr_ms for one in (*seen, last) for interval in one.intervals],
                sum(len(one.wave) for one in seen),
            )
        )
    assert results[0] == results[1] == results[2]
    assert results[0][2] == len(values) // 2  # 250 Hz thinned to 125


def test_intervals_wait_two_beats_and_none_is_lost_at_the_end() -> None:
    given, _ = frames(Channel.ECG, length_s=30.0)
    chain, seen = run(given)
    before = sum(len(one.intervals) for one in seen)
    beats = sum(len(one.beats) for one in seen)
    last = chain.finish()
    assert before == beats - 1 - 2
    assert before + len(last.intervals) == beats - 1


@pytest.mark.parametrize("trouble", ["nan", "flat", "no contact", "silence"])
def test_a_lost_signal_is_a_state_and_gives_no_beats(trouble: str) -> None:
    given, _ = frames(Channel.ECG, length_s=30.0)
    values = np.concatenate([frame.values for frame in given])
    chain, _ = run(plain(values))
    end_s = len(values) / 250
    count = 250 * 8
    added = np.full(count, np.nan) if trouble == "nan" else np.full(count, values[-1])
    seen = []
    for number, first in enumerate(range(0, count, 25)):
        frame = SensorFrame(
            "test", Channel.ECG, len(values) // 25 + number, end_s + first / 250, end_s + (first + 25) / 250,
            added[first : first + 25], 250.0, "mV", has_contact=False if trouble == "no contact" else None,
        )  # fmt: skip
        if trouble != "silence":
            chain.feed(frame)
        seen.append(chain.features(frame.arrival_s))
    assert seen[-1].is_lost
    assert seen[-1].quality == 0.0
    assert seen[-1].heart_rate_bpm is None
    assert not [beat for one in seen for beat in one.beats if beat.time_s > end_s + 0.1]
    if trouble in ("nan", "no contact"):
        chain.finish()
        assert chain.gaps[-1] == pytest.approx((end_s, 8.0), abs=0.2)


def test_lost_frames_keep_the_time_right_and_join_no_interval() -> None:
    given, wearer = frames(Channel.ECG, length_s=60.0)
    kept = [frame for frame in given if not 20.0 < frame.sensor_time_s < 25.0]
    _, seen = run(kept)
    found = np.array([beat.time_s for one in seen for beat in one.beats])
    truth = np.array(wearer.beats_s)
    late = found[found > 27.0]
    assert len(late) > 30
    assert max(np.min(np.abs(truth - time_s)) for time_s in late) < 0.02
    intervals = [interval for one in seen for interval in one.intervals]
    assert max(interval.raw_ms for interval in intervals) < 2000


def test_a_strap_may_send_none_or_several_intervals_at_once() -> None:
    rr = 800 + 30 * np.sin(np.arange(60) / 3)
    ends = np.cumsum(rr) / 1000
    given, sent = [], 0
    for number in range(50):
        upto = int(np.searchsorted(ends, number + 1.0))
        given.append(
            SensorFrame("strap", Channel.RR, number, number + 1.0, number + 1.0, rr[sent:upto], 0.0, "ms")
        )
        sent = upto
    chain, seen = run(given)
    last = chain.finish()
    settled = [interval for one in (*seen, last) for interval in one.intervals]
    assert [interval.rr_ms for interval in settled] == pytest.approx(rr[:sent].tolist())
    assert not seen[-1].is_lost


def test_broken_intervals_are_gaps() -> None:
    rr = np.full(40, 800.0)
    rr[10], rr[20], rr[30] = np.nan, -5.0, 90_000.0
    ends = np.cumsum(np.where(rr == 800.0, rr, 800.0)) / 1000
    given = [
        SensorFrame("file", Channel.RR, i, end_s, end_s, np.array([value]), 0.0, "ms")
        for i, (end_s, value) in enumerate(zip(ends.tolist(), rr.tolist(), strict=True))
    ]
    chain, seen = run(given)
    last = chain.finish()
    settled = [interval for one in (*seen, last) for interval in one.intervals]
    assert [interval.rr_ms for interval in settled] == [800.0] * 37
    assert len(chain.gaps) == 3
    assert all(math.isfinite(length_s) and length_s >= 0 for _, length_s in chain.gaps)


def test_time_that_runs_backwards_starts_the_detector_over() -> None:
    given, _ = frames(Channel.ECG, length_s=20.0)
    chain, _ = run(given)
    chain, seen = run(given, chain)
    assert [beat for one in seen for beat in one.beats]


def test_nothing_at_all_has_a_summary() -> None:
    chain = SignalChain()
    assert chain.features(1.0).is_lost
    assert chain.finish().is_lost
    assert chain.summary().beats == 0
    assert chain.summary().mean_hr_bpm is None
