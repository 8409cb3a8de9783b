import numpy as np
import pytest

from appliance.contracts import Scene
from appliance.engine import render
from cext.graph import Graph


def scenes():
    return [Scene(n * 0.05, {"sine.level": n / 40, "pad.level": 0.3}, 0.05) for n in range(10)]


def test_blocks_follow_without_a_gap_and_fill_the_duration_exactly():
    blocks = list(render(scenes(), 0.7321, Graph()))
    expected = 0
    for block in blocks:
        assert block.first_frame == expected
        expected += block.samples.shape[1]
    assert expected == round(0.7321 * 48_000)


def test_a_render_is_what_the_graph_plays_when_turned_by_hand():
    graph = Graph()
    by_hand = []
    for scene in scenes():
        graph.apply(scene.targets, scene.glide_s)
        samples = np.empty((8, 2400), np.float32)
        graph.render(samples)
        by_hand.append(samples)
    rendered = [block.samples for block in render(scenes(), 0.5, Graph())]
    assert np.array_equal(np.concatenate(rendered, axis=1), np.concatenate(by_hand, axis=1))


def test_an_odd_tick_has_no_rounding_drift():
    lengths = [block.samples.shape[1] for block in render([], 10.0, Graph(44_100), 1 / 30)]
    assert sum(lengths) == 441_000
    assert set(lengths) == {1470}


def test_an_impossible_tick_is_refused():
    with pytest.raises(ValueError, match="tick"):
        next(render([], 1.0, Graph(), 0.0))
