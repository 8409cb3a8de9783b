"""What crosses to the rendering thread and back: commands with their frame, meters, rows in rings."""

import time

import numpy as np
import pytest

from cext.clockout import SteppedSink, TimerSink
from cext.graph import Graph
from cext.ring import RowRing
from cext.sink import METERS

SCENE = {"pad.level": 0.5, "light.left": 0.3, "vibration.level": 0.5}


def graph():
    made = Graph()
    made.apply(SCENE)
    return made


def gathered(sink, frames):
    """Frames and meters of so much time, fetched by a control side that feeds as it should."""
    sound, meters, so_far = [], [], 0
    deadline = time.monotonic() + 20
    while so_far < frames and time.monotonic() < deadline:
        sink.feed()
        sound.append(sink.read_tap())
        meters.append(sink.read_meters())
        so_far += sound[-1].shape[1]
        time.sleep(0.01)
    return np.concatenate(sound, axis=1), np.concatenate(meters)


def fed_frames(sink, frames):
    # On a busy machine this process may be too late to feed; from there on the sink is silent by design.
    return sink.graph.guard_report()["limits"].get("starved", {}).get("first_frame", frames)


def test_a_command_is_carried_out_at_its_frame_and_at_no_other():
    sink = TimerSink(graph(), 100)
    sink.at(9_600, "release")
    sink.at(6_400, "stop")
    with sink:
        live, _ = gathered(sink, 19_200)
    stepped = SteppedSink(graph())
    parts = [stepped.advance(6_400)]
    stepped.graph.stop_now()
    parts.append(stepped.advance(3_200))
    stepped.graph.release()
    parts.append(stepped.advance(9_600))
    meant = np.concatenate(parts, axis=1)
    fed = min(fed_frames(sink, live.shape[1]), 19_200)
    assert np.array_equal(live[:, :fed], meant[:, :fed])


def test_parameters_change_from_their_frame_on_and_not_when_the_control_side_has_time():
    sink = TimerSink(graph(), 100)
    sink.apply_at(6_400, {"pad.level": 0.9, "light.left": 0.1}, 0.1)
    with sink:
        live, _ = gathered(sink, 12_800)
    stepped = SteppedSink(graph())
    parts = [stepped.advance(6_400)]
    stepped.graph.apply({"pad.level": 0.9, "light.left": 0.1}, 0.1)
    parts.append(stepped.advance(6_400))
    meant = np.concatenate(parts, axis=1)
    fed = min(fed_frames(sink, live.shape[1]), 12_800)
    assert fed > 7_000
    assert np.array_equal(live[:, :fed], meant[:, :fed])


def test_a_bad_parameter_for_later_is_refused_now_and_changes_nothing():
    sink = TimerSink(graph())
    with pytest.raises(ValueError, match=r"pad\.level"):
        sink.apply_at(0, {"light.left": 0.1, "pad.lvl": 0.5})
    assert sink.frames == 0


def test_a_stop_that_was_asked_for_a_frame_comes_though_nobody_is_left_to_ask():
    sink = TimerSink(graph(), 128)
    sink.at(4_800, "stop")
    with sink:
        deadline = time.monotonic() + 20
        while sink.frames < 24_000 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert sink.graph.is_stopped
    assert not sink.read_tap()[:, 9_600:24_000].any()


def test_an_unknown_command_names_the_nearest():
    with pytest.raises(ValueError, match="stop"):
        TimerSink(graph()).at(0, "stop_now")


def test_more_commands_than_may_wait_are_refused_instead_of_lost():
    sink = TimerSink(graph())
    for frame in range(256):
        sink.at(frame, "release")
    with pytest.raises(RuntimeError, match="256 commands"):
        sink.at(256, "release")


def test_the_meters_tell_of_every_block_what_left_in_it():
    with TimerSink(graph(), 128) as sink:
        live, meters = gathered(sink, 9_600)
    rows = {name: meters[:, column] for column, name in enumerate(METERS)}
    assert np.array_equal(rows["frame"], np.arange(len(meters)) * 128)
    blocks = live[:, : len(meters) * 128].reshape(8, -1, 128)
    peaks = np.abs(blocks).max(axis=2)[:, : len(meters)]
    seen = peaks.shape[1]
    assert np.array_equal(rows["ear_left_peak"][:seen], peaks[0])
    assert np.array_equal(rows["brightest"][:seen], peaks[2:6].max(axis=0))
    assert np.array_equal(rows["vibration_peak"][:seen], peaks[6:].max(axis=0))
    assert np.allclose(rows["ear_right_power"][:seen], (blocks[1].astype(float) ** 2).mean(axis=1)[:seen])
    assert (rows["render_us"] > 0).all()
    assert np.allclose(rows["period_us"], 128 / 48_000 * 1e6)


def test_rows_come_out_in_order_over_the_edge_and_a_full_ring_counts_what_it_drops():
    ring = RowRing(4, 2)
    for number in range(3):
        assert ring.write(np.array([[number, 10.0 * number]]))
    assert np.array_equal(ring.pop(), [[0, 0], [1, 10], [2, 20]])
    assert [ring.write(np.array([[number, 0.0]])) for number in range(5)] == [True] * 4 + [False]
    assert ring.lost_rows == 1
    assert np.array_equal(ring.pop()[:, 0], [0, 1, 2, 3])
    assert ring.pop().shape == (0, 2)


def test_rows_written_together_come_together_or_not_at_all():
    ring = RowRing(4, 1)
    assert ring.write(np.zeros((3, 1)))
    assert not ring.write(np.ones((2, 1)))
    assert np.array_equal(ring.pop(), np.zeros((3, 1)))


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="2 numbers"):
        RowRing(4, 2).write(np.zeros((1, 3)))
