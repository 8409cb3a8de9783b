"""A recording played as a sensor: everything once, in order, and never before its time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import SteppedClock
from appliance.contracts import Channel, SensorFrame
from appliance.sensors.recordings import Recording
from appliance.sensors.replay import Replay
from appliance.sensors.sensor import Paced, identity

RECORDINGS = Path(__file__).parents[2] / "recordings"


def _recording(count: int = 1003, rate_hz: float = 250.0) -> Recording:
    return Recording("made.csv", Channel.ECG, rate_hz, np.arange(count, dtype=np.float64), "mV")


@pytest.mark.parametrize("step_s", [0.001, 0.05, 0.33, 100.0])
def test_every_sample_comes_once_and_never_before_its_time(step_s: float) -> None:
    replay = Replay(_recording())
    frames: list[SensorFrame] = []
    now_s = 0.0
    while not replay.is_finished:
        now_s += step_s
        for frame in replay.take(now_s):
            assert frame.arrival_s <= now_s + 1e-6
            frames.append(frame)
    assert np.array_equal(np.concatenate([frame.values for frame in frames]), np.arange(1003))
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    assert frames[10].sensor_time_s == pytest.approx(frames[10].values[0] / 250.0)
    assert replay.duration_s == pytest.approx(1003 / 250)


def test_intervals_come_one_at_a_time_when_their_beat_has_come() -> None:
    replay = Replay.from_file(RECORDINGS / "intervals.txt")
    first = replay.take(3.0)
    assert all(len(frame.values) == 1 for frame in first)
    assert [frame.arrival_s for frame in first] == pytest.approx(
        np.cumsum([frame.values[0] for frame in first]) / 1000.0
    )
    assert len(first) + len(replay.take(1e9)) == len(replay.recording.values)


def test_a_missing_interval_still_lets_time_pass() -> None:
    values = np.array([800.0, np.nan, 800.0])
    frames = Replay(Recording("r.txt", Channel.RR, 0.0, values, "ms")).take(10.0)
    assert [frame.arrival_s for frame in frames] == pytest.approx([0.8, 1.6, 2.4])


def test_going_back_in_time_gives_nothing_twice() -> None:
    replay = Replay(_recording())
    count = len(replay.take(2.0))
    assert count > 0
    assert replay.take(1.0) == []


def test_a_speed_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="speed"):
        Replay(_recording(), speed=0.0)
    with pytest.raises(ValueError, match="speed"):
        Paced(Replay(_recording()), speed=-1.0)


def test_a_paced_recording_gives_all_its_samples_and_ends() -> None:
    async def played() -> list[SensorFrame]:
        return [frame async for frame in Paced(Replay(_recording(500)), speed=100.0).frames()]

    frames = asyncio.run(played())
    assert sum(len(frame.values) for frame in frames) == 500


def test_played_live_its_times_are_the_clock_of_the_box() -> None:
    clock = SteppedClock()
    clock.step(1000.0)

    async def first() -> SensorFrame:
        frames = Paced(Replay(_recording()), clock).frames()
        waiting = asyncio.ensure_future(anext(frames))
        while not waiting.done():
            clock.step(0.01)
            await asyncio.sleep(0)
            await asyncio.wait((waiting,), timeout=0.001)
        await frames.aclose()
        return waiting.result()

    frame = asyncio.run(first())
    assert 1000.0 <= frame.sensor_time_s <= 1000.1
    assert frame.arrival_s - frame.sensor_time_s == pytest.approx(0.04)


def test_names_become_ids_that_are_safe_in_topics() -> None:
    who = identity("replay", "böse/../ #+name.csv" + "x" * 90, "a name")
    assert len(who.sensor_id) <= 64
    assert not set(who.sensor_id) & set("/#+ ö")
