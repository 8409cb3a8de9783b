import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cext.graph import PARAMETERS, Graph
from tests.cext.sound import RATE_HZ, db, played, rms

FULL = {
    "pad.level": 0.5,
    "swell.level": 0.5,
    "sine.level": 0.1,
    "noise.level": 0.1,
    "lowpass.cutoff_hz": 3000.0,
    "reverb.mix": 0.4,
    "light.left": 0.4,
    "light.white": 0.2,
    "vibration.level": 0.6,
}


@pytest.mark.parametrize("block", [1, 64, 128, 256])
def test_blocks_of_any_size_give_the_same_bits(block):
    def rendered(size):
        graph = Graph(seed=3)
        parts = []
        for step in range(4):
            graph.apply({**FULL, "pad.root_hz": 100.0 + 20 * step, "sine.frequency_hz": 200.0 + step}, 0.03)
            parts.append(played(graph, 1000 / RATE_HZ, size))
        return np.concatenate(parts, axis=1)

    assert np.array_equal(rendered(block), rendered(1000))


def test_the_same_seed_gives_the_same_session_and_another_does_not():
    def session(seed):
        graph = Graph(seed=seed)
        graph.apply(FULL)
        return played(graph, 0.2)

    assert np.array_equal(session(5), session(5))
    assert not np.array_equal(session(5), session(6))


def test_a_graph_nobody_turned_on_is_silent_dark_and_still():
    assert not played(Graph(), 0.5).any()


def test_the_frame_counter_counts_what_left():
    graph = Graph()
    played(graph, 0.1, 100)
    assert graph.frame == 4800


def test_light_and_sound_of_one_moment_leave_in_one_frame():
    graph = Graph()
    graph.apply({"sine.level": 1.0, "light.left": 0.01, "reverb.mix": 0.0}, 0.0)
    lanes = played(graph, 0.1)
    assert np.argmax(np.abs(lanes[0]) > 0) - np.argmax(lanes[2] > 0) in (0, 1)
    assert np.argmax(lanes[2] > 0) - graph.latency_frames in (0, 1)


def test_every_parameter_has_its_row_and_may_stand_anywhere_in_it():
    graph = Graph()
    names = [row.name for row in PARAMETERS]
    assert len(set(names)) == len(names)
    for row in PARAMETERS:
        assert graph.get(row.name) == row.default
        for value in (row.minimum, row.maximum):
            graph.set(row.name, value)
            assert np.isfinite(played(graph, 0.01)).all()


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ({"pad.levle": 0.5}, "did you mean 'pad.level'"),
        ({"pad.level": 1.5}, "the nearest is 1"),
        ({"pad.level": float("nan")}, "cannot be NaN"),
        ({"vibration.frequency_hz": 5.0}, "the nearest is 20"),
    ],
)
def test_a_wrong_target_is_refused_and_changes_nothing(targets, words):
    graph = Graph()
    with pytest.raises(ValueError, match=words):
        graph.apply({"sine.level": 0.9, **targets})
    assert graph.get("sine.level") == 0.0


@pytest.mark.parametrize("shape", [(7, 64), (8, 0)])
def test_a_block_of_the_wrong_shape_is_refused(shape):
    with pytest.raises(ValueError, match="block"):
        Graph().render(np.empty(shape, np.float32))


def test_a_level_ramp_makes_no_zipper_noise():
    # Against the same tone under an ideal straight ramp, energy away from the tone; see the reference's bar.
    graph = Graph()
    graph.apply({"sine.frequency_hz": 997.0, "reverb.mix": 0.0, "master.level": 1.0}, 0.0)
    graph.apply({"sine.level": 0.02}, 0.0)
    played(graph, 0.2)
    parts = []
    for step in range(100):
        graph.apply({"sine.level": 0.02 + 0.0008 * (step + 1)}, 0.005333)
        parts.append(played(graph, 256 / RATE_HZ))
    sound = np.concatenate(parts, axis=1)[0].astype(np.float64)
    begin = sound[64:-64]
    ideal = np.linspace(0.02, 0.1, len(begin)) * np.sin(2 * np.pi * 997 * np.arange(len(begin)) / RATE_HZ)

    def away(signal):
        spectrum = np.abs(np.fft.rfft(signal * np.blackman(len(signal))))
        hz = np.fft.rfftfreq(len(signal), 1 / RATE_HZ)
        return db(rms(spectrum[np.abs(hz - 997) > 150]) / spectrum.max())

    assert away(begin) < away(ideal) + 3


def test_targets_may_be_turned_while_a_thread_renders():
    graph = Graph()
    graph.apply(FULL)
    finished = threading.Event()

    def turn():
        step = 0
        while not finished.is_set():
            step += 1
            graph.apply(
                {"pad.root_hz": 80.0 + step % 300, "sine.level": (step % 10) / 10, "light.left": 0.3}, 0.01
            )

    turner = threading.Thread(target=turn)
    turner.start()
    try:
        peaks = [np.abs(played(graph, 0.02)).max() for _ in range(200)]
    finally:
        finished.set()
        turner.join()
    assert np.isfinite(peaks).all()
    assert max(peaks) <= 1.0
    graph.apply({row.name: row.default for row in PARAMETERS}, 0.0)
    played(graph, 0.01)
    assert graph.get("pad.root_hz") == 110.0


TARGETS = st.fixed_dictionaries(
    {},
    optional={
        row.name: st.sampled_from(row.choices) if row.choices else st.floats(row.minimum, row.maximum)
        for row in PARAMETERS
    },
)


@settings(max_examples=40, deadline=None)
@given(scenes=st.lists(TARGETS, min_size=1, max_size=6), glide_s=st.floats(0.0, 0.3))
def test_no_scene_leaves_the_limits(scenes, glide_s):
    graph = Graph()
    for targets in scenes:
        graph.apply(targets, glide_s)
        lanes = played(graph, 0.1)
        assert np.isfinite(lanes).all()
        assert np.abs(lanes[:2]).max() <= 10 ** (-1 / 20)
        assert lanes[2:6].min() >= 0.0
        assert lanes[2:6].max() <= 0.02 * 0.1 * len(scenes) + 1e-6
        assert np.abs(lanes[6:]).max() <= 1.0


def test_nobody_can_switch_the_last_limiter_off():
    assert "reverb.bypass" in {row.name for row in Graph().parameters}
    with pytest.raises(ValueError, match=r"limiter\.bypass"):
        Graph().set("limiter.bypass", "on")
